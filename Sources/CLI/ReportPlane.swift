import Adjoint

/// What a network of two inputs says of every point of the plane, with examples as points on it.
struct PlaneChart {
  let names: (x: String, y: String)
  let model: any Module
  let isClasses: Bool
  let labels: [String]
  let points: [(x: Double, y: Double, target: Double)]

  private static let size = 120
  private static let colours: [[Double]] = [
    [43, 108, 176], [221, 107, 32], [56, 161, 105], [159, 122, 234], [214, 69, 101],
    [120, 113, 90],
  ]

  /// Nil where the data have no two numbers.
  init?(
    _ model: any Module, _ test: any Dataset, isClasses: Bool, labels: [String],
    names: (x: String, y: String)
  ) throws {
    let batch = try test.batch(Array(0..<min(test.count, 400)))
    guard batch.input.rank == 2, batch.input.shape[1] == 2, labels.count <= 6,
      isClasses || labels.count == 1
    else { return nil }
    (self.model, self.isClasses, self.labels, self.names) = (model, isClasses, labels, names)
    let (inputs, targets) = (batch.input.doubles, batch.target.doubles)
    points = targets.enumerated().map { (inputs[2 * $0], inputs[2 * $0 + 1], $1) }
  }

  func svg() throws -> String {
    guard let x = ChartAxis(names.x, PlaneChart.roomy(points.map { $0.x }), .exact),
      let y = ChartAxis(names.y, PlaneChart.roomy(points.map { $0.y }), .exact)
    else { return "" }
    var frame = ChartFrame(
      isClasses ? "Which class it sees where" : "Which number it says where", x, y)
    (frame.width, frame.height) = (470, 470)
    let output = try said(x, y, like: model.parameters.first?.value.element ?? .float32)
    let range = range(output)
    let (picture, inner) = (png(output, range), frame.inner)
    let image =
      "<image x=\"\(inner.x)\" y=\"\(inner.y)\" width=\"\(inner.width)\" height=\"\(inner.height)\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,\(Base64.encode(picture))\"/>"
    let dots = points.map { point -> String in
      let colour =
        isClasses
        ? colour(nil, Int(point.target), soft: 0) : colour(share(point.target, range), 0, soft: 0)
      return "<g><title>\(HTML.escaped(text(point.target)))</title>"
        + frame.circle(
          point.x, point.y, radius: 3,
          "fill=\"rgb(\(colour.map { String($0) }.joined(separator: ",")))\" class=\"\(isClasses ? "example" : "valued")\""
        )
        + "</g>"
    }
    return frame.svg(image + dots.joined())
  }

  /// The ends of some numbers, and a little more.
  private static func roomy(_ values: [Double]) -> [Double] {
    guard let low = values.min(), let high = values.max() else { return [] }
    let room = 0.06 * (high - low)
    return [low - room, high + room]
  }

  private func text(_ target: Double) -> String {
    isClasses ? labels[Int(target)] : NumberText.plain(target, digits: 4)
  }

  /// The output for a grid of points, from the upper left one.
  private func said(_ x: ChartAxis, _ y: ChartAxis, like element: ElementType) throws -> [Double] {
    let steps = (0..<PlaneChart.size).map { (Double($0) + 0.5) / Double(PlaneChart.size) }
    let grid = steps.flatMap { down in steps.flatMap { [x.value(at: $0), y.value(at: 1 - down)] } }
    let inputs = Tensor(grid, shape: [steps.count * steps.count, 2], element)
    return try checked { () throws(GraphError) in
      let output = model(inputs)
      return isClasses ? output.softmax() : output
    }.tryEvaluated().doubles
  }

  private func range(_ output: [Double]) -> (low: Double, high: Double) {
    let all = (output + points.map { $0.target }).filter { $0.isFinite }
    return (all.min() ?? 0, all.max() ?? 1)
  }

  private func share(_ value: Double, _ range: (low: Double, high: Double)) -> Double {
    range.high > range.low ? (value - range.low) / (range.high - range.low) : 0.5
  }

  /// Each place in the colour of what is said, paler where that is less sure.
  private func png(_ output: [Double], _ range: (low: Double, high: Double)) -> [UInt8] {
    let count = isClasses ? labels.count : 1
    let pixels = (0..<(output.count / count)).flatMap { place -> [UInt8] in
      guard isClasses else { return colour(share(output[place], range), 0, soft: 0.35) }
      let own = output[(place * count)..<((place + 1) * count)]
      let best = own.indices.max { own[$0] < own[$1] } ?? own.startIndex
      let sure = (own[best] * Double(count) - 1) / Double(max(count - 1, 1))
      return colour(nil, best - own.startIndex, soft: 0.85 - 0.5 * (sure.isFinite ? sure : 0))
    }
    return PNGImage.encode(
      pixels, width: PlaneChart.size, height: PlaneChart.size, channels: 3)
  }

  /// The colour of a class, or of a share from blue over white to orange; `soft` of it is white.
  private func colour(_ share: Double?, _ place: Int, soft: Double) -> [UInt8] {
    var (pure, soft) = (PlaneChart.colours[place % PlaneChart.colours.count], soft)
    if let share {
      let side = min(max(2 * (share.isFinite ? share : 0.5) - 1, -1), 1)
      pure = PlaneChart.colours[side < 0 ? 0 : 1]
      soft = 1 - (1 - soft) * abs(side)
    }
    return pure.map { UInt8(min(max($0 + (250 - $0) * soft, 0), 255)) }
  }
}

import Adjoint
import AdjointData

/// An example [1, C, H, W] as a picture, from its least number to its largest.
enum ReportPicture {
  static func fits(_ data: TrainingData) -> Bool {
    data.isImages && [1, 3].contains(data.inputShape[0])
  }

  static func html(_ input: Tensor, _ name: String) -> String {
    let numbers = input.doubles
    let (channels, height, width) = (input.shape[1], input.shape[2], input.shape[3])
    let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
    let scale = high > low ? 255 / (high - low) : 0
    let pixels = (0..<(height * width * channels)).map { index in
      let value = numbers[index % channels * height * width + index / channels]
      return value.isFinite ? UInt8(((value - low) * scale).rounded()) : 0
    }
    let file = PNGImage.encode(pixels, width: width, height: height, channels: channels)
    return
      "<img alt=\"\(name)\" width=\"\(width)\" height=\"\(height)\" src=\"data:image/png;base64,\(Base64.encode(file))\">"
  }
}

/// Test examples, and what an autoencoder gives back of them.
struct ReportReconstructions {
  let result: TrainingResult
  let test: (any Dataset)?

  func section() throws -> String {
    guard let test, ReportPicture.fits(result.run.data) else { return "" }
    let figures = try (0..<min(test.count, 12)).map { place -> String in
      let input = try test.batch([place]).input
      let output = try checked { () throws(GraphError) in
        result.model(input).reshaped(input.shape)
      }.tryEvaluated()
      let error = abs(input - output).mean().item
      return
        "<figure class=\"pair\">\(ReportPicture.html(input, "test example \(place)"))\(ReportPicture.html(output, "what comes back of it"))<figcaption><span>mean error \(NumberText.fixed(Double(error), places: 3))</span></figcaption></figure>"
    }
    return HTML.section(
      "What comes back",
      "<p>Test examples, and beside each what the network gives back of it.</p><div class=\"mistakes pairs\">\(figures.joined(separator: "\n"))</div>"
    )
  }
}

/// The test examples that a network was surest of, and wrong.
struct ReportMistakes {
  let run: TrainRun
  let evaluation: Evaluation
  let test: (any Dataset)?

  func section() throws -> String {
    let note = "<p>The test examples that it was surest of, and wrong.</p>"
    guard let test else { return "" }
    let examples = try evaluation.worst.map { ($0, try test.batch([$0.place]).input) }
    let arePictures = ReportPicture.fits(run.data)
    return HTML.section(
      "Worst mistakes", note + (arePictures ? figures(examples) : table(examples)))
  }

  private func percent(_ probability: Double) -> String {
    NumberText.fixed(100 * probability, places: 1) + "\u{A0}%"
  }

  private func figures(_ examples: [(Evaluation.Mistake, Tensor)]) -> String {
    let names = run.data.labels.map { HTML.escaped($0) }
    let items = examples.map { mistake, input in
      "<figure>\(ReportPicture.html(input, "test example \(mistake.place)"))<figcaption>\(names[mistake.label])<span>taken for \(names[mistake.predicted]), \(percent(mistake.probability))</span></figcaption></figure>"
    }
    return "<div class=\"mistakes\">\(items.joined(separator: "\n"))</div>"
  }

  /// What is no picture is shown as its numbers; twelve examples, twelve numbers at most.
  private func table(_ examples: [(Evaluation.Mistake, Tensor)]) -> String {
    let (names, inputs) = (run.data.labels.map { HTML.escaped($0) }, ReportInputs(run))
    let heads = inputs.names.prefix(12).map {
      "<th scope=\"col\" class=\"number\">\(HTML.escaped($0))</th>"
    }
    let rows = examples.prefix(12).map { mistake, input -> String in
      let cells = inputs.texts(input.doubles).prefix(12).map {
        "<td class=\"number\">\(HTML.escaped($0))</td>"
      }
      return
        "<tr><td>\(names[mistake.label])</td><td>\(names[mistake.predicted])</td><td class=\"number\">\(percent(mistake.probability))</td>\(cells.joined())</tr>"
    }
    return
      "<div class=\"wide\"><table><thead><tr><th scope=\"col\">true</th><th scope=\"col\">taken for</th><th scope=\"col\" class=\"number\">sure</th>\(heads.joined())</tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table></div>"
  }
}

/// The layers of a network, and where its numbers are.
struct ReportNetwork {
  let result: TrainingResult

  private var layers: [(name: String, parts: [String], count: Int)] {
    var layers: [(name: String, parts: [String], count: Int)] = []
    for cell in result.cells {
      let words = cell.name.split(separator: ".")
      let name = words.dropLast().joined(separator: ".")
      let part = "\(words.last ?? "") \(cell.value.shape.description)"
      if layers.last?.name != name { layers.append((name, [], 0)) }
      layers[layers.count - 1].parts.append(part)
      layers[layers.count - 1].count += cell.value.count
    }
    return layers
  }

  var section: String {
    let layers = self.layers
    let most = Double(max(layers.map { $0.count }.max() ?? 1, 1))
    let rows = layers.map { layer -> String in
      let width = NumberText.fixed(100 * Double(layer.count) / most, places: 1)
      return
        "<tr><td><code>\(HTML.escaped(layer.name))</code></td><td class=\"holds\">\(HTML.escaped(layer.parts.joined(separator: ", ")))</td><td class=\"number\">\(HTML.grouped(layer.count))</td><td class=\"bar\"><span style=\"width:\(width)%\"></span></td></tr>"
    }
    let count = layers.reduce(0) { $0 + $1.count }
    return HTML.section(
      "Network",
      "<div class=\"wide\"><table><thead><tr><th scope=\"col\">layer</th><th scope=\"col\">what it holds</th><th scope=\"col\" class=\"number\">numbers</th><td></td></tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody><tfoot><tr><td>in all</td><td></td><td class=\"number\">\(HTML.grouped(count))</td><td></td></tr></tfoot></table></div>"
    )
  }
}

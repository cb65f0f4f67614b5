import AdjointFormats
import AdjointViews

/// The sizes of the network of dense layers that is timed as one of them grows.
public struct SweptSizes: Sendable {
  /// How many layers.
  public var depth: Int
  /// How many numbers go in and come out of each.
  public var width: Int
  /// How many examples a step sees.
  public var batch: Int
  /// How many processors; nil for all.
  public var threads: Int?
}

/// One size of a network against the time of a step.
public struct Sweep: Sendable {
  /// What grows: `depth`, `width`, `batch` or `threads`.
  public let name: String
  /// The networks, the smallest first.
  public let sizes: [SweptSizes]

  /// The sweeps there are, on so many processors.
  public static func all(processors: Int) -> [Sweep] {
    let powers = sequence(first: 1) { $0 * 2 }.prefix { $0 < processors } + [processors]
    return [
      // So wide that a hundred layers are more than any cache holds: deeper ones are then no slower for that.
      Sweep(
        name: "depth",
        sizes: [10, 30, 100, 300, 1000, 3000, 10_000].map { .of(256, 256, depth: $0) }),
      Sweep(name: "width", sizes: [16, 32, 64, 128, 256, 512, 1024, 2048].map { .of($0, 64) }),
      Sweep(name: "batch", sizes: [1, 4, 16, 64, 256, 1024, 4096].map { .of(256, $0) }),
      Sweep(name: "threads", sizes: powers.map { .of(1024, 256, threads: $0) }),
    ]
  }

  /// Whether a framework can do a size in reasonable time: some compile every layer anew, and naive differentiation
  /// costs the square of the depth.
  public static func canDo(_ framework: String, _ sizes: SweptSizes) -> Bool {
    let deepest = ["adjoint naive": 100, "jax": 300, "torch-compile": 100]
    return sizes.depth <= deepest[framework] ?? .max
  }

  /// The size that grows.
  func value(of measurement: Measurement) -> Int? {
    name == "threads" ? measurement.threads : measurement.sizes[name]
  }

  /// For each framework and size the median of its rounds, at the better number of processors.
  func series(_ measurements: [Measurement]) -> [ChartSeries] {
    distinct(measurements.map { $0.name }).map { name in
      let own = measurements.filter { $0.name == name }
      let points = distinct(own.compactMap { value(of: $0) }).sorted().compactMap { size in
        Comparison(measurements).standings(of: own.filter { value(of: $0) == size }).first
          .map { (x: Double(size), y: $0.microseconds) }
      }
      return ChartSeries(name: name, values: points)
    }
  }

  /// The curves of what was measured for this sweep, as a picture.
  public func chart(_ measurements: [Measurement]) -> String {
    var chart = LineChart(title: "Cost by \(name)", series: series(measurements))
    chart.x = (name == "threads" ? "processors" : name, name == "threads" ? .counts : .logarithmic)
    chart.y = ("µs a step", .logarithmic)
    chart.width = 640
    return ChartStyle.file(chart.svg)
  }

  /// The curves as a table: a row a size, a column a framework.
  public func table(_ measurements: [Measurement]) -> [String] {
    let series = series(measurements)
    var table = TextTable(Array(repeating: .right, count: series.count + 1))
    table.add([name] + series.map { $0.name })
    for size in distinct(series.flatMap { $0.values.map { $0.x } }).sorted() {
      let cells = series.map { one in
        one.values.first { $0.x == size }.map { NumberText.fixed($0.y, places: 1) } ?? ""
      }
      table.add([NumberText.exact(size)] + cells)
    }
    return table.lines
  }

  /// How much more a unit of what grows costs at one size than at another; 1 where the cost grows as the size does. Nil
  /// where one of the two was not measured.
  public func growth(
    _ measurements: [Measurement], of framework: String, from low: Int, to high: Int
  ) -> Double? {
    let values = series(measurements).first { $0.name == framework }?.values ?? []
    guard let first = values.first(where: { $0.x == Double(low) }),
      let last = values.first(where: { $0.x == Double(high) })
    else { return nil }
    return last.y / first.y / (last.x / first.x)
  }
}

extension SweptSizes {
  fileprivate static func of(
    _ width: Int, _ batch: Int, depth: Int = 4, threads: Int? = nil
  ) -> SweptSizes {
    SweptSizes(depth: depth, width: width, batch: batch, threads: threads)
  }
}

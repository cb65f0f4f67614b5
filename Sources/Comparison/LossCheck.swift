import AdjointFormats

/// The losses of a training as it is timed beside those of the same training in float64.
public struct LossCheck: Sendable {
  /// What was trained.
  public let workload: String
  /// As timed.
  public let losses: [Double]
  /// In float64.
  public let exact: [Double]
  /// The largest relative difference that passes.
  public let bound: Double

  /// A check of these.
  public init(workload: String, losses: [Double], exact: [Double], bound: Double) {
    (self.workload, self.losses, self.exact, self.bound) = (workload, losses, exact, bound)
  }

  /// The largest difference of two losses of one step, by the size of the exact one; infinite where one is missing or
  /// no number.
  public var worst: Double {
    guard losses.count == exact.count, !losses.isEmpty else { return .infinity }
    return zip(losses, exact).reduce(0) { worst, pair in
      let difference = abs(pair.0 - pair.1) / abs(pair.1)
      return difference.isNaN ? .infinity : Swift.max(worst, difference)
    }
  }

  /// Whether no loss is further off than the bound.
  public var passes: Bool { worst <= bound }

  /// In a line.
  public var line: String {
    let difference = NumberText.short(worst, digits: 2)
    return
      "\(losses.count) losses within \(difference) of float64's; at most \(NumberText.short(bound, digits: 2))"
      + (passes ? "" : ": TOO FAR")
  }

  /// All of it.
  public var json: JSON {
    .object([
      JSON.Member("workload", .string(workload)), JSON.Member("framework", "adjoint"),
      JSON.Member("worst_relative_difference", .number(worst)),
      JSON.Member("bound", .number(bound)), JSON.Member("passes", .bool(passes)),
      JSON.Member("losses", .array(losses.map { .number($0) })),
      JSON.Member("losses_float64", .array(exact.map { .number($0) })),
    ])
  }
}

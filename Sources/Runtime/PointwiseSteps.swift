import AdjointGraph

/// What it takes to compute a pointwise value from its inputs.
package struct PointwiseSteps {
  /// How many instructions.
  package private(set) var count = 0
  /// The bits of the numbers that they use.
  package private(set) var numbers: [UInt64] = []
  /// Nanoseconds an element on one thread.
  package private(set) var cost = 0.0

  private static let stepCost = 0.03
  private static let functionCost = 0.3

  /// No steps.
  package init() {}

  init(_ operation: any PointwiseOperation, inputCount: Int) {
    var body = Expression(inputCount: inputCount)
    _ = operation.express(&body, (0..<inputCount).map { Expression.Value(Int32($0)) })
    count = body.instructions.count
    numbers = body.constants.map { $0.number.bitPattern }
    cost = body.instructions.reduce(0) {
      $0 + ($1.micro.isSimple ? PointwiseSteps.stepCost : PointwiseSteps.functionCost)
    }
  }
}

extension Micro {
  /// Whether a vector of it is one or a few instructions.
  fileprivate var isSimple: Bool {
    switch self {
    case .copy, .add, .subtract, .multiply, .divide, .negate, .squareRoot, .maximum, .minimum,
      .greater, .equal, .select, .absolute, .floor, .ceil, .round, .truncate, .copySign, .toFloat16,
      .toBFloat16:
      true
    default: false
    }
  }
}

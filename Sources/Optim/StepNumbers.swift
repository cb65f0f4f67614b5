import AdjointGraph
import AdjointRuntime

/// The plain numbers of a step.
public struct StepFigures: Sendable {
  /// The learning rate of this step.
  public let rate: Double
  /// The momentum of this step, or β₁, where it has a schedule of its own.
  public let momentum: Double?
  /// Which update of the parameter this is, from 1.
  public let count: Int
}

/// What a step has of numbers. As tensors they are operands: other numbers tomorrow are the same plan.
public struct StepNumbers: Sendable {
  /// The learning rate of this step.
  public let learningRate: Tensor
  private let figures: StepFigures
  /// The element type of the parameters that are updated with them.
  public let element: ElementType
  private let rules: NumberRules?
  private let source: Int

  init(
    _ figures: StepFigures, _ element: ElementType, _ rules: NumberRules?, group: Int, place: Int
  ) {
    learningRate = Tensor(figures.rate, element)
    self.figures = figures
    self.element = element
    self.rules = rules
    source = rules?.source(group: group, place: place) ?? 0
    rules?.note(learningRate, .rate(source: source))
  }

  /// The learning rate as a number. A rule that reads such numbers itself is not replayed: `scalar { … }` is.
  public var rate: Double { read.rate }
  /// The momentum of this step, or β₁, where it has a schedule of its own.
  public var momentum: Double? { read.momentum }
  /// Which update of the parameter this is, from 1.
  public var count: Int { read.count }

  private var read: StepFigures {
    rules?.noteReading()
    return figures
  }

  /// A number that stays the same in all steps, as a tensor.
  public func scalar(_ number: Double) -> Tensor { Tensor(number, element) }

  /// A number that changes from step to step, as a tensor. A step that is replayed asks `rule` for it again.
  public func scalar(_ rule: @escaping @Sendable (StepFigures) -> Double) -> Tensor {
    let operand = Tensor(rule(figures), element)
    rules?.note(operand, .figures(source: source, rule))
    return operand
  }

  /// A number as a tensor, where it is not 0.
  func scalarUnlessZero(_ number: Double) -> Tensor? { number == 0 ? nil : scalar(number) }
}

/// The rules of an optimizer's numbers: what a replay computes before it runs.
final class NumberRules: @unchecked Sendable {
  enum Rule {
    case rate(source: Int)
    case figures(source: Int, @Sendable (StepFigures) -> Double)
    /// A number of the optimizer as a whole.
    case own((Optimizer) -> Double)
  }

  /// The log of the trace that the rules are noted in.
  unowned(unsafe) var log: CaptureLog?
  /// Whoever keeps the rules keeps their optimizer.
  private unowned(unsafe) let optimizer: Optimizer
  /// Where figures come from: a group, and a parameter whose updates are counted.
  @exclusivity(unchecked) private var sources: [(group: Int, place: Int)] = []
  @exclusivity(unchecked) private var figures: [StepFigures] = []
  @exclusivity(unchecked) private var rules: [Rule] = []

  init(_ optimizer: Optimizer) { self.optimizer = optimizer }

  func source(group: Int, place: Int) -> Int {
    sources.append((group, place))
    figures.append(optimizer.figures(group: group, place: place))
    return sources.count - 1
  }

  func note(_ operand: Tensor, _ rule: Rule) {
    guard let log else { return }
    rules.append(rule)
    log.note(operand, number: log.numbers.newPlace())
  }

  /// What a rule does with a plain number nobody sees.
  func noteReading() {
    log?.noteObstacle(
      "has an update rule that reads the step's numbers outside of `numbers.scalar { … }`")
  }

  /// Computes all numbers for the step that is to be taken.
  func compute(into values: UnsafeMutablePointer<Double>) {
    for index in sources.indices {
      figures[index] = optimizer.figures(group: sources[index].group, place: sources[index].place)
    }
    for index in rules.indices {
      switch rules[index] {
      case .rate(let source): values[index] = figures[source].rate
      case .figures(let source, let rule): values[index] = rule(figures[source])
      case .own(let rule): values[index] = rule(optimizer)
      }
    }
  }
}

import AdjointGraph
import AdjointNN
import AdjointRuntime

/// How parameters are changed: a pair of pure functions over tensors.
public protocol UpdateRule: Sendable {
  /// How many states a parameter has beside it, each of the parameter's type, zero at first.
  var stateCount: Int { get }
  /// The new value of a parameter and of its states, for one gradient.
  func update(_ step: UpdateStep) -> (value: Tensor, states: [Tensor])
}

/// What an update rule sees of one parameter. All numbers that change from step to step are tensors.
public struct UpdateStep {
  public let value: Tensor
  public let gradient: Tensor
  public let states: [Tensor]
  /// The learning rate of this step.
  public let learningRate: Tensor
  /// Which step this is, from 1.
  public let count: Int
  /// Scalars that all parameters of a step share, made once by `UpdateRule.shared`.
  public let scalars: [Tensor]
}

/// Changes parameters step by step.
///
/// `step` traces the loss, its gradient and every update as one graph and evaluates that as one plan.
public final class Optimizer<Rule: UpdateRule & SharedScalars>: @unchecked Sendable {
  public let parameters: [Parameter]
  public let rule: Rule
  /// A function of the step, from 0.
  public var schedule: @Sendable (Int) -> Double
  public private(set) var stepCount = 0
  private let states: [[Cell]]

  public init(
    _ parameters: [Parameter], _ rule: Rule, schedule: @escaping @Sendable (Int) -> Double
  ) {
    self.parameters = parameters
    self.rule = rule
    self.schedule = schedule
    states = parameters.map { parameter in
      (0..<rule.stateCount).map { _ in
        Cell(.zeros(parameter.value.shape, parameter.value.element))
      }
    }
  }

  /// One training step: evaluates the loss and changes every parameter. Returns the loss.
  @discardableResult
  public func step(_ loss: () -> Tensor) -> Tensor {
    do throws(GraphError) {
      return try tryStep(loss)
    } catch {
      return fail(error)
    }
  }

  /// `step`, throwing what goes wrong; then nothing has changed.
  public func tryStep(_ loss: () -> Tensor) throws(GraphError) -> Tensor {
    let (value, effects) = StepScope.open(loss)
    guard !value.node.isPoisoned else { return value }
    let changes = updates(from: value)
    try Engine.commit([value], changes + effects)
    stepCount += 1
    return value
  }

  /// Changes the parameters by gradients computed elsewhere, in the order of `parameters`.
  public func step(_ gradients: [Tensor]) throws(GraphError) {
    try Engine.commit([], apply(gradients))
    stepCount += 1
  }

  /// In a function of its own, so that no gradient outlives it: then old values are free to be overwritten.
  @inline(never)
  private func updates(from loss: Tensor) -> [CellUpdate] {
    apply(gradient(of: loss, withRespectTo: parameters))
  }

  private func apply(_ gradients: [Tensor]) -> [CellUpdate] {
    let element = parameters.first?.value.element ?? .float32
    let rate = Tensor(schedule(stepCount), element)
    let scalars = rule.scalars(count: stepCount + 1, element)
    var changes: [CellUpdate] = []
    changes.reserveCapacity(parameters.count * (1 + rule.stateCount))
    for (index, parameter) in parameters.enumerated() where parameter.isTrainable {
      let cells = states[index]
      let (value, newStates) = rule.update(
        UpdateStep(
          value: Tensor(parameter.node), gradient: gradients[index],
          states: cells.map { Tensor($0.node) }, learningRate: rate, count: stepCount + 1,
          scalars: scalars))
      changes.append(CellUpdate(parameter, value))
      for (cell, state) in zip(cells, newStates) { changes.append(CellUpdate(cell, state)) }
    }
    return changes
  }
}

/// Scalars of a step that do not depend on the parameter.
public protocol SharedScalars {
  func scalars(count: Int, _ element: ElementType) -> [Tensor]
}

/// The gradients of a loss with respect to parameters. A parameter without a path to the loss is an
/// error that names it.
func gradient(of loss: Tensor, withRespectTo parameters: [Parameter]) -> [Tensor] {
  guard loss.shape.isScalar else {
    let wrong = fail(
      GraphError(
        "gradient", "the loss must be a scalar, not \(loss.shape.description); take its mean"))
    return parameters.map { _ in wrong }
  }
  let found = gradients(of: loss, withRespectTo: parameters.map { Tensor($0.node) })
  return found.enumerated().map { index, value in
    value
      ?? fail(
        GraphError(
          "gradient",
          "no path leads from the loss to parameter \(parameters[index].name.isEmpty ? String(index) : parameters[index].name)"
        ))
  }
}

import AdjointGraph
import AdjointNN
import AdjointRuntime

/// How parameters are changed, as pure functions over tensors.
public struct UpdateRule: Sendable {
  /// How many states a parameter has beside it, each of the parameter's type, zero at first.
  public let stateCount: Int
  /// Called once a step and element type: makes the scalars that all parameters share, and gives the function
  /// that updates one of them.
  public let prepare: @Sendable (StepNumbers) -> (ParameterStep) -> ParameterUpdate

  /// A rule from its parts.
  public init(
    stateCount: Int,
    prepare: @escaping @Sendable (StepNumbers) -> (ParameterStep) -> ParameterUpdate
  ) {
    self.stateCount = stateCount
    self.prepare = prepare
  }
}

/// What a step has of numbers. As tensors they are operands: other numbers tomorrow are the same plan.
public struct StepNumbers: Sendable {
  /// The learning rate of this step.
  public let learningRate: Tensor
  /// Which update of the parameter this is, from 1.
  public let count: Int
  /// The element type of the parameters that are updated with them.
  public let element: ElementType

  /// A number as a tensor.
  public func scalar(_ number: Double) -> Tensor { Tensor(number, element) }
}

/// What an update rule sees of one parameter.
public struct ParameterStep: Sendable {
  /// The parameter's value.
  public let value: Tensor
  /// The loss's gradient with respect to it.
  public let gradient: Tensor
  /// Its states.
  public let states: [Tensor]
}

/// What an update rule makes of one parameter.
public struct ParameterUpdate: Sendable {
  let value: Tensor
  let states: [Tensor]

  /// A new value and new states.
  public init(_ value: Tensor, states: [Tensor] = []) {
    self.value = value
    self.states = states
  }
}

/// Changes parameters step by step.
///
/// `step` traces the loss, its gradient and every update as one graph and evaluates that as one plan.
public class Optimizer {
  /// What is optimised: each parameter once.
  public let parameters: [Parameter]
  /// The learning rate as a function of the step, from 0.
  public final var schedule: @Sendable (Int) -> Double
  /// What chance in the steps starts from: with the step's number it gives the step's key.
  public final var seed = 0
  /// Steps taken so far.
  public private(set) final var stepCount = 0
  private let rule: UpdateRule
  private let states: [[Cell]]
  /// How often each parameter was updated: one that was frozen for a while starts its averages late.
  private var updateCounts: [Int]

  /// An optimizer for these parameters; those that come twice are taken once.
  public init(
    _ parameters: [Parameter], _ rule: UpdateRule,
    learningRate schedule: @escaping @Sendable (Int) -> Double
  ) {
    var distinct: [Parameter] = []
    for parameter in parameters where !distinct.contains(where: { $0 === parameter }) {
      distinct.append(parameter)
    }
    self.parameters = distinct
    self.rule = rule
    self.schedule = schedule
    updateCounts = Array(repeating: 0, count: distinct.count)
    states = distinct.map { parameter in
      (0..<rule.stateCount).map { _ in
        Cell(.zeros(parameter.value.shape, parameter.value.element))
      }
    }
  }

  /// One training step: evaluates the loss and changes every parameter. Returns the loss.
  @discardableResult
  public final func step(_ loss: () -> Tensor) -> Tensor {
    do throws(GraphError) {
      return try tryStep(loss)
    } catch {
      return fail(error)
    }
  }

  /// `step`, throwing what goes wrong; then nothing has changed.
  public final func tryStep(_ loss: () -> Tensor) throws(GraphError) -> Tensor {
    try StepLock.withLock { () throws(GraphError) in try takeStep(loss) }
  }

  private func takeStep(_ loss: () -> Tensor) throws(GraphError) -> Tensor {
    let trainable = self.trainable
    let (value, changes) = try checked { () throws(GraphError) -> (Tensor, [CellUpdate]) in
      let (value, effects) = StepScope.open(
        key: RandomKey(seed).split(stepCount), loss)
      return (value, value.node.isPoisoned ? [] : updates(from: value, of: trainable) + effects)
    }
    try Engine.commit([value], changes)
    count(trainable)
    return value
  }

  /// Changes the parameters by gradients computed elsewhere, in the order of `parameters`.
  public final func tryStep(applying gradients: [Tensor]) throws(GraphError) {
    let trainable = self.trainable
    guard gradients.count == trainable.count else {
      throw GraphError(
        "step", "\(gradients.count) gradients for \(trainable.count) trainable parameters")
    }
    try StepLock.withLock { () throws(GraphError) in
      try Engine.commit([], try checked { apply(gradients, to: trainable) })
      count(trainable)
    }
  }

  private var trainable: [Int] { parameters.indices.filter { parameters[$0].isTrainable } }

  private func count(_ places: [Int]) {
    stepCount += 1
    for place in places { updateCounts[place] += 1 }
  }

  /// In a function of its own, so that no gradient outlives it: then old values are free to be overwritten.
  @inline(never)
  private func updates(from loss: Tensor, of trainable: [Int]) -> [CellUpdate] {
    let found = gradient(of: loss, withRespectTo: trainable.map { parameters[$0] })
    return apply(found, to: trainable)
  }

  private func apply(_ gradients: [Tensor], to places: [Int]) -> [CellUpdate] {
    var prepared: [(element: ElementType, count: Int, update: (ParameterStep) -> ParameterUpdate)] =
      []
    var changes: [CellUpdate] = []
    changes.reserveCapacity(places.count * (1 + rule.stateCount))
    for (place, gradient) in zip(places, gradients) {
      let (parameter, cells) = (parameters[place], states[place])
      let (value, count) = (parameter.value, updateCounts[place] + 1)
      if prepared.last?.element != value.element || prepared.last?.count != count {
        prepared.append((value.element, count, prepare(value.element, count)))
      }
      let new = prepared[prepared.count - 1].update(
        ParameterStep(value: value, gradient: gradient, states: cells.map { $0.value }))
      changes.append(CellUpdate(parameter, new.value))
      for (cell, state) in zip(cells, new.states) { changes.append(CellUpdate(cell, state)) }
    }
    return changes
  }

  private func prepare(
    _ element: ElementType, _ count: Int
  ) -> (ParameterStep) -> ParameterUpdate {
    rule.prepare(
      StepNumbers(
        learningRate: Tensor(schedule(stepCount), element), count: count, element: element))
  }
}

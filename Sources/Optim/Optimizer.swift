import AdjointGraph
import AdjointNN
import AdjointRuntime

/// Parameters that are changed by one rule.
public struct ParameterGroup: Sendable {
  /// The parameters.
  public let parameters: [Parameter]
  /// How they are changed.
  public let rule: UpdateRule
  /// Their learning rate as a function of the step; nil for the optimizer's.
  public var schedule: (@Sendable (Int) -> Double)?
  /// What their learning rate is multiplied by.
  public var rateFactor: Double

  /// A group that follows the optimizer's learning rate, or one of its own.
  public init(
    _ parameters: [Parameter], _ rule: UpdateRule, rateFactor: Double = 1,
    schedule: (@Sendable (Int) -> Double)? = nil
  ) {
    self.parameters = parameters
    self.rule = rule
    self.rateFactor = rateFactor
    self.schedule = schedule
  }
}

/// Changes parameters step by step.
///
/// `step` traces the loss, its gradient and every update as one graph and evaluates that as one plan.
public class Optimizer {
  /// What is optimised: each parameter once.
  public let parameters: [Parameter]
  /// The learning rate as a function of the step, from 0.
  @exclusivity(unchecked) public final var schedule: @Sendable (Int) -> Double
  /// What chance in the steps starts from: with the step's number it gives the step's key.
  @exclusivity(unchecked) public final var seed = 0
  /// The momentum (of Adam and its kin β₁) as a function of the step, where it is to change.
  @exclusivity(unchecked) public final var momentumSchedule: (@Sendable (Int) -> Double)?
  /// What every learning rate is multiplied by: for those who watch the training, such as `ReduceOnPlateau`.
  @exclusivity(unchecked) public final var rateScale = 1.0
  /// How gradients are kept from being too large, if at all.
  public final var clipping: GradientClipping? { didSet { form += 1 } }
  /// How many steps make one update, by the mean of their gradients. What depends on the batch's size, such as a
  /// schedule, counts updates.
  @exclusivity(unchecked) public final var accumulation = 1 { didSet { form += 1 } }
  /// Updates taken so far.
  @exclusivity(unchecked) public internal(set) final var stepCount = 0
  /// Averages of the weights, updated with them.
  public private(set) final var averages: [WeightAverage] = []
  /// Steps whose gradients wait for the update.
  @exclusivity(unchecked) final var waiting = 0
  /// Each parameter's group, states, how often it was updated (one that was frozen for a while starts its averages
  /// late), and the sum of gradients that wait.
  @exclusivity(unchecked) final var slots: [Slot]
  /// Changes with whatever the structure of a step depends on, beside the loss.
  @exclusivity(unchecked) final var form = 0
  /// Where the numbers of a step are noted that is traced to be replayed.
  @exclusivity(unchecked) final var rules: NumberRules?
  /// Whether a step is one plan, the same for all steps.
  var canBeCaptured: Bool { true }
  let groups: [ParameterGroup]

  struct Slot {
    let group: Int
    let forms: [StateForm]
    let states: [Cell]
    var count = 0
    var sum: Cell?
  }

  /// An optimizer for groups of parameters; those that come twice are taken where they come first.
  public init(
    _ groups: [ParameterGroup], learningRate schedule: @escaping @Sendable (Int) -> Double
  ) {
    var distinct: [Parameter] = []
    var known: Set<ObjectIdentifier> = []
    var slots: [Slot] = []
    for (index, group) in groups.enumerated() {
      for parameter in group.parameters where known.insert(ObjectIdentifier(parameter)).inserted {
        let forms = group.rule.states(parameter.value.shape)
        distinct.append(parameter)
        slots.append(
          Slot(group: index, forms: forms, states: forms.map { $0.cell(for: parameter) }))
      }
    }
    parameters = distinct
    self.slots = slots
    self.groups = groups
    self.schedule = schedule
  }

  /// An optimizer for these parameters; those that come twice are taken once.
  public convenience init(
    _ parameters: [Parameter], _ rule: UpdateRule,
    learningRate schedule: @escaping @Sendable (Int) -> Double
  ) {
    self.init([ParameterGroup(parameters, rule)], learningRate: schedule)
  }

  /// An optimizer for these parameters with a learning rate that stays.
  public convenience init(_ parameters: [Parameter], _ rule: UpdateRule, learningRate: Double) {
    self.init([ParameterGroup(parameters, rule)]) { _ in learningRate }
  }

  /// Takes learning rate, and momentum where there is one, from schedules.
  public final func follow(_ schedule: RateSchedule, momentum: RateSchedule? = nil) {
    self.schedule = schedule.value
    momentumSchedule = momentum?.value
  }

  /// Averages the weights from now on, in the step's own plan.
  @discardableResult
  public final func average(
    _ kind: WeightAverage.Kind, from start: Int = 0, every period: Int = 1
  ) -> WeightAverage {
    let average = WeightAverage(parameters, kind, from: start, every: period)
    averages.append(average)
    form += 1
    return average
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

  /// What a step does, under its lock.
  func takeStep(_ loss: () -> Tensor) throws(GraphError) -> Tensor {
    let trainable = self.trainable
    let (value, changes) = try trace(loss, trainable)
    try Engine.commit([value], changes)
    count(trainable)
    return value
  }

  /// The loss of a step, and what the step changes.
  final func trace(
    _ loss: () -> Tensor, _ trainable: [Int]
  ) throws(GraphError) -> (Tensor, [CellUpdate]) {
    try checked { () throws(GraphError) in
      let (value, effects) = StepScope.open(key: stepKey, loss)
      return (value, value.node.isPoisoned ? [] : updates(from: value, of: trainable) + effects)
    }
  }

  /// What chance in the step that is to be taken starts from.
  final var stepKey: RandomKey { RandomKey(seed).split(stepCount) }

  /// Changes the parameters by gradients computed elsewhere, in the order of `parameters`.
  public final func tryStep(applying gradients: [Tensor]) throws(GraphError) {
    let trainable = self.trainable
    guard gradients.count == trainable.count else {
      throw GraphError(
        "step", "\(gradients.count) gradients for \(trainable.count) trainable parameters")
    }
    try StepLock.withLock { () throws(GraphError) in
      try Engine.commit([], try checked { use(gradients, for: trainable) })
      count(trainable)
    }
  }

  #if !hasFeature(Embedded)
    /// What a kind of optimizer knows beside the states of its rules.
    var ownState: OptimizerState { OptimizerState(tensors: [], counts: []) }

    func restoreOwnState(_ reader: inout StateReader) throws(GraphError) {}
  #endif

  final var trainable: [Int] { parameters.indices.filter { parameters[$0].isTrainable } }

  /// Notes that the step that was made is done.
  final func count(_ places: [Int]) {
    waiting += 1
    guard waiting >= accumulation else { return }
    waiting = 0
    for average in averages { average.note(stepCount) }
    stepCount += 1
    if places.count < slots.count, changesWhoIsEqual(places) { form += 1 }
    for place in places { slots[place].count += 1 }
  }

  /// Whether an update of these parameters alone parts them from others that were updated as often, or brings them
  /// level with some: what was captured for equal counts is then another structure.
  private func changesWhoIsEqual(_ places: [Int]) -> Bool {
    let updated = Set(places.map { slots[$0].count })
    var next = places.makeIterator()
    var skipped = next.next()
    for place in slots.indices {
      if place == skipped {
        skipped = next.next()
      } else if updated.contains(slots[place].count) || updated.contains(slots[place].count - 1) {
        return true
      }
    }
    return false
  }

  /// In a function of its own, so that no gradient outlives it: then old values are free to be overwritten.
  @inline(never)
  private func updates(from loss: Tensor, of trainable: [Int]) -> [CellUpdate] {
    let found = gradient(of: loss, withRespectTo: trainable.map { parameters[$0] })
    return use(found, for: trainable)
  }

  /// Adds gradients to those that wait, and once there are enough makes the update of them.
  private func use(_ gradients: [Tensor], for places: [Int]) -> [CellUpdate] {
    guard accumulation > 1 || waiting > 0 else { return change(gradients, of: places) }
    let isLast = waiting + 1 >= accumulation
    var sums: [Tensor] = []
    var changes: [CellUpdate] = []
    for (place, gradient) in zip(places, gradients) {
      let cell = sumCell(place)
      let sum = waiting == 0 ? gradient : cell.value + gradient
      sums.append(sum)
      changes.append(CellUpdate(cell, sum))
    }
    guard isLast else { return changes }
    return change(sums.map { $0 * share($0.element) }, of: places)
  }

  /// What the sum of all gradients is multiplied by.
  private func share(_ element: ElementType) -> Tensor {
    let share = Tensor(1 / Double(waiting + 1), element)
    rules?.note(share, .own { 1 / Double($0.waiting + 1) })
    return share
  }

  final func sumCell(_ place: Int) -> Cell {
    if let cell = slots[place].sum { return cell }
    let value = parameters[place].value
    let cell = Cell(.zeros(value.shape, value.element))
    slots[place].sum = cell
    return cell
  }

  /// One update of these parameters by these gradients.
  private func change(_ gradients: [Tensor], of places: [Int]) -> [CellUpdate] {
    let gradients = clipping.map { $0.clipped(gradients) } ?? gradients
    var prepared = Prepared()
    var changes: [CellUpdate] = []
    changes.reserveCapacity(places.count * 3)
    var values: [Tensor] = []
    for (place, gradient) in zip(places, gradients) {
      let parameter = parameters[place]
      let (value, states) = (parameter.value, slots[place].states)
      let update = prepared.update(
        self, slots[place].group, place, slots[place].count + 1, value.element)
      let new = update(
        ParameterStep(value: value, gradient: gradient, states: states.map { $0.value }))
      if !averages.isEmpty { values.append(new.value) }
      changes.append(CellUpdate(parameter, new.value))
      for (cell, state) in zip(states, new.states) { changes.append(CellUpdate(cell, state)) }
    }
    for average in averages { changes += average.updates(stepCount, values, of: places, rules) }
    return changes
  }

  /// The rule made ready for the parameters of a group, an element type and a count: mostly it is the last one's.
  private struct Prepared {
    private var group = -1
    private var count = 0
    private var element = ElementType.float32
    private var update: ((ParameterStep) -> ParameterUpdate)?

    mutating func update(
      _ optimizer: Optimizer, _ group: Int, _ place: Int, _ count: Int, _ element: ElementType
    ) -> (ParameterStep) -> ParameterUpdate {
      if let update, group == self.group, count == self.count, element == self.element {
        return update
      }
      (self.group, self.count, self.element) = (group, count, element)
      let numbers = StepNumbers(
        optimizer.figures(group: group, place: place), element, optimizer.rules, group: group,
        place: place)
      let update = optimizer.groups[group].rule.prepare(numbers)
      self.update = update
      return update
    }
  }

  /// The numbers of a group in the step that is to be taken, and how often a parameter of it is updated then.
  final func figures(group: Int, place: Int) -> StepFigures {
    StepFigures(
      rate: learningRate(of: groups[group], at: stepCount),
      momentum: momentumSchedule?(stepCount), count: slots[place].count + 1)
  }

  /// The learning rate that a group has at a step.
  public final func learningRate(of group: ParameterGroup, at step: Int) -> Double {
    (group.schedule ?? schedule)(step) * group.rateFactor * rateScale
  }
}

#if !hasFeature(Embedded)
  extension Optimizer {
    /// An optimizer for all parameters of a model, with a learning rate that stays.
    public convenience init(_ model: some Module, _ rule: UpdateRule, learningRate: Double) {
      self.init([ParameterGroup(model.parameters, rule)]) { _ in learningRate }
    }
  }
#endif

extension ParameterGroup {
  /// Two groups: what is decayed, by default no biases and norms, by one rule, and the rest by another.
  public static func split(
    _ parameters: [Parameter], decayed choice: ParameterChoice = .weights, _ rule: UpdateRule,
    others: UpdateRule
  ) -> [ParameterGroup] {
    [
      ParameterGroup(parameters.filter { choice.holds($0) }, rule),
      ParameterGroup(parameters.filter { !choice.holds($0) }, others),
    ]
  }
}

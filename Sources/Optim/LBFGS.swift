import AdjointGraph
import AdjointNN
import AdjointRuntime

/// L-BFGS (Liu and Nocedal 1989), as PyTorch has it: a step evaluates its closure several times, each time on all data
/// that count.
///
/// The history is kept and combined in Doubles; each evaluation of loss and gradient is one plan. Groups, clipping and
/// accumulation are for others.
public final class LBFGS: Optimizer {
  /// When a step ends, and how much is remembered.
  public struct Options: Sendable {
    /// Iterations a step.
    public var iterations = 20
    /// Evaluations a step; nil for a quarter more than iterations.
    public var evaluations: Int?
    /// The largest gradient element at which it ends.
    public var gradientTolerance = 1e-7
    /// The change of a parameter or of the loss at which it ends.
    public var changeTolerance = 1e-9
    /// Pairs of steps and gradient differences that are kept.
    public var historySize = 100
    /// Whether each step's length is searched until it satisfies Wolfe's strong conditions.
    public var searchesLine = false

    /// PyTorch's defaults.
    public init() {}
  }

  private let options: Options
  private var history = LBFGSHistory()

  /// L-BFGS over these parameters.
  public init(_ parameters: [Parameter], learningRate: Double = 1, options: Options = Options()) {
    self.options = options
    super.init([ParameterGroup(parameters, UpdateRule { _ in { ParameterUpdate($0.value) } })]) {
      _ in learningRate
    }
  }

  #if !hasFeature(Embedded)
    /// L-BFGS over all parameters of a model.
    public convenience init(
      _ model: some Module, learningRate: Double = 1, options: Options = Options()
    ) {
      self.init(model.parameters, learningRate: learningRate, options: options)
    }
  #endif

  /// A step reads losses and gradients and decides by them.
  override var canBeCaptured: Bool { false }

  override func takeStep(_ loss: () -> Tensor) throws(GraphError) -> Tensor {
    let places = trainable
    let start = places.map { parameters[$0].value }
    let old = history
    do throws(GraphError) {
      let first = try minimize(loss, places.map { parameters[$0] })
      for average in averages {
        try Engine.commit(
          [], average.updates(stepCount, places.map { parameters[$0].value }, of: places, nil))
      }
      count(places)
      return first
    } catch {
      for (place, value) in zip(places, start) { parameters[place].value = value }
      history = old
      throw error
    }
  }

  /// One step; returns the loss that it began with.
  private func minimize(
    _ loss: () -> Tensor, _ parameters: [Parameter]
  ) throws(GraphError) -> Tensor {
    var objective = Objective(parameters)
    let value = try objective.evaluate(loss, committingEffects: true)
    var now = LinePoint(length: 0, loss: value.item, gradient: objective.gradient, slope: 0)
    guard largest(now.gradient) > options.gradientTolerance else { return value }
    let iterations = Swift.max(options.iterations, 1)
    let limit = options.evaluations ?? iterations * 5 / 4
    var evaluations = 1
    for iteration in 1...iterations {
      let before = now.loss
      let direction = history.direction(now.gradient, keeping: options.historySize)
      now.length = 0
      now.slope = dot(now.gradient, direction)
      history.length = firstLength(now.gradient)
      if now.slope > -options.changeTolerance { break }
      let origin = objective.position
      if options.searchesLine {
        let found = try search(loss, &objective, from: now, direction, limit - evaluations)
        (now, history.length) = (found.point, found.point.length)
        evaluations += found.evaluations
      }
      objective.move(from: origin, by: history.length, along: direction)
      if iteration == iterations { break }
      if !options.searchesLine {
        now.loss = try objective.evaluate(loss).item
        now.gradient = objective.gradient
        evaluations += 1
      }
      let moved = largest(direction) * history.length.magnitude
      if evaluations >= limit || largest(now.gradient) <= options.gradientTolerance
        || moved <= options.changeTolerance
        || (now.loss - before).magnitude < options.changeTolerance
      {
        break
      }
    }
    return value
  }

  /// The step length to begin with: before anything is known of the curvature, a short one.
  private func firstLength(_ gradient: [Double]) -> Double {
    let rate = learningRate(of: groups[0], at: stepCount)
    guard history.iterations == 1 else { return rate }
    return Swift.min(1, 1 / gradient.reduce(0) { $0 + $1.magnitude }) * rate
  }

  private func search(
    _ loss: () -> Tensor, _ objective: inout Objective, from start: LinePoint,
    _ direction: [Double], _ limit: Int
  ) throws(GraphError) -> (point: LinePoint, evaluations: Int) {
    let origin = objective.position
    let line = LineSearch(
      tolerance: options.changeTolerance, limit: limit, stride: largest(direction))
    return try line.run(from: start, first: history.length) {
      (length) throws(GraphError) -> LinePoint in
      objective.move(from: origin, by: length, along: direction)
      let value = try objective.evaluate(loss)
      return LinePoint(
        length: length, loss: value.item, gradient: objective.gradient,
        slope: dot(objective.gradient, direction))
    }
  }

  #if !hasFeature(Embedded)
    override var ownState: OptimizerState { history.state }

    override func restoreOwnState(_ reader: inout StateReader) throws(GraphError) {
      history = try LBFGSHistory(&reader)
    }
  #endif
}

/// A loss and its gradient as functions of one vector: all parameters one after another.
private struct Objective {
  let parameters: [Parameter]
  var gradient: [Double] = []

  init(_ parameters: [Parameter]) { self.parameters = parameters }

  var position: [Double] { parameters.flatMap { $0.value.doubles } }

  func move(from origin: [Double], by length: Double, along direction: [Double]) {
    var place = 0
    for parameter in parameters {
      let value = parameter.value
      let new = (place..<(place + value.count)).map { origin[$0] + length * direction[$0] }
      parameter.value = Tensor(new, shape: value.shape, value.element)
      place += value.count
    }
  }

  /// What a step's closure wants to change beside the loss is done once, at the first evaluation.
  mutating func evaluate(
    _ loss: () -> Tensor, committingEffects: Bool = false
  ) throws(GraphError) -> Tensor {
    let parameters = self.parameters
    let (value, slopes, effects) = try checked {
      () throws(GraphError) -> (Tensor, [Tensor], [CellUpdate]) in
      let (value, effects) = StepScope.open(loss)
      guard !value.node.isPoisoned else { return (value, [], []) }
      return (value, AdjointNN.gradient(of: value, withRespectTo: parameters), effects)
    }
    try Engine.commit([value] + slopes, committingEffects ? effects : [])
    gradient = slopes.flatMap { $0.doubles }
    return value
  }
}

import AdjointData
import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// What a step's gradients and activations look like, layer by layer, at the weights of this moment.
public struct LayerStatistics: Sendable {
  /// What is known of a parameter's gradient.
  public struct Gradient: Sendable {
    /// The parameter.
    public let name: String
    /// The parameter's shape.
    public let shape: Shape
    /// The root of the mean square of the gradient's elements.
    public let size: Double
    /// The same of the parameter's own elements.
    public let weightSize: Double
    /// Whether in parameter and gradient every row is the same as the first: then all units are the same.
    let isSymmetric: Bool
  }

  /// What is known of the outputs of a non-linearity.
  public struct Activation: Sendable {
    /// The layer before it.
    public let layer: String
    /// Which one it is: `relu`, `sigmoid` or `tanh`.
    public let function: String
    /// The root of the mean square of its outputs.
    public let size: Double
    /// The share of units that give 0 for every example of the batch; for `sigmoid` and `tanh`, that are at an end of
    /// their range for every one.
    public let deadShare: Double
    /// How many units it has.
    public let units: Int
  }

  /// The loss of the batch.
  public let loss: Double
  /// The gradients of the trainable parameters, those nearest to the input first.
  public let gradients: [Gradient]
  /// The non-linearities, those nearest to the input first.
  public let activations: [Activation]
  /// Parameters that the loss does not depend on.
  public let unreached: [String]
}

extension Trainer {
  /// Looks at the gradients and activations of a batch. Nothing is changed by it.
  public func layerStatistics(of batch: Batch) throws -> LayerStatistics {
    try Probe(self, batch).read()
  }
}

/// The graph of a batch's loss and gradients, with what is to be measured in it.
private struct Probe {
  private let loss: Tensor
  private var unreached: [String] = []
  private var gradients: [(parameter: Parameter, gradient: Tensor, depth: Int)] = []
  private var activations: [(layer: String, function: String, output: Tensor)] = []

  init(_ trainer: Trainer, _ batch: Batch) throws {
    let (_, loss) = try trainer.trace(batch)
    self.loss = loss
    let parameters = trainer.optimizer.parameters.filter { $0.isTrainable }
    let found = AdjointGraph.gradients(of: loss, withRespectTo: parameters.map { $0.value })
    let graph = GraphView(loss, cells: trainer.cells + parameters)
    for (place, (parameter, gradient)) in zip(parameters, found).enumerated() {
      guard let gradient else {
        unreached.append(parameter.name.isEmpty ? "parameter \(place)" : parameter.name)
        continue
      }
      gradients.append((parameter, gradient, graph.depth(of: parameter) ?? 0))
    }
    gradients.sort { $0.depth < $1.depth }
    activations = graph.activations()
  }

  /// All figures as one plan, which is the same for every batch of a size.
  func read() throws -> LayerStatistics {
    let sizes = gradients.map { rootMeanSquare($0.gradient) }
    let weights = gradients.map { rootMeanSquare($0.parameter.value) }
    let rows = gradients.map { rowSpread($0.gradient, $0.parameter.value) }
    let outputs = activations.map { rootMeanSquare($0.output) }
    let dead = activations.map { deadShare($0.function, $0.output) }
    try Engine.evaluate([loss] + sizes + weights + rows.compactMap { $0 } + outputs + dead)
    return LayerStatistics(
      loss: loss.item,
      gradients: gradients.indices.map { place in
        let parameter = gradients[place].parameter
        return LayerStatistics.Gradient(
          name: parameter.name, shape: parameter.value.shape, size: sizes[place].item,
          weightSize: weights[place].item, isSymmetric: rows[place]?.item == 0)
      },
      activations: activations.indices.map { place in
        let output = activations[place].output
        return LayerStatistics.Activation(
          layer: activations[place].layer, function: activations[place].function,
          size: outputs[place].item, deadShare: dead[place].item,
          units: output.shape[unitAxis(output.rank)])
      }, unreached: unreached)
  }

  private func rootMeanSquare(_ x: Tensor) -> Tensor {
    let wide = x.cast(to: .float64)
    return sqrt((wide * wide).mean())
  }

  /// How far the rows of a weight and of its gradient are from their first; nil for what has no rows.
  private func rowSpread(_ gradient: Tensor, _ weight: Tensor) -> Tensor? {
    guard weight.rank > 1, weight.shape[0] > 1, weight.count > 0 else { return nil }
    return [gradient, weight].map { x in
      abs(x - x.slice(start: 0, length: 1)).max().cast(to: .float64)
    }.reduce(Tensor(0, .float64), +)
  }

  /// Images have their channels along axis 1, sequences and rows their units along the last.
  private func unitAxis(_ rank: Int) -> Int { rank > 3 ? 1 : rank - 1 }

  private func deadShare(_ function: String, _ output: Tensor) -> Tensor {
    let others = (0..<output.rank).filter { $0 != unitAxis(output.rank) }
    let wide = output.cast(to: .float64)
    let isIdle: Tensor
    switch function {
    case "sigmoid": isIdle = abs(wide - 0.5) > 0.4999
    case "tanh": isIdle = abs(wide) > 0.9999
    default: isIdle = wide <= 0
    }
    return (isIdle.cast(to: .float64).mean(others) >= 1).cast(to: .float64).mean()
  }
}

/// A graph seen by those who look for layers in it.
struct GraphView {
  let nodes: [Node]
  private let names: [ObjectIdentifier: String]
  private let places: [ObjectIdentifier: Int]

  init(_ root: Tensor, cells: [Cell]) { self.init([root], cells: cells) }

  init(_ roots: [Tensor], cells: [Cell]) {
    nodes = GraphLock.withLock {
      let walk = Walk.take()
      defer { walk.giveBack() }
      walk.order(roots: roots.map { $0.node }, stoppingAtValues: false)
      return (0..<walk.count).map { walk.node($0) }
    }
    var names: [ObjectIdentifier: String] = [:]
    for cell in cells where !cell.name.isEmpty { names[ObjectIdentifier(cell.node)] = cell.name }
    self.names = names
    places = Dictionary(
      uniqueKeysWithValues: nodes.enumerated().map { (ObjectIdentifier($1), $0) })
  }

  /// Where a cell's value stands in the order of the graph.
  func depth(of cell: Cell) -> Int? { places[ObjectIdentifier(cell.node)] }

  /// The cell that a node is the value of.
  func name(of node: Node) -> String? { names[ObjectIdentifier(node)] }

  /// The layer of a node: that of the parameter to which the way through the inputs is shortest.
  func layer(of node: Node) -> String? {
    var waiting = [node]
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(node)]
    var next = 0
    while next < waiting.count {
      let node = waiting[next]
      next += 1
      if let name = name(of: node) { return layerName(name) }
      for index in 0..<node.inputCount {
        let input = node.input(index)
        if seen.insert(ObjectIdentifier(input)).inserted { waiting.append(input) }
      }
    }
    return nil
  }

  /// `fc1` of `fc1.weight`.
  private func layerName(_ cell: String) -> String {
    guard let point = cell.utf8.lastIndex(of: UInt8(ascii: ".")) else { return cell }
    return String(cell[..<point])
  }

  /// The non-linearities whose units can die, in order.
  func activations() -> [(layer: String, function: String, output: Tensor)] {
    nodes.compactMap { node in
      let name = node.operation.name
      guard ["relu", "sigmoid", "tanh"].contains(name), node.shape.rank > 1, node.shape.count > 0,
        let layer = layer(of: node)
      else { return nil }
      return (layer, name, Tensor(node))
    }
  }
}

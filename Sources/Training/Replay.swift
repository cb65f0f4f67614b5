import AdjointFormats
import AdjointData
import AdjointGraph
import AdjointNN
import AdjointOptim
import AdjointRuntime

/// Where the first value came about that is not finite.
struct BadValue {
  let place: String?
  /// What happened, in a sentence.
  let sentence: String
  /// What to try.
  let advice: String
  /// Whether the weights had grown out of all proportion before.
  var weightsExploded = false
}

/// Takes the last steps of a training again, until one goes wrong, and goes through that one node by node. Steps
/// are functions of their state and batch alone: what happened happens again.
struct Replay {
  private let trainer: Trainer
  private let loader: Loader
  /// The step of the epoch at whose end it showed.
  private let lastStep: Int

  init(_ trainer: Trainer, _ loader: Loader, until lastStep: Int) {
    self.trainer = trainer
    self.loader = loader
    self.lastStep = lastStep
  }

  /// Goes on from a state until a step goes wrong, and leaves the trainer as it was before that step.
  func find(from snapshot: TrainingState) throws -> BadValue {
    try trainer.restore(snapshot)
    let startSize = weightSize()
    let batches = loader.batches(epoch: trainer.history.count, from: trainer.position.step)
    while trainer.position.step < lastStep, let batch = try batches.nextBatch() {
      let before = trainer.captureState()
      let loss = try trainer.take(batch).item
      trainer.position.add(loss, batch.count)
      guard loss.isFinite, weightSize().isFinite else {
        let after = weightSize()
        try trainer.restore(before)
        var bad = try examine(batch)
        let size = max(weightSize(), after.isFinite ? after : 0)
        bad.weightsExploded = size > 100 * (startSize + 1e-3)
        return bad
      }
    }
    return BadValue(
      place: nil, sentence: "The loss was not finite, but was so when the step was repeated.",
      advice: "Is the data set the same every time it is read?")
  }

  /// The root of the mean square of all parameters.
  private func weightSize() -> Double {
    var (sum, count) = (0.0, 0)
    for parameter in trainer.optimizer.parameters {
      for number in parameter.value.doubles { sum += number * number }
      count += parameter.value.count
    }
    return (sum / Double(max(count, 1))).squareRoot()
  }

  /// Computes a step's graph node by node and says where the first bad value is.
  private func examine(_ batch: Batch) throws -> BadValue {
    for (name, tensor) in [("inputs", batch.input), ("targets", batch.target)] {
      if let place = badRow(tensor) {
        return BadValue(
          place: name,
          sentence:
            "The \(name) of example \(place) of step \(trainer.position.step + 1) of epoch \(trainer.history.count + 1) hold NaN or an infinity.",
          advice: "Repair or leave out such examples.")
      }
    }
    let parameters = trainer.optimizer.parameters.filter { $0.isTrainable }
    let (_, loss) = try trainer.trace(batch)
    let gradients = AdjointGraph.gradients(of: loss, withRespectTo: parameters.map { $0.value })
      .compactMap { $0 }
    let view = GraphView([loss] + gradients, cells: trainer.cells + parameters)
    for node in view.nodes where node.inputCount > 0 { try Engine.evaluate([Tensor(node)]) }
    guard let root = ([loss] + gradients).first(where: { badness(of: $0.node) > 0 }) else {
      return BadValue(
        place: nil, sentence: "the loss and its gradients are finite, the new weights are not.",
        advice: "The steps are too large: try a smaller learning rate.")
    }
    return describe(origin(of: root.node), in: view, isGradient: root.node !== loss.node)
  }

  private func badRow(_ tensor: Tensor) -> Int? {
    guard tensor.element.isFloating, tensor.rank > 0 else { return nil }
    let width = max(tensor.count / max(tensor.shape[0], 1), 1)
    return tensor.doubles.firstIndex { !$0.isFinite }.map { $0 / width }
  }

  /// From a bad value back to one all of whose inputs are sound. An infinity that is given (a mask) is sound.
  private func origin(of root: Node) -> Node {
    var node = root
    while true {
      let inputs = (0..<node.inputCount).map { node.input($0) }.filter {
        badness(of: $0) > 0 && ($0.inputCount > 0 || badness(of: $0) == 2)
      }
      guard let worse = inputs.max(by: { badness(of: $0) < badness(of: $1) }) else { return node }
      node = worse
    }
  }

  /// 2 where it holds NaN, 1 where an infinity, otherwise 0.
  private func badness(of node: Node) -> Int {
    guard node.element.isFloating else { return 0 }
    let numbers = Tensor(node).doubles
    return numbers.contains { $0.isNaN } ? 2 : numbers.contains { $0.isInfinite } ? 1 : 0
  }

  private func describe(_ node: Node, in view: GraphView, isGradient: Bool) -> BadValue {
    let numbers = Tensor(node).doubles
    let bad = numbers.filter { !$0.isFinite }
    let what = bad.contains { $0.isNaN } ? "NaN" : "an infinity"
    let layer = view.name(of: node) ?? view.layer(of: node)
    let part = isGradient ? "the gradient" : "the forward pass"
    let inputs = (0..<node.inputCount).map { describe(node.input($0)) }.joined(separator: " and ")
    let whereabouts = layer.map { " near \($0)" } ?? ""
    let given = inputs.isEmpty ? "" : ", of \(inputs)"
    return BadValue(
      place: layer,
      sentence:
        "`\(node.operation.name)` gave \(what) in \(bad.count) of \(numbers.count) elements in \(part)\(whereabouts)\(given) (step \(trainer.position.step + 1) of epoch \(trainer.history.count + 1)).",
      advice: advice(node.operation.name))
  }

  private func describe(_ node: Node) -> String {
    let numbers = Tensor(node).doubles.filter { $0.isFinite }
    guard let low = numbers.min(), let high = numbers.max() else {
      return "\(node.shape.description) without a finite element"
    }
    return
      "\(node.shape.description) from \(NumberText.short(low, digits: 4)) to \(NumberText.short(high, digits: 4))"
  }

  private func advice(_ operation: String) -> String {
    switch operation {
    case "log", "log1p": "Keep what the logarithm is taken of above 0, or use a loss of logits."
    case "divide": "Add something small to the divisor."
    case "sqrt", "power", "realPower":
      "Keep what the root is taken of above 0: add something small."
    case "exp", "expm1":
      "Subtract the largest element first, or use the functions made for it (softmax, logSumExp)."
    default: "Try a smaller learning rate, clipping the gradients, or inputs of a smaller size."
    }
  }
}

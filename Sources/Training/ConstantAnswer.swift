import AdjointData
import AdjointGraph
import AdjointRuntime

/// The loss of giving the same answer for everything: what any learning must beat.
struct ConstantAnswer {
  /// More examples tell little more.
  private static let limit = 4096
  /// Where an example takes long to make.
  private static let slowLimit = 256

  private let loss: (Tensor, Tensor) -> Tensor
  private let outputShape: [Int]

  init(_ loss: @escaping (Tensor, Tensor) -> Tensor, _ outputShape: [Int]) {
    self.loss = loss
    self.outputShape = outputShape
  }

  /// The losses of the best constant answer to the training data; nil where none is found that fits the loss.
  func losses(
    _ training: Loader, _ validation: Loader?
  ) throws -> (training: Double, validation: Double?)? {
    let targets = try sample(training)
    let held = try validation.map { try sample($0) }
    var best: (training: Double, validation: Double?)?
    for answer in answers(targets) {
      guard let value = value(answer, targets), value.isFinite else { continue }
      if let known = best, known.training <= value { continue }
      best = (value, held.flatMap { self.value(answer, $0) })
    }
    return best
  }

  private func sample(_ loader: Loader) throws -> Tensor {
    let most = loader.data.isSlow ? ConstantAnswer.slowLimit : ConstantAnswer.limit
    let count = min(loader.data.count, most)
    return try loader.data.batch((0..<count).map { $0 * loader.data.count / count }).target
  }

  private func value(_ answer: [Double], _ targets: Tensor) -> Double? {
    let count = targets.shape[0]
    let row = Tensor(answer, shape: Shape([1] + outputShape))
    // What does not fit (a loss of other types, say) is no answer.
    do throws(GraphError) {
      let value = try checked { () throws(GraphError) -> Tensor in
        loss(row.broadcast(to: Shape([count] + outputShape)), targets)
      }
      guard value.count == 1 else { return nil }
      return try value.tryEvaluated().item
    } catch {
      return nil
    }
  }

  /// What may be the best: the logarithms of the classes' shares, the mean of the targets, and its logit.
  private func answers(_ targets: Tensor) -> [[Double]] {
    let width = outputShape.reduce(1, *)
    guard targets.rank > 0, targets.shape[0] > 0, width > 0 else { return [] }
    if !targets.element.isFloating, targets.rank == 1, outputShape.count == 1, width > 1 {
      var shares = [Double](repeating: 1e-9, count: width)
      for label in targets.integers where shares.indices.contains(label) { shares[label] += 1 }
      return [shares.map { ScalarMath.log($0 / Double(targets.count)) }]
    }
    guard targets.count == targets.shape[0] * width else { return [] }
    var mean = [Double](repeating: 0, count: width)
    for (place, number) in targets.doubles.enumerated() { mean[place % width] += number }
    for place in mean.indices { mean[place] /= Double(targets.shape[0]) }
    guard mean.allSatisfy({ $0 > 0 && $0 < 1 }) else { return [mean] }
    return [mean, mean.map { ScalarMath.log($0 / (1 - $0)) }]
  }
}

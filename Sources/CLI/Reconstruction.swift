import Adjoint
import AdjointData

/// Examples that are to be given back: what should come out is what goes in, as numbers in a row.
struct Reconstruction: Dataset {
  let base: any Dataset

  var count: Int { base.count }
  var isSlow: Bool { base.isSlow }

  func batch(_ places: [Int]) throws -> Batch { turned(try base.batch(places)) }
  func batch(_ places: [Int], epoch: Int) throws -> Batch {
    turned(try base.batch(places, epoch: epoch))
  }

  private func turned(_ batch: Batch) -> Batch {
    let x = batch.input
    return Batch(input: x, target: x.rank > 2 ? x.flattened(from: 1) : x)
  }

  /// Whether a model of the catalogue is made for that.
  static func isTask(of model: String?) -> Bool { model == "autoencoder" }
}

extension TrainingData {
  /// The same data for a network that gives back what it gets.
  func reconstructing() throws -> TrainingData {
    guard task != .language else {
      throw CommandError.usage(
        "train: an autoencoder gives back pictures or rows of numbers, not text")
    }
    var preprocessing = self.preprocessing
    preprocessing.target = []
    let count = inputShape.reduce(1, *)
    let reading = test
    return TrainingData(
      name: name, training: Reconstruction(base: training),
      validation: validation.map { Reconstruction(base: $0) },
      test: reading.map { read in { Reconstruction(base: try read()) } }, task: .regression,
      labels: (1...max(count, 1)).map { String($0) }, preprocessing: preprocessing,
      notes: notes.filter { !$0.hasPrefix("classification") } + [
        "reconstruction: an autoencoder is to give back the \(count) numbers that it gets; nothing else is learned from"
      ])
  }
}

import Adjoint
import AdjointGraph

/// The cases of tools/parity/loss_values.py: inputs, and the loss of them for a reduction.
enum LossCases {
  typealias Found = (inputs: [Tensor], loss: Tensor)

  static let reductions: [String: Reduction] = ["mean": .mean, "sum": .sum, "none": .none]

  static let reduced: [String: @Sendable (Reduction) -> Found] =
    regression.merging(binary) { a, _ in a }.merging(classes) { a, _ in a }
    .merging(pairs) { a, _ in a }.merging(sequences) { a, _ in a }.merging(edges) { a, _ in a }

  private static func real(_ shape: Shape, _ seed: Int, _ scale: Double = 4) -> Tensor {
    Tensor(Hashed.uniform(shape.count, seed, scale: scale), shape: shape, .float64)
  }

  private static func whole(_ shape: Shape, _ seed: Int, _ bound: Int) -> Tensor {
    Tensor(Hashed.classes(shape.count, seed, below: bound), shape: shape)
  }

  private static var x: Tensor { real([3, 4], 1) }
  private static var y: Tensor { real([3, 4], 2) }

  private static func two(_ a: Tensor, _ b: Tensor, _ loss: (Tensor, Tensor) -> Tensor) -> Found {
    ([a, b], loss(a, b))
  }

  private static let regression: [String: @Sendable (Reduction) -> Found] = [
    "squared": { r in two(x, y) { squaredError($0, $1, reduction: r) } },
    "absolute": { r in two(x, y) { absoluteError($0, $1, reduction: r) } },
    "huber": { r in two(x, y) { huberLoss($0, $1, delta: 0.7, reduction: r) } },
    "smooth": { r in two(x, y) { smoothAbsoluteError($0, $1, beta: 0.6, reduction: r) } },
    "smooth-0": { r in two(x, y) { smoothAbsoluteError($0, $1, beta: 0, reduction: r) } },
    "kl": { r in
      let p = real([3, 4], 3).logSoftmax(1).evaluated()
      var rows = real([3, 4], 4).softmax(1).doubles
      // The batch mean's case has the probabilities as they are.
      if case .batchMean = r {} else { rows.replaceSubrange(4..<8, with: [0, 0.5, 0.5, 0]) }
      return ([p], klDivergence(p, Tensor(rows, shape: [3, 4], .float64), reduction: r))
    },
    "kl-logarithms": { r in
      two(real([3, 4], 3).logSoftmax(1).evaluated(), real([3, 4], 4).logSoftmax(1).evaluated()) {
        klDivergence($0, $1, targetsAreLogarithms: true, reduction: r)
      }
    },
  ]

  private static var logits: Tensor { real([3, 4], 5, 8) }
  private static var truth: Tensor { whole([3, 4], 9, 2).cast(to: .float64) }

  private static let binary: [String: @Sendable (Reduction) -> Found] = [
    "binary": { r in
      two(logits, (real([3, 4], 6, 1) + 0.5).evaluated()) {
        binaryCrossEntropy($0, $1, reduction: r)
      }
    },
    "binary-weights": { r in
      let x = logits
      return (
        [x],
        binaryCrossEntropy(
          x, real([3, 4], 6, 1) + 0.5, weight: real([3, 4], 8, 1) + 1,
          positiveWeight: real([4], 7, 1) + 1, reduction: r)
      )
    },
    "focal": { r in
      let x = logits
      return ([x], focalLoss(x, truth, reduction: r))
    },
    "focal-1.5": { r in
      let x = logits
      return ([x], focalLoss(x, truth, gamma: 1.5, alpha: nil, reduction: r))
    },
    "hinge": { r in
      let x = logits
      return ([x], hingeLoss(x, truth * 2 - 1, reduction: r))
    },
    "hinge-squared": { r in
      let x = logits
      return ([x], hingeLoss(x, truth * 2 - 1, margin: 0.5, squared: true, reduction: r))
    },
  ]

  private static func scores(
    _ r: Reduction, _ loss: (_ x: Tensor, _ y: Tensor, _ some: Tensor, _ weights: Tensor) -> Tensor
  ) -> Found {
    let (x, y) = (real([5, 4], 10, 6), whole([5], 11, 4))
    var some = y.integers
    some[1] = -100
    some[4] = -100
    return ([x], loss(x, y, Tensor(some), real([4], 12, 1) + 1))
  }

  private static let classes: [String: @Sendable (Reduction) -> Found] = [
    "classes": { r in scores(r) { x, y, _, _ in crossEntropy(x, y, reduction: r) } },
    "classes-weights": { r in
      scores(r) { x, y, _, w in crossEntropy(x, y, weights: w, reduction: r) }
    },
    "classes-ignored": { r in
      scores(r) { x, _, some, _ in crossEntropy(x, some, ignored: -100, reduction: r) }
    },
    "classes-smoothing": { r in
      scores(r) { x, y, _, _ in crossEntropy(x, y, smoothing: 0.2, reduction: r) }
    },
    "classes-all": { r in
      scores(r) { x, _, some, w in
        crossEntropy(x, some, weights: w, ignored: -100, smoothing: 0.2, reduction: r)
      }
    },
    "classes-soft": { r in
      two(real([5, 4], 10, 6), real([5, 4], 13).softmax(1).evaluated()) {
        crossEntropy($0, $1, reduction: r)
      }
    },
    "classes-soft-all": { r in
      scores(r) { x, _, _, w in
        crossEntropy(x, real([5, 4], 13).softmax(1), weights: w, smoothing: 0.3, reduction: r)
      }
    },
    "likelihood": { r in
      scores(r) { x, _, some, w in
        negativeLogLikelihood(x, some, weights: w, ignored: -100, reduction: r)
      }
    },
    "classes-images": { r in
      let x = real([2, 4, 3, 2], 14)
      return (
        [x],
        crossEntropy(
          x, whole([2, 3, 2], 15, 4), axis: 1, weights: real([4], 12, 1) + 1, smoothing: 0.1,
          reduction: r)
      )
    },
    "classes-words": { r in
      let x = real([2, 3, 5], 16)
      return ([x], crossEntropy(x, whole([2, 3], 17, 5), reduction: r))
    },
    "classes-margin": { r in
      scores(r) { x, y, _, w in
        multiClassHingeLoss(x, y, margin: 1.5, weights: w, reduction: r)
      }
    },
    "classes-margin-squared": { r in
      scores(r) { x, y, _, _ in multiClassHingeLoss(x, y, squared: true, reduction: r) }
    },
    "classes-focal": { r in scores(r) { x, y, _, _ in focalCrossEntropy(x, y, reduction: r) } },
  ]

  private static var a: Tensor { real([4, 5], 18) }
  private static var b: Tensor { real([4, 5], 19) }
  private static let signs = Tensor([1.0, -1, 1, -1], .float64)

  private static func three(_ loss: (Tensor, Tensor, Tensor) -> Tensor) -> Found {
    let (u, v, w) = (a, b, real([4, 5], 20))
    return ([u, v, w], loss(u, v, w))
  }

  private static let pairs: [String: @Sendable (Reduction) -> Found] = [
    "cosine": { r in
      two(a, b) { cosineEmbeddingLoss($0, $1, signs, margin: 0.1, reduction: r) }
    },
    "cosine-margin": { r in
      two(a, (-a * 0.3 + b).evaluated()) {
        cosineEmbeddingLoss($0, $1, signs, margin: -0.7, reduction: r)
      }
    },
    "triplet": { r in three { tripletLoss($0, $1, $2, margin: 1.5, reduction: r) } },
    "triplet-swapped": { r in
      three { tripletLoss($0, $1, $2, margin: 2, p: 3, swapped: true, reduction: r) }
    },
    "contrastive": { r in
      two(a, b) { contrastiveLoss($0, $1, (signs + 1) / 2, margin: 5, reduction: r) }
    },
  ]

  private static func sequence(
    _ r: Reduction, inputs: [Int] = [7, 7, 5, 4, 6], less: Int = 0, blank: Int = 0,
    zeroInfinity: Bool = false
  ) -> Found {
    var targets = whole([5, 3], 22, 3).integers.map { $0 + 1 }
    targets.replaceSubrange(3..<6, with: [2, 2, 2])
    let x = real([7, 5, 4], 21)
    let labels = Tensor(targets.map { Int64($0 - less) }, shape: [5, 3])
    return (
      [x],
      ctcLoss(
        x.logSoftmax(2), labels, inputLengths: Tensor(inputs),
        targetLengths: Tensor([3, 3, 2, 0, 1]), blank: blank, zeroInfinity: zeroInfinity,
        reduction: r)
    )
  }

  private static let sequences: [String: @Sendable (Reduction) -> Found] = [
    "ctc": { r in sequence(r) },
    "ctc-blank": { r in sequence(r, less: 1, blank: 3) },
    "ctc-infinity": { r in sequence(r, inputs: [7, 4, 5, 4, 6], zeroInfinity: true) },
  ]

  private static let huge = Tensor(
    [[1e4, -1e4, 0, 5], [-1e300, 1e300, 0, 1], [700, 710, -710, 0]], .float64)

  private static let edges: [String: @Sendable (Reduction) -> Found] = [
    "all-ignored": { r in
      let x = real([3, 4], 23)
      return ([x], crossEntropy(x, Tensor([-100, -100, -100]), ignored: -100, reduction: r))
    },
    "huge": { r in ([huge], crossEntropy(huge, Tensor([1, 1, 2]), reduction: r)) },
    "one-class": { r in
      let x = real([3, 1], 24)
      return ([x], crossEntropy(x, Tensor([0, 0, 0]), reduction: r))
    },
    "empty": { r in
      let x = Tensor.zeros([0, 4], .float64)
      return ([x], crossEntropy(x, Tensor([Int64]()), reduction: r))
    },
    "empty-squared": { r in
      let x = Tensor.zeros([0, 4], .float64)
      return ([x], squaredError(x, .zeros([0, 4], .float64), reduction: r))
    },
    "binary-huge": { r in
      let y = Tensor([[1, 0, 1, 0], [0, 1, 1, 1], [1, 0, 1, 0.5]], .float64)
      return ([huge], binaryCrossEntropy(huge, y, reduction: r))
    },
  ]
}

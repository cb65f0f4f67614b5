import AdjointGraph

/// The area under the curve of true against false positives: the probability that an example of class 1 gets a larger
/// output than one of class 0. Outputs [N], [N, 1] or [N, 2], classes [N].
///
/// Outputs are counted in bins that lie densest at 0 and grow with the output, 1/4000 of it wide: two that differ by
/// less count as equal.
public struct AreaUnderCurve: Metric {
  private static let bins = 1 << 16
  /// Within ±this the bins reach to outputs of a million.
  private static let reach = ScalarMath.log(2e9)

  /// An area under the curve.
  public init() {}
  /// What reports call it.
  public var name: String { "auc" }
  /// More is better.
  public var isBetterWhenHigher: Bool { true }
  /// A count for each bin and class.
  public var sumCount: Int { 2 * Self.bins }

  /// How many of each class fall into each bin.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let wide = prediction.cast(to: .float64)
    let isPair = wide.rank == 2 && wide.shape[1] == 2
    let score =
      isPair
      ? (wide.slice(axis: 1, start: 1, length: 1) - wide.slice(axis: 1, start: 0, length: 1))
        .flattened() : wide.flattened()
    let place = asinh(score * 1000.0) * (0.5 / Self.reach) + 0.5
    let bin = minimum(
      maximum(floor(place * Double(Self.bins)), Tensor(0, .float64)),
      Tensor(Double(Self.bins - 1), .float64)
    ).cast(to: .int64)
    let classes = (target.flattened() > 0).cast(to: .int64)
    return ScatterAdd(axis: 0, length: sumCount).apply(
      Tensor.ones(bin.shape, .float64), bin + classes * Self.bins)
  }

  /// The area; one half where a class is missing.
  public func value(of sums: [Double]) -> Double {
    var (area, below) = (0.0, 0.0)
    for bin in 0..<Self.bins {
      let (negative, positive) = (sums[bin], sums[Self.bins + bin])
      area += positive * (below + negative / 2)
      below += negative
    }
    let positives = sums[Self.bins...].reduce(0, +)
    return positives == 0 || below == 0 ? 0.5 : area / (positives * below)
  }
}

/// The share of the targets' variance that is explained. Of several outputs the mean of all.
public struct R2: Metric {
  /// How many numbers are predicted for an example.
  public let outputs: Int

  /// The share for so many outputs.
  public init(outputs: Int = 1) { self.outputs = outputs }
  /// What reports call it.
  public var name: String { "r2" }
  /// More is better.
  public var isBetterWhenHigher: Bool { true }
  /// Four for each output.
  public var sumCount: Int { 4 * outputs }

  /// For each output: how many there are, their sum, their squares' sum, the squared errors' sum.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let rows: Shape = [target.count / outputs, outputs]
    let truth = target.cast(to: .float64).reshaped(rows)
    let error = prediction.cast(to: .float64).reshaped(rows) - truth
    return stacked(
      [
        Tensor.ones(rows, .float64).sum([0]), truth.sum([0]), (truth * truth).sum([0]),
        (error * error).sum([0]),
      ]
    ).flattened()
  }

  /// 1 − errors / variance. Where the targets are all the same it is 1 without errors and 0 with.
  public func value(of sums: [Double]) -> Double {
    let shares = (0..<outputs).map { output in
      let (count, sum, squares, errors) = (
        sums[output], sums[outputs + output], sums[2 * outputs + output], sums[3 * outputs + output]
      )
      let variance = squares - ratio(sum * sum, count)
      return variance > 1e-12 * squares ? 1 - errors / variance : errors == 0 ? 1.0 : 0.0
    }
    return shares.reduce(0, +) / Double(outputs)
  }
}

/// The mean of absolute errors.
public struct MeanAbsoluteError: Metric {
  /// A mean absolute error.
  public init() {}
  /// What reports call it.
  public var name: String { "mae" }
  /// Less is better.
  public var isBetterWhenHigher: Bool { false }
  /// Two.
  public var sumCount: Int { 2 }

  /// The sum of absolute errors, and how many there are.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let error = abs(differences(prediction, target))
    return stacked([error.sum(), error.total])
  }

  /// Their ratio.
  public func value(of sums: [Double]) -> Double { ratio(sums[0], sums[1]) }
}

/// The root of the mean of squared errors.
public struct RootMeanSquaredError: Metric {
  /// A root mean squared error.
  public init() {}
  /// What reports call it.
  public var name: String { "rmse" }
  /// Less is better.
  public var isBetterWhenHigher: Bool { false }
  /// Two.
  public var sumCount: Int { 2 }

  /// The sum of squared errors, and how many there are.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let error = differences(prediction, target)
    return stacked([(error * error).sum(), error.total])
  }

  /// The root of their ratio.
  public func value(of sums: [Double]) -> Double { ratio(sums[0], sums[1]).squareRoot() }
}

/// e to the mean cross-entropy: among how many equally likely classes the model would choose as well. Outputs before
/// the softmax, as for `Accuracy`.
public struct Perplexity: Metric {
  /// A perplexity.
  public init() {}
  /// What reports call it.
  public var name: String { "perplexity" }
  /// Less is better.
  public var isBetterWhenHigher: Bool { false }
  /// Two.
  public var sumCount: Int { 2 }

  /// The sum of cross-entropies, and how many there are.
  public func sums(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let outputs = ClassOutputs(prediction, target)
    let classes = outputs.classes
    let mean = softmaxCrossEntropy(outputs.rows, classes).cast(to: .float64)
    return stacked([mean * classes.total, classes.total])
  }

  /// e to their ratio.
  public func value(of sums: [Double]) -> Double { ScalarMath.exp(ratio(sums[0], sums[1])) }
}

/// Predictions less targets, element by element, whatever ones stand among their axes.
private func differences(_ prediction: Tensor, _ target: Tensor) -> Tensor {
  let wide = target.cast(to: .float64)
  return prediction.cast(to: .float64).reshaped(wide.shape) - wide
}

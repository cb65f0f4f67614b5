import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Metrics as sums over batches agree with what counting by hand gives over all at once.
@Suite struct MetricTests {
  private let classes = 4
  private let count = 203

  private func outputs(_ seed: Int = 1) -> Tensor {
    .normal([count, classes], key: RandomKey(seed), .float64)
  }

  private func labels() -> [Int] {
    (0..<count).map { Int(RandomKey(2).bits(at: $0) % UInt64(classes)) }
  }

  /// The value from batches of 50, the last smaller.
  private func measure(_ metric: some Metric, _ prediction: Tensor, _ target: Tensor) -> Double {
    var sums = [Double](repeating: 0, count: metric.sumCount)
    for start in stride(from: 0, to: prediction.shape[0], by: 50) {
      let length = min(50, prediction.shape[0] - start)
      let part = metric.sums(
        prediction.slice(start: start, length: length), target.slice(start: start, length: length))
      #expect(part.shape == [metric.sumCount] && part.element == .float64)
      sums = zip(sums, part.doubles).map { $0 + $1 }
    }
    return metric.value(of: sums)
  }

  private func rows() -> [[Double]] {
    let numbers = outputs().doubles
    return (0..<count).map { Array(numbers[($0 * classes)..<(($0 + 1) * classes)]) }
  }

  private func chosen() -> [Int] { rows().map { $0.firstIndex(of: $0.max()!)! } }

  @Test func classesAreCounted() {
    let (truth, chosen) = (labels(), chosen())
    let right = zip(truth, chosen).filter { $0 == $1 }.count
    let target = Tensor(truth)
    let accuracy = Double(right) / Double(count)
    #expect(abs(measure(Accuracy(), outputs(), target) - accuracy) < 1e-12)
    #expect(abs(measure(ConfusionMatrix(classes: 4), outputs(), target) - accuracy) < 1e-12)

    let confusion = ConfusionMatrix(classes: 4)
    let table = confusion.table(of: confusion.sums(outputs(), target).doubles)
    for row in 0..<4 {
      for column in 0..<4 {
        let own = zip(truth, chosen).filter { $0 == row && $1 == column }.count
        #expect(table[row][column] == own)
      }
    }
  }

  @Test func precisionRecallAndF1() {
    let (truth, chosen) = (labels(), chosen())
    func share(_ a: Int, _ b: Int) -> Double { b == 0 ? 0 : Double(a) / Double(b) }
    var (precision, recall, f1) = (0.0, 0.0, 0.0)
    for own in 0..<4 {
      let right = zip(truth, chosen).filter { $0 == own && $1 == own }.count
      let p = share(right, chosen.filter { $0 == own }.count)
      let r = share(right, truth.filter { $0 == own }.count)
      precision += p / 4
      recall += r / 4
      f1 += 2 * p * r / (p + r) / 4
    }
    let target = Tensor(truth)
    #expect(abs(measure(ClassScore(.precision, classes: 4), outputs(), target) - precision) < 1e-12)
    #expect(abs(measure(ClassScore(.recall, classes: 4), outputs(), target) - recall) < 1e-12)
    #expect(abs(measure(ClassScore(.f1, classes: 4), outputs(), target) - f1) < 1e-12)
  }

  @Test func ofTwoClassesThatOfClassOne() {
    let prediction = Tensor([1, 1, 1, -1, -1, 2], shape: [6, 1], .float64)
    let target = Tensor([1, 0, 1, 1, 0, 0])
    #expect(measure(ClassScore(.precision), prediction, target) == 0.5)
    #expect(abs(measure(ClassScore(.recall), prediction, target) - 2 / 3.0) < 1e-12)
    #expect(abs(measure(ClassScore(.f1), prediction, target) - 4 / 7.0) < 1e-12)
    #expect(measure(Accuracy(), prediction, target) == 0.5)
  }

  @Test func theFirstFew() {
    for k in 1...4 {
      let right = zip(rows(), labels()).filter { row, label in
        row.filter { $0 > row[label] }.count < k
      }.count
      let value = measure(TopAccuracy(k), outputs(), Tensor(labels()))
      #expect(abs(value - Double(right) / Double(count)) < 1e-12)
    }
  }

  @Test func classesAlongOtherAxes() {
    // [N, T, C] with targets [N, T], and [N, C, T]: as for rows.
    let flat = measure(
      Accuracy(), outputs().slice(start: 0, length: 200),
      Tensor(labels()).slice(start: 0, length: 200))
    let target = Tensor(labels()).slice(start: 0, length: 200).reshaped([20, 10])
    let last = outputs().slice(start: 0, length: 200).reshaped([20, 10, 4])
    #expect(abs(measure(Accuracy(), last, target) - flat) < 1e-12)
    #expect(abs(measure(Accuracy(), last.transposed([0, 2, 1]), target) - flat) < 1e-12)
    #expect(abs(measure(TopAccuracy(1), last.transposed([0, 2, 1]), target) - flat) < 1e-12)
  }

  @Test(arguments: [0.01, 1, 300]) func theAreaIsTheExactOne(_ scale: Double) {
    let truth = (0..<1000).map { Int(RandomKey(3).bits(at: $0) % 3 == 0 ? 1 : 0) }
    let noise = Tensor.normal([1000], key: RandomKey(4), .float64).doubles
    let score = zip(truth, noise).map { (Double($0) + $1) * scale }
    var (wins, pairs) = (0.0, 0.0)
    for (a, s) in zip(truth, score) where a == 1 {
      for (b, t) in zip(truth, score) where b == 0 {
        pairs += 1
        wins += s > t ? 1 : s == t ? 0.5 : 0
      }
    }
    let exact = wins / pairs
    #expect(exact > 0.6 && exact < 0.9)
    let target = Tensor(truth)
    let single = measure(AreaUnderCurve(), Tensor(score, .float64), target)
    #expect(abs(single - exact) < 1e-3)
    let two = stacked([Tensor(score.map { -$0 }, .float64), Tensor(score, .float64)], axis: 1)
    #expect(abs(measure(AreaUnderCurve(), two, target) - exact) < 1e-3)
    let flipped = measure(AreaUnderCurve(), Tensor(score.map { -$0 }, .float64), target)
    #expect(abs(flipped - (1 - exact)) < 1e-3)
  }

  @Test func numbersArePredicted() {
    let truth = Tensor.normal([count, 2], mean: 5, key: RandomKey(5), .float64)
    let prediction = truth + Tensor.normal([count, 2], deviation: 0.5, key: RandomKey(6), .float64)
    let (y, p) = (truth.doubles, prediction.doubles)
    let errors = zip(p, y).map { $0 - $1 }
    let absolute = errors.map { abs($0) }.reduce(0, +) / Double(errors.count)
    let square = (errors.map { $0 * $0 }.reduce(0, +) / Double(errors.count)).squareRoot()
    #expect(abs(measure(MeanAbsoluteError(), prediction, truth) - absolute) < 1e-12)
    #expect(abs(measure(RootMeanSquaredError(), prediction, truth) - square) < 1e-12)
    let shares = (0..<2).map { column in
      let own = stride(from: column, to: y.count, by: 2).map { y[$0] }
      let mean = own.reduce(0, +) / Double(own.count)
      let variance = own.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
      let error = stride(from: column, to: y.count, by: 2).map { errors[$0] * errors[$0] }
      return 1 - error.reduce(0, +) / variance
    }
    #expect(
      abs(measure(R2(outputs: 2), prediction, truth) - (shares[0] + shares[1]) / 2) < 1e-9)
  }

  @Test func perplexityIsThatOfTheMeanLoss() {
    let mean = crossEntropy(outputs(), Tensor(labels())).item
    let value = measure(Perplexity(), outputs(), Tensor(labels()))
    #expect(abs(value - ScalarMath.exp(mean)) < 1e-9)
  }
}

import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Foundation
import Testing

/// Losses and their gradients against PyTorch's (tools/parity/loss_values.py).
@Suite struct LossTests {
  struct Fixture: Decodable { let cases: [Case] }

  struct Case: Decodable {
    let name: String
    let shape: [Int]
    let values: [Number]
    let gradients: [[Number]]
  }

  /// A number, or the text of what JSON has none for.
  struct Number: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let number = try? single.decode(Double.self) {
        value = number
      } else {
        value = Double(try single.decode(String.self)) ?? .nan
      }
    }
  }

  static let cases: [Case] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/loss_values.json")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return (try? JSONDecoder().decode(Fixture.self, from: data))?.cases ?? []
  }()

  @Test func everyLossIsCompared() {
    let names = Set(Self.cases.map { $0.name })
    #expect(names.count >= 120)
    let known = LossCases.reduced.keys.flatMap { kind in
      LossCases.reductions.keys.map { "\(kind)-\($0)" }
    }
    #expect(names == Set(known + ["kl-batchMean"]))
  }

  @Test func valuesAndGradientsArePyTorchs() throws {
    for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
      try alone(on: device) {
        for test in Self.cases { try check(test, device.name) }
      }
    }
  }

  private func check(_ test: Case, _ device: String) throws {
    let cut = try #require(test.name.lastIndex(of: "-"))
    let kind = String(test.name[..<cut])
    let name = String(test.name[test.name.index(after: cut)...])
    let reduction = try #require(name == "batchMean" ? .batchMean : LossCases.reductions[name])
    let make = try #require(LossCases.reduced[kind])
    let (inputs, loss) = make(reduction)
    let what = "\(test.name) on \(device)"
    #expect(loss.shape.dimensions == test.shape, "\(what)")
    compare(loss.doubles, test.values, what)
    let weights = Tensor((0..<loss.count).map { 1 + Double($0) }, shape: loss.shape, .float64)
    let slopes = gradient(of: (loss * weights).sum(), withRespectTo: inputs)
    for (slope, expected) in zip(slopes, test.gradients) {
      compare(slope.doubles, expected, what + ", gradient")
    }
  }

  private func compare(_ found: [Double], _ expected: [Number], _ what: String) {
    #expect(found.count == expected.count, "\(what)")
    for (a, number) in zip(found, expected) {
      let b = number.value
      let isSame = a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 1e-12 * Swift.max(1, abs(b))
      #expect(isSame, "\(what): \(a), not \(b)")
    }
  }

  @Test func wrongCallsSayWhatIsWrong() {
    let x = Tensor.zeros([3, 4])
    let calls: [(String, () -> Tensor)] = [
      ("squaredError: predictions [3, 4] and targets [4] differ", { squaredError(x, .zeros([4])) }),
      (
        "huberLoss: takes floating-point numbers, not int64",
        { huberLoss(Tensor([1, 2]), Tensor([1, 2])) }
      ),
      (
        "crossEntropy: targets must be integers [3], not int64 [2]",
        { crossEntropy(x, Tensor([0, 1]), smoothing: 0.1) }
      ),
      (
        "crossEntropy: weights must be [4], not [3]",
        { crossEntropy(x, Tensor([0, 1, 2]), weights: .ones([3])) }
      ),
      (
        "along axis 2", { crossEntropy(x, Tensor([0, 1, 2]), axis: 2, ignored: 0) }
      ),
      (
        "negativeLogLikelihood: targets must be integers [3]",
        { negativeLogLikelihood(x, .zeros([3])) }
      ),
      (
        "target: 7 at place 1 is not from 0 to 3",
        { crossEntropy(x, Tensor([0, 7, 1]), ignored: -100).evaluated() }
      ),
      ("target", { multiClassHingeLoss(x, Tensor([0, -1, 1])).evaluated() }),
      ("cosineEmbeddingLoss: targets must be [3]", { cosineEmbeddingLoss(x, x, .ones([4])) }),
      ("tripletLoss: takes floating-point vectors of one shape", { tripletLoss(x, x, .ones([4])) }),
      (
        "ctcLoss: log-probabilities must be",
        {
          ctcLoss(x, Tensor([[1]]), inputLengths: Tensor([1]), targetLengths: Tensor([1]))
        }
      ),
      (
        "ctcLoss: the blank 4",
        {
          ctcLoss(
            .zeros([2, 1, 4]), Tensor([[1]]), inputLengths: Tensor([1]),
            targetLengths: Tensor([1]), blank: 4)
        }
      ),
      (
        "target length: 2 at place 0 is not from 0 to 1",
        {
          ctcLoss(
            .zeros([2, 1, 4]), Tensor([[1]]), inputLengths: Tensor([1]),
            targetLengths: Tensor([2])
          ).evaluated()
        }
      ),
    ]
    for (text, call) in calls {
      var message = ""
      do throws(GraphError) {
        _ = try checked { () throws(GraphError) in try call().tryEvaluated() }
      } catch {
        message = error.description
      }
      #expect(message.contains(text), "\(message) does not say: \(text)")
    }
  }

  /// Without options it is the fast region, whatever leads.
  @Test func thePlainCrossEntropyIsOneRegion() {
    let x = Tensor.normal([2, 3, 5], key: RandomKey(3), .float64)
    let y = Tensor([0, 1, 2, 3, 4, 0].map { Int64($0) }, shape: [2, 3])
    let loss = crossEntropy(x, y)
    #expect(loss.node.operation.name == "softmaxCrossEntropy")
    #expect(abs(loss.item - crossEntropy(x, y, ignored: -1).item) < 1e-14)
    let picture = crossEntropy(x.swappingAxes(1, 2), y, axis: 1)
    #expect(abs(loss.item - picture.item) < 1e-14)
  }

  @Test func penaltiesLeaveBiasesOut() {
    let net = MLP([3, 4, 2], .float64)
    for (place, parameter) in net.parameters.enumerated() {
      parameter.value = .full(parameter.value.shape, Double(place + 1) * -0.5, .float64)
    }
    // Weights of 12 and 8 elements, biases of 4 and 2.
    #expect(l1Penalty(net).item == 18)
    #expect(l2Penalty(net).item == 21)
    #expect(l1Penalty(net, of: .all).item == 26)
    #expect(l2Penalty(net.parameters, of: .all).item == 33)
    let slopes = gradient(
      of: l2Penalty(net), withRespectTo: [net.layers[0].weight, net.layers[1].weight])
    #expect(slopes[0].doubles == Array(repeating: -1, count: 12))
    #expect(l1Penalty([]).item == 0)
  }
}

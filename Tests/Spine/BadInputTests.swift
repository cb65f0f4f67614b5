import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Wrong calls of the public interface: each is thrown with its text, and nothing is changed or lost.
@Suite struct BadInputTests {
  struct Call: Sendable, CustomTestStringConvertible {
    let text: String
    let run: @Sendable () -> Void
    init(_ text: String, _ run: @escaping @Sendable () -> Void) {
      self.text = text
      self.run = run
    }
    var testDescription: String { text }
  }

  static let m = Tensor.zeros([2, 3])
  static let v = Tensor([1, 2, 3])

  static let calls: [Call] = [
    Call("tensor: 3 elements do not fill [2, 2]") { _ = Tensor([1.0, 2, 3], shape: [2, 2]) },
    Call("tensor: no tensor has the shape [-1]") { _ = Tensor.zeros([-1]) },
    Call("tensor: no tensor has the shape") { _ = Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 1, 1]) },
    Call("tensor: no tensor has the shape") { _ = Tensor.zeros([1 << 40]) },
    Call("add: shapes do not broadcast: [2, 3] and [4]") { _ = m + Tensor.zeros([4]) },
    Call("add: takes numbers, not bool") { _ = greater(m, m) + greater(m, m) },
    Call("matmul: inner dimensions differ: [2, 3] × [2, 3] (3 ≠ 2)") { _ = matmul(m, m) },
    Call("matmul: takes two matrices of numbers") { _ = matmul(m, v[0]) },
    Call("sum: axis 8 is outside [2, 3]") { _ = m.sum([8]) },
    Call("sum: axis -3 is outside [2, 3]") { _ = m.sum([-3]) },
    Call("max: axis 2 is outside [2, 3]") { _ = m.max([2]) },
    Call("maximum: no element to take in int64 [0]") { _ = Tensor.zeros([0], .int64).max() },
    Call("reshape: [2, 3] has 6 elements, [4, -1]") { _ = m.reshaped([4, -1]) },
    Call("reshape: [2, 3] has 6 elements, [7] has 7") { _ = m.reshaped([7]) },
    Call("transpose: needs two axes, not [3]") { _ = v.transposed },
    Call("transpose: [0, 0] is not an order") { _ = m.transposed([0, 0]) },
    Call("broadcast: [2, 3] does not broadcast to [3, 2]") { _ = m.broadcast(to: [3, 2]) },
    Call("slice: 5 places along axis 0 do not fit [2, 3]") { _ = m.slice(start: 0, length: 5) },
    Call("slice: 1 places along axis -6") { _ = m.slice(axis: -8, start: 0, length: 1) },
    Call("place: [2, 3] does not fit 1 along axis 0") { _ = m.placed(start: 0, in: 1) },
    Call("gather: indices must be integers") { _ = m.gather(m) },
    Call("gather: index 9 is outside an axis of 2") { _ = m.gather(Tensor([9])).floats },
    Call("convolution: takes two floating-point tensors of one type and of rank 3, 4 or 5") {
      _ = convolution(m, m)
    },
    Call("maxPool: takes floating-point images") { _ = m.maxPool2d(2) },
    Call("maxPool: a window of 0×0 does not fit") {
      _ = Tensor.zeros([1, 1, 2, 2]).maxPool2d(0, stride: 1)
    },
    Call("softmaxCrossEntropy: targets must be integers [2]") { _ = softmaxCrossEntropy(m, m) },
    Call("softmaxCrossEntropy: target 3 in row 1") { _ = crossEntropy(m, Tensor([0, 3])).item },
    Call("gradient: the output must be a floating-point scalar") {
      _ = gradient(of: m, withRespectTo: m)
    },
    Call("gradient: no path leads") { _ = gradient(of: m.sum(), withRespectTo: v) },
    Call("item: needs a tensor of one element, not [2, 3]") { _ = m.item },
    Call("add: shapes do not broadcast") { _ = (m + Tensor.zeros([4])).item },
    Call("array: the elements are float32, not float64") { _ = m.array(of: Double.self) },
    Call("vmap: every input needs an axis 0") { _ = vmap({ $0 }, Tensor(1.0)) },
    Call("evaluate: a function under vmap, scan or recomputed cannot read values") {
      _ = vmap({ $0 * $0.item }, v)
    },
    Call("derivative: the direction, float32 [2, 3], must be") {
      _ = valueAndDerivative({ $0 }, at: Tensor(1.0), along: m)
    },
  ]

  @Test(arguments: calls) func isThrownWithItsText(call: Call) {
    let error = thrown { call.run() }
    #expect(error?.description.contains(call.text) == true, "\(error?.description ?? "nothing")")
  }

  @Test func aBadStepLeavesTheModelWhole() {
    alone {
      let net = Linear(2, 3)
      let optimizer = SGD(net, learningRate: 0.1)
      let before = net.weight.value.floats
      let x = Tensor.zeros([4, 2])
      let bad: [() -> Tensor] = [
        { net(x) }, { net(Tensor.zeros([4, 5])).mean() },
        { crossEntropy(net(x), Tensor([0, 1, 2, 3])) },
      ]
      for loss in bad {
        #expect(throws: GraphError.self) { try optimizer.tryStep(loss) }
        #expect(thrown { _ = optimizer.step(loss) } != nil)
        #expect(net.weight.value.floats == before)
        #expect(net.weight.value.shape == [3, 2])
      }
      #expect(throws: GraphError.self) {
        try optimizer.tryStep(applying: [Tensor.zeros([5, 3, 2]), Tensor.zeros([3])])
      }
      #expect(throws: GraphError.self) { try optimizer.tryStep(applying: []) }
      #expect(net.weight.value.floats == before)
    }
  }

  /// A shallow tower whose update could run early beside a deep one whose targets are wrong.
  @Test func whatCanFailRunsBeforeAnythingIsOverwritten() {
    alone {
      let shallow = Linear(3, 1)
      let deep = MLP([3, 8, 8, 8, 8, 4])
      let optimizer = SGD(shallow.parameters + deep.parameters, learningRate: 0.1)
      let x = Tensor.normal([5, 3], key: RandomKey(1))
      let loss = { (targets: [Int]) in
        relu(shallow(x)).mean() + crossEntropy(deep(x), Tensor(targets))
      }
      optimizer.step { loss([0, 1, 2, 3, 0]) }
      let before = optimizer.parameters.map { $0.value.floats }
      var kept: Tensor?
      #expect(throws: GraphError.self) {
        try optimizer.tryStep {
          kept = loss([0, 1, 2, 3, 9])
          return kept!
        }
      }
      #expect(optimizer.parameters.map { $0.value.floats } == before)
      // What the failed step left behind says why it has no value.
      #expect(throws: GraphError.self) { try kept?.tryEvaluated() }
      optimizer.step { loss([0, 1, 2, 3, 0]) }
      #expect(optimizer.parameters.map { $0.value.floats } != before)
    }
  }

  @Test func integersBesideNumbers() {
    #expect((Self.v * 2).element == .int64)
    #expect((Self.v * 0.5).floats == [0.5, 1, 1.5])
    #expect((Self.v / 2).floats == [0.5, 1, 1.5])
    #expect((Self.v + Tensor([0.5])).floats == [1.5, 2.5, 3.5])
    #expect(Tensor([1.0, 2]).element == .float32)
    #expect(Self.m.reshaped([3, -1]).shape == [3, 2])
  }
}

/// What `checked` throws for a body.
private func thrown(_ body: () -> Void) -> GraphError? {
  do throws(GraphError) {
    try checked { body() }
    return nil
  } catch {
    return error
  }
}

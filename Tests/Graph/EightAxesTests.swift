import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Eight axes are as good as three, and a ninth is refused by name.
@Suite struct EightAxesTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The function along the three axes of some length, wherever they are.
    let apply: @Sendable (_ x: Tensor, _ axes: [Int]) -> Tensor
    init(_ name: String, _ apply: @escaping @Sendable (Tensor, [Int]) -> Tensor) {
      testDescription = name
      self.apply = apply
    }
  }

  static let functions: [Function] = [
    Function("pointwise") { x, _ in tanh(x) * x + sigmoid(x) },
    Function("sum") { x, a in x.sum([a[1]], keepingDimensions: true) },
    Function("variance") { x, a in x.variance([a[0], a[2]], keepingDimensions: true) },
    Function("norm") { x, a in x.norm(3, [a[1]], keepingDimensions: true) },
    Function("min") { x, a in x.min([a[1]]) },
    Function("argmin") { x, a in x.argmin(a[1]).cast(to: .float64) },
    Function("softmax") { x, a in x.softmax(a[1]) },
    Function("logSumExp") { x, a in x.logSumExp([a[2]]) },
    Function("cumulativeSum") { x, a in x.cumulativeSum(a[0], reversed: true) },
    Function("flipped") { x, a in x.flipped([a[0], a[2]]) },
    Function("rolled") { x, a in x.rolled(1, axis: a[1]) },
    Function("repeated") { x, a in x.repeated(2, axis: a[1]) },
    Function("tiled") { x, a in x.tiled((0..<x.rank).map { $0 == a[1] ? 3 : 1 }) },
    Function("padded") { x, a in x.padded((0..<x.rank).map { $0 == a[1] ? (1, 2) : (0, 0) }) },
    Function("reflected") { x, a in x.padded(axis: a[2], 1, 1, .reflect) },
    Function("circular") { x, a in x.padded(axis: a[1], 2, 1, .circular) },
    Function("swapped") { x, a in x.swappingAxes(a[0], a[2]) },
    Function("split") { x, a in x.split([1, 2], axis: a[1])[1] },
    Function("chunked") { x, a in x.chunked(2, axis: a[2])[1] },
    Function("concatenated") { x, a in concatenated([x, x * 2], axis: a[1]) },
    Function("sorted") { x, a in x.sorted(axis: a[1], descending: true) },
    Function("topK") { x, a in x.topK(2, axis: a[1]).values },
    Function("taken") { x, a in x.taken(along: a[1], x.argSorted(axis: a[1])) },
    Function("setting") { x, a in x.setting(along: a[1], x.argSorted(axis: a[1]), x * 2) },
    Function("adding") { x, a in x.adding(along: a[1], x.argSorted(axis: a[1]), x * 2) },
    Function("scattering") { x, a in
      x.scattering(Tensor([2, 0]), x.slice(axis: a[1], start: 0, length: 2), axis: a[1])
    },
    Function("gather") { x, a in x.gather(Tensor([2, 0]), axis: a[1]) },
    Function("matmul") { x, a in matmul(x, x, transposingB: true) },
    Function("select") { x, a in select(greater(x, x.mean([a[1]], keepingDimensions: true)), x, -x)
    },
    Function("masked") { x, a in x.setting(x * 3, where: greater(x, x.flipped([a[1]]))) },
  ]

  @Test(arguments: functions) func eightAreLikeThree(function: Function) {
    for device in [ReferenceDevice.shared as any Device, CPUDevice.shared] {
      Devices.with(device) {
        let three = Tensor.normal([2, 3, 4], key: RandomKey(3), .float64)
        // matmul wants its matrices at the end.
        let eight = three.reshaped([1, 2, 1, 1, 1, 1, 3, 4])
        let expected = results(three) { function.apply($0, [0, 1, 2]) }
        let found = results(eight) { function.apply($0, [1, 6, 7]) }
        for (a, b) in zip(found, expected) {
          expectClose(a, b, 1e-12, "\(function.testDescription) on \(device.name)")
        }
      }
    }
  }

  private func results(_ x: Tensor, _ f: (Tensor) -> Tensor) -> [[Double]] {
    let y = f(x)
    let w = Tensor.normal([y.count], key: RandomKey(4), .float64).reshaped(y.shape)
    let slope = gradients(of: (y * w).sum(), withRespectTo: [x])[0]
    return [y.doubles, slope?.doubles ?? []]
  }

  /// Whatever would make a ninth axis says so.
  @Test func aNinthAxisIsRefusedByName() {
    let full = Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 2])
    let nine = Shape([1, 1, 1, 1, 1, 1, 1, 1, 2])
    let calls: [() -> Tensor] = [
      { .zeros(nine) }, { .normal(nine, key: RandomKey(1)) }, { full.reshaped(nine) },
      { full.broadcast(to: nine) }, { full.unsqueezed(0) }, { full.expanded(to: nine) },
      { stacked([full, full]) }, { full.tiled([1, 1, 1, 1, 1, 1, 1, 1, 2]) },
      { vmap({ $0 + full }, Tensor.zeros([2])) },
      { Tensor([1.0, 2], shape: nine) }, { full.diagonalMatrix() },
    ]
    for (index, call) in calls.enumerated() {
      let error = refusal { _ = call().doubles }
      let text = error?.description ?? "nothing"
      #expect(text.contains("more than 8"), "call \(index): \(text)")
    }
  }
}

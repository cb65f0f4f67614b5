import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// A region run whole and its body inlined are the same function, to second order.
@Suite struct RegionTests {
  static let logits = Tensor.normal([5, 4], key: RandomKey(1), .float64)
  static let targets = Tensor([3, 0, 0, 2, 1])

  static func whole(_ x: Tensor) -> Tensor { softmaxCrossEntropy(x, targets) }
  static func inlined(_ x: Tensor) -> Tensor { SoftmaxCrossEntropy.shared.body([x, targets]) }

  static func slope(_ f: (Tensor) -> Tensor) -> Tensor {
    gradient(of: f(logits), withRespectTo: logits)
  }

  /// The gradient of the squared length of the gradient: a Hessian-vector product.
  static func curvature(_ f: (Tensor) -> Tensor) -> Tensor {
    let slope = slope(f)
    return gradient(of: (slope * slope).sum(), withRespectTo: logits)
  }

  @Test func wholeAndInlinedAgree() {
    for device in testDevices {
      Devices.with(device) {
        let name = device.name
        expectClose(
          Self.whole(Self.logits).doubles, Self.inlined(Self.logits).doubles, 1e-14, name)
        expectClose(
          Self.slope(Self.whole).doubles, Self.slope(Self.inlined).doubles, 1e-14, name)
        expectClose(
          Self.curvature(Self.whole).doubles, Self.curvature(Self.inlined).doubles, 1e-14, name)
      }
    }
  }

  @Test func aTargetThatIsNoClassIsNamed() {
    let error = #expect(throws: GraphError.self) {
      try Devices.with(CPUDevice.shared) {
        try softmaxCrossEntropy(Self.logits, Tensor([3, 0, 4, 2, 1])).tryEvaluated()
      }
    }
    #expect(error?.description.contains("target 4 in row 2") == true)
  }
}

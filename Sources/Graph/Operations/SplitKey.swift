/// An independent key for part `index` of something, as `RandomKey.split` makes it: of keys and indices, both
/// int64.
package final class SplitKey: PointwiseOperation {
  package static let shared = SplitKey()
  package let name = "splitKey"
  package let attributes: [Int] = []
  package let signature = Signature.of("splitKey")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.integers(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    let part = mixed(&body, body.emit(.add, x[1], body.constant(1)))
    return mixed(&body, body.emit(.bitXor, x[0], part))
  }

  /// The finaliser of SplitMix64, as in `RandomKey`.
  private func mixed(_ body: inout Expression, _ x: Expression.Value) -> Expression.Value {
    var x = body.emit(.add, x, word(&body, 0x9E37_79B9_7F4A_7C15))
    x = body.emit(.multiply, shiftedOnto(&body, x, 30), word(&body, 0xBF58_476D_1CE4_E5B9))
    x = body.emit(.multiply, shiftedOnto(&body, x, 27), word(&body, 0x94D0_49BB_1331_11EB))
    return shiftedOnto(&body, x, 31)
  }

  /// x ^ (x >> places), where zeros come in, not copies of the sign.
  private func shiftedOnto(
    _ body: inout Expression, _ x: Expression.Value, _ places: Int
  ) -> Expression.Value {
    let shifted = body.emit(.shiftRight, x, body.constant(Double(places)))
    let kept = body.constant(Double((UInt64(1) << UInt64(64 - places)) - 1))
    return body.emit(.bitXor, x, body.emit(.bitAnd, shifted, kept))
  }

  /// 64 bits of two halves: a constant is a Double and holds 53 exactly.
  private func word(_ body: inout Expression, _ bits: UInt64) -> Expression.Value {
    let high = body.constant(Double(bits >> 32))
    let low = body.constant(Double(bits & 0xFFFF_FFFF))
    return body.emit(.bitOr, body.emit(.shiftLeft, high, body.constant(32)), low)
  }

  /// Integers do not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }
}

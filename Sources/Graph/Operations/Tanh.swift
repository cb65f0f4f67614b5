/// The hyperbolic tangent, element by element. d tanh x = (1 − tanh² x) dx.
package final class Tanh: PointwiseOperation {
  package static let shared = Tanh()
  package let name = "tanh"
  package let attributes: [Int] = []
  package let signature = Signature.of("tanh")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.sameFloating(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.tanh, x[0])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream * Tanh.slope(at: step.output))
  }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)! * Tanh.slope(at: step.output) }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

extension Tanh {
  /// 1 − y², the derivative where the value is y.
  static func slope(at y: Tensor) -> Tensor { .literal(1, y.element) - y * y }
}

/// The hyperbolic tangent, element by element.
public func tanh(_ x: Tensor) -> Tensor { Tanh.shared.apply(x) }

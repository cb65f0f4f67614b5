/// a / b, element by element. d(a/b) = da/b − (a/b) db/b.
package final class Divide: PointwiseOperation {
  package static let shared = Divide()
  package let name = "divide"
  package let attributes: [Int] = []
  package let signature = Signature.of("divide")
  package let kind = OperationKind.pointwise

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.numberPair(name)
  }

  package func express(
    _ body: inout Expression, _ x: [Expression.Value]
  ) -> Expression.Value {
    body.emit(.divide, x[0], x[1])
  }

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream / step.input(1))
    step.add(to: 1, -(step.upstream * step.output / step.input(1)))
  }

  package func forward(_ step: Forward) -> Tensor {
    let alongA = step.tangent(0).map { $0 / step.input(1) }
    let alongB = step.tangent(1).map { -($0 * step.output / step.input(1)) }
    return step.sum(alongA, alongB)
  }
  package func batch(_ step: Batch) -> Tensor { step.transparent() }
}

extension Tensor {
  /// a / b, element by element. Shapes broadcast by NumPy's rule; element types promote, integers to float32.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    var (a, b) = promoted(a, b)
    if !a.element.isFloating { (a, b) = (a.cast(to: .float32), b.cast(to: .float32)) }
    return Divide.shared.apply(a, b)
  }
}

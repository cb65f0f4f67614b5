/// 0, 1, 2, … as int64.
package final class Iota: Operation {
  package let name = "iota"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel

  package init(_ count: Int) {
    attributes = [count]
    signature = Signature.of("iota", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let shape: Shape = [attributes[0]]
    guard shape.isValid else { throw GraphError(name, "cannot count to \(attributes[0])") }
    return TensorType(shape, .int64)
  }

  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: BatchStep) -> Tensor { apply([]) }
}

extension Tensor {
  /// The int64 vector 0, 1, …, count − 1.
  public static func iota(_ count: Int) -> Tensor { Iota(count).apply([]) }

  /// 1 at each index along a new last axis, 0 elsewhere.
  public func oneHot(_ classes: Int, _ element: ElementType = .float32) -> Tensor {
    guard self.element.isInteger, classes >= 0 else {
      return fail(
        GraphError(
          "oneHot",
          "takes integer classes and how many there are, not \(self.element.name), \(classes)"
        ))
    }
    var column = shape
    column.append(1)
    let inside = CheckedIndices(below: classes, what: "class").apply(asIndices)
    return equal(inside.reshaped(column), .iota(classes)).cast(to: element)
  }
}

/// 0, 1, 2, … as int64.
public final class Iota: Operation {
  public let name = "iota"
  public let attributes: [Int]
  public let signature: UInt64
  public let kind = OperationKind.kernel

  package init(_ count: Int) {
    attributes = [count]
    signature = Signature.of("iota", attributes)
  }

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    TensorType([attributes[0]], .int64)
  }

  public func reverse(_ step: Reverse) {}
  public func forward(_ step: Forward) -> Tensor { step.zero() }
  public func batch(_ step: Batch) -> Tensor { apply([]) }
}

extension Tensor {
  /// The int64 vector 0, 1, …, count − 1.
  public static func iota(_ count: Int) -> Tensor { Iota(count).apply([]) }

  /// 1 at each index along a new last axis, 0 elsewhere.
  public func oneHot(_ classes: Int, _ element: ElementType = .float32) -> Tensor {
    var column = shape
    column.append(1)
    return equal(reshaped(column), .iota(classes)).cast(to: element)
  }
}

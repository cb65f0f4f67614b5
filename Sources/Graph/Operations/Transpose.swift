/// The axes in another order: axis i of the result is axis `order[i]` of the input.
public final class Transpose: Operation {
  public let name = "transpose"
  public let attributes: [Int]
  public let signature: UInt64
  public let kind = OperationKind.view

  package init(_ order: [Int]) {
    attributes = order
    signature = Signature.of("transpose", order)
  }

  package var order: [Int] { attributes }

  /// The order that undoes this one.
  private var inverse: [Int] {
    var inverse = order
    for (index, axis) in order.enumerated() { inverse[axis] = index }
    return inverse
  }

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let shape = inputs[0].shape
    var seen: UInt16 = 0
    for axis in order where axis >= 0 && axis < shape.rank { seen |= 1 << UInt16(axis) }
    guard order.count == shape.rank, seen == (1 << UInt16(shape.rank)) - 1 else {
      throw GraphError(
        name, "\(Shape.list(order)) is not an order of the axes of \(shape.description)")
    }
    var result = Shape()
    for axis in order { result.append(shape[axis]) }
    return TensorType(result, inputs[0].element)
  }

  public func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream.transposed(inverse))
  }

  public func forward(_ step: Forward) -> Tensor { step.tangent(0)!.transposed(order) }

  public func batch(_ step: Batch) -> Tensor {
    step.inputs[0].transposed([0] + order.map { $0 + 1 })
  }
}

extension Tensor {
  /// The axes in another order: axis i of the result is axis `order[i]`.
  public func transposed(_ order: [Int]) -> Tensor { Transpose(order).apply(self) }

  /// The last two axes swapped.
  public var transposed: Tensor {
    precondition(rank >= 2, "transposed needs two axes; this tensor is \(shape)")
    var order = Array(0..<rank)
    order.swapAt(rank - 1, rank - 2)
    return transposed(order)
  }
}

extension Shape {
  /// "[1, 0]"
  static func list(_ values: [Int]) -> String {
    var text = "["
    for (index, value) in values.enumerated() { text += (index > 0 ? ", " : "") + String(value) }
    return text + "]"
  }
}

/// The axes in another order: axis i of the result is axis `order[i]` of the input.
package final class Transpose: Operation {
  package let name = "transpose"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.view

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

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
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

  package func reverse(_ step: Reverse) {
    step.add(to: 0, step.upstream.transposed(inverse))
  }

  package func forward(_ step: Forward) -> Tensor { step.tangent(0)!.transposed(order) }

  package func batch(_ step: BatchStep) -> Tensor {
    step.inputs[0].transposed([0] + order.map { $0 + 1 })
  }
}

extension Tensor {
  /// The axes in another order: axis i of the result is axis `order[i]`.
  public func transposed(_ order: [Int]) -> Tensor { Transpose(order).apply(self) }

  /// The last two axes swapped.
  public var transposed: Tensor {
    guard rank >= 2 else {
      return fail(GraphError("transpose", "needs two axes, not \(shape.description)"))
    }
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

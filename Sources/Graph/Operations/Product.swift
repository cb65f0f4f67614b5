/// The product over axes. An empty product is 1.
package final class Product: Operation {
  package let name = "product"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.reduction
  package let axes: AxisSet
  package let keepsDimensions: Bool

  package init(_ axes: AxisSet, keepsDimensions: Bool) {
    self.axes = axes
    self.keepsDimensions = keepsDimensions
    attributes = [Int(axes.mask), keepsDimensions ? 1 : 0]
    signature = Signature.of("product", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.reducedNumbers(name, over: axes, keepsDimensions)
  }

  package func reverse(_ step: Reverse) {
    let kept = step.input(0).shape.reduced(over: axes, keepingDimensions: true)
    step.add(to: 0, step.upstream.reshaped(kept) * others(step.input(0)))
  }

  package func forward(_ step: Forward) -> Tensor {
    Sum(axes, keepsDimensions: keepsDimensions)
      .apply(step.tangent(0)! * others(step.input(0)))
  }

  package func batch(_ step: BatchStep) -> Tensor {
    Product(AxisSet(mask: axes.mask << 1), keepsDimensions: keepsDimensions)
      .apply(step.inputs[0])
  }

  /// For each element the product of all others: of those before it and those after it, so that a 0 among
  /// them does no harm.
  private func others(_ x: Tensor) -> Tensor {
    let inside = (0..<x.rank).filter { axes.contains($0) }
    let order = (0..<x.rank).filter { !axes.contains($0) } + inside
    let moved = x.transposed(order)
    var flat = moved.shape.dropLast(inside.count)
    flat.append(inside.reduce(1) { $0 * x.shape[$1] })
    let line = moved.reshaped(flat)
    let before = line.cumulativeProduct(-1, exclusive: true)
    let after = line.cumulativeProduct(-1, exclusive: true, reversed: true)
    var back = order
    for (index, axis) in order.enumerated() { back[axis] = index }
    return (before * after).reshaped(moved.shape).transposed(back)
  }
}

extension Tensor {
  /// The product over `axes` (all of them where none are given). Integers and truth values give int64. The gradient is right where factors are 0.
  public func product(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    over(axes, for: "product") { axes in
      axes.isEmpty ? summable : Product(axes, keepsDimensions: keep).apply(summable)
    }
  }
}

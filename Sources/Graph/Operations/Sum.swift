/// The sum over axes. An empty sum is 0.
public final class Sum: Operation {
  public let name = "sum"
  public let attributes: [Int]
  public let signature: UInt64
  public let kind = OperationKind.reduction
  package let axes: AxisSet
  package let keepsDimensions: Bool

  package init(_ axes: AxisSet, keepsDimensions: Bool) {
    self.axes = axes
    self.keepsDimensions = keepsDimensions
    attributes = [Int(axes.mask), keepsDimensions ? 1 : 0]
    signature = Signature.of("sum", attributes)
  }

  public func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let input = inputs[0]
    guard Int(axes.mask) < 1 << input.shape.rank else {
      throw GraphError(name, "an axis is outside \(input.shape.description)")
    }
    guard input.element != .bool else { throw GraphError(name, "cast bool to a number first") }
    return TensorType(
      input.shape.reduced(over: axes, keepingDimensions: keepsDimensions), input.element)
  }

  public func reverse(_ step: Reverse) {
    let shape = step.input(0).shape
    let kept = shape.reduced(over: axes, keepingDimensions: true)
    step.add(to: 0, step.upstream.reshaped(kept).broadcast(to: shape))
  }

  public func forward(_ step: Forward) -> Tensor { apply(step.tangent(0)!) }

  public func batch(_ step: Batch) -> Tensor {
    Sum(AxisSet(mask: axes.mask << 1), keepsDimensions: keepsDimensions).apply(step.inputs[0])
  }
}

extension Tensor {
  /// The sum over `axes` (all of them where none are given).
  public func sum(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    let set = axes.map { AxisSet($0, rank: rank) } ?? .all(rank: rank)
    return set.isEmpty ? self : Sum(set, keepsDimensions: keep).apply(self)
  }

  /// The mean over `axes` (all of them where none are given).
  public func mean(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    let total = sum(axes, keepingDimensions: keep)
    let averaged = Double(count) / Double(Swift.max(total.count, 1))
    return total * .literal(1 / averaged, element)
  }

  /// This tensor summed to a shape that broadcasts to its own: what un-broadcasting needs.
  package func summed(to target: Shape) -> Tensor {
    if target == shape { return self }
    let leading = rank - target.rank
    var mask: UInt8 = 0
    for axis in 0..<rank where axis < leading || (target[axis - leading] == 1 && shape[axis] != 1) {
      mask |= 1 << UInt8(axis)
    }
    let total = mask == 0 ? self : Sum(AxisSet(mask: mask), keepsDimensions: false).apply(self)
    return total.reshaped(target)
  }
}

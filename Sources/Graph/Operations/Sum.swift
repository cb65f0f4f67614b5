/// The sum over axes. An empty sum is 0.
package final class Sum: Operation {
  package let name = "sum"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.reduction
  package let axes: AxisSet
  package let keepsDimensions: Bool

  package init(_ axes: AxisSet, keepsDimensions: Bool) {
    self.axes = axes
    self.keepsDimensions = keepsDimensions
    attributes = [Int(axes.mask), keepsDimensions ? 1 : 0]
    signature = Signature.of("sum", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try inputs.reducedNumbers(name, over: axes, keepsDimensions)
  }

  package func reverse(_ step: Reverse) {
    let shape = step.input(0).shape
    let kept = shape.reduced(over: axes, keepingDimensions: true)
    step.add(to: 0, step.upstream.reshaped(kept).broadcast(to: shape))
  }

  package func forward(_ step: Forward) -> Tensor { apply(step.tangent(0)!) }

  package func batch(_ step: BatchStep) -> Tensor {
    Sum(AxisSet(mask: axes.mask << 1), keepsDimensions: keepsDimensions).apply(step.inputs[0])
  }
}

extension Tensor {
  /// The sum over `axes` (all of them where none are given). Integers and truth values give int64.
  public func sum(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    over(axes, for: "sum") { axes in
      axes.isEmpty ? summable : Sum(axes, keepsDimensions: keep).apply(summable)
    }
  }

  /// The mean over `axes` (all of them where none are given). Integers and truth values give float32.
  public func mean(_ axes: [Int]? = nil, keepingDimensions keep: Bool = false) -> Tensor {
    guard element.isFloating else {
      return cast(to: .float32).mean(axes, keepingDimensions: keep)
    }
    guard !element.isNarrow else {
      // What is summed may be beyond the narrow type where the mean is not.
      return cast(to: element.wide).mean(axes, keepingDimensions: keep).cast(to: element)
    }
    let total = sum(axes, keepingDimensions: keep)
    let averaged = Double(count) / Double(Swift.max(total.count, 1))
    return total * .literal(1 / averaged, element)
  }

  /// What sums, products and running ones are taken of: integers and truth values with room in 64 bits.
  var summable: Tensor { element.isFloating ? self : cast(to: .int64) }

  /// `body` with these axes as a set; all of them where none are given.
  func over(_ axes: [Int]?, for operation: String, _ body: (AxisSet) -> Tensor) -> Tensor {
    guard let axes else { return body(.all(rank: rank)) }
    do throws(GraphError) {
      return body(try AxisSet(axes, of: shape, for: operation))
    } catch {
      return fail(error)
    }
  }

  /// This tensor summed to a shape that broadcasts to its own: what un-broadcasting needs.
  package func summed(to target: Shape) -> Tensor {
    if target == shape { return self }
    let leading = rank - target.rank
    var mask: UInt8 = 0
    for axis in 0..<rank where axis < leading || (target[axis - leading] == 1 && shape[axis] != 1) {
      mask |= 1 << UInt8(axis)
    }
    let axes = AxisSet(mask: mask)
    if leading == 0 { return Sum(axes, keepsDimensions: true).apply(self) }
    let total = mask == 0 ? self : Sum(axes, keepsDimensions: false).apply(self)
    return total.reshaped(target)
  }
}

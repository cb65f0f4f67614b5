import CSupport

/// In what products, convolutions and attention take float32 operands.
public enum Precision: Int32, Sendable {
  /// As they are.
  case float32
  /// Rounded to bfloat16: eight significant bits, the range of float32.
  case bfloat16

  /// What holds on this thread.
  public internal(set) static var current: Precision {
    get { Precision(rawValue: adj_thread().pointee.precision) ?? .float32 }
    set { adj_thread().pointee.precision = newValue.rawValue }
  }
}

/// Runs `body` so that matrix products, convolutions and attention of float32 take their operands in `precision`, and
/// their gradients too, whenever those are taken. They add up in float32 and round their results as well; all tensors
/// remain float32, with parameters, gradients and losses among them. Other element types are left as they are.
///
/// ```swift
/// let loss = optimizer.step { withPrecision(.bfloat16) { crossEntropy(net(images), labels) } }
/// ```
public func withPrecision<Result, Failure: Error>(
  _ precision: Precision, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let outer = Precision.current
  Precision.current = precision
  defer { Precision.current = outer }
  return try body()
}

extension Tensor {
  /// What a product that is written in a scope of lower precision reads: this, rounded.
  ///
  /// Rules and the bodies of regions are run with none (`withPrecision(.float32)`), so that what a node is does not
  /// depend on where its gradient is taken.
  @inline(__always) func lowered(to precision: Precision) -> Tensor {
    precision == .bfloat16 && element == .float32 ? cast(to: .bfloat16) : self
  }

  /// What it gives: the type that was there.
  @inline(__always) func raised(to element: ElementType) -> Tensor {
    self.element == .bfloat16 && element == .float32 ? cast(to: .float32) : self
  }
}

/// The result of `operation` on operands in the precision that holds.
@inline(__always)
func inPrecision(_ a: Tensor, _ b: Tensor, _ operation: (Tensor, Tensor) -> Tensor) -> Tensor {
  let precision = Precision.current
  if precision == .float32 { return operation(a, b) }
  let result = withPrecision(.float32) {
    operation(a.lowered(to: precision), b.lowered(to: precision))
  }
  return result.node.isPoisoned ? result : result.raised(to: a.element)
}

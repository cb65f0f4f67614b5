import AdjointGraph

/// How a row-major array is cut along one axis: `outer` blocks of `length` rows of `inner` elements.
struct Lanes {
  let outer: Int
  let length: Int
  let inner: Int

  init(_ shape: Shape, _ axis: Int) {
    var (outer, inner) = (1, 1)
    for index in 0..<shape.rank {
      if index < axis { outer *= shape[index] }
      if index > axis { inner *= shape[index] }
    }
    self.outer = outer
    self.inner = inner
    length = shape[axis]
  }

  /// Goes through every lane: its first element, and the distance of neighbours.
  @inline(__always)
  func forEach(_ body: (_ lane: Int, _ start: Int) -> Void) {
    guard length > 0 else { return }
    for block in 0..<outer {
      for place in 0..<inner { body(block * inner + place, block * length * inner + place) }
    }
  }
}

/// Running sums, products and maxima along an axis.
final class ScanKernel<Scalar: ReferenceScalar>: Kernel {
  enum Role { case sum, product, maximum }

  var summary: String { "scan " + output.shape.description }
  private let role: Role
  private let input: Operand
  private let output: Operand
  private let lanes: Lanes
  private let isExclusive: Bool
  private let isReversed: Bool

  init(
    _ role: Role, axis: Int, isExclusive: Bool = false, isReversed: Bool = false,
    _ input: Operand, _ output: Operand
  ) {
    self.role = role
    self.input = input
    self.output = output
    self.isExclusive = isExclusive
    self.isReversed = isReversed
    lanes = Lanes(input.shape, axis)
  }

  func run(_ slots: Slots) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    let length = lanes.length
    lanes.forEach { _, start in
      var running = first
      for step in 0..<length {
        let place = start + (isReversed ? length - 1 - step : step) * lanes.inner
        if isExclusive { to[place] = running }
        running = joined(running, from[place])
        if !isExclusive { to[place] = running }
      }
    }
  }

  private var first: Scalar {
    switch role {
    case .sum: .zero
    case .product: Scalar(double: 1)
    case .maximum: Scalar.lowest
    }
  }

  @inline(__always)
  private func joined(_ running: Scalar, _ value: Scalar) -> Scalar {
    switch role {
    case .sum: Scalar.apply(.add, running, value, value)
    case .product: Scalar.apply(.multiply, running, value, value)
    case .maximum: Scalar.apply(.maximum, running, value, value)
    }
  }
}

/// y_t = a_t · y_{t−1} + b_t along an axis.
final class RecurrenceKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "recurrence " + output.shape.description }
  private let a: Operand
  private let b: Operand
  private let output: Operand
  private let lanes: Lanes
  private let isReversed: Bool

  init(_ operation: Recurrence, _ a: Operand, _ b: Operand, _ output: Operand) {
    self.a = a
    self.b = b
    self.output = output
    isReversed = operation.isReversed
    lanes = Lanes(output.shape, operation.axis)
  }

  func run(_ slots: Slots) {
    let a = slots[a.slot].assumingMemoryBound(to: Scalar.self)
    let b = slots[b.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    let length = lanes.length
    lanes.forEach { _, start in
      var state = Scalar.zero
      for step in 0..<length {
        let place = start + (isReversed ? length - 1 - step : step) * lanes.inner
        // Nothing comes before the first place, not even 0 times infinity.
        let carried = step == 0 ? .zero : Scalar.apply(.multiply, a[place], state, state)
        state = Scalar.apply(.add, carried, b[place], state)
        to[place] = state
      }
    }
  }
}

/// The product over axes, in row-major order of the input.
final class ProductKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "product " + input.shape.description }
  private let input: Operand
  private let output: Operand
  private let odometer: Odometer

  init(_ operation: Product, _ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    let kept = input.shape.reduced(over: operation.axes, keepingDimensions: true)
    odometer = Odometer(input.shape, strides: [kept.strides(broadcastTo: input.shape)])
  }

  func run(_ slots: Slots) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    for place in 0..<output.shape.count { to[place] = Scalar(double: 1) }
    var walk = odometer
    for place in 0..<input.shape.count {
      let target = walk.offsets[0]
      to[target] = Scalar.apply(.multiply, to[target], from[place], from[place])
      walk.next()
    }
  }
}

/// The place of the largest element along an axis.
final class ArgMaxKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "argMax " + input.shape.description }
  private let input: Operand
  private let output: Operand
  private let lanes: Lanes

  init(_ operation: ArgMax, _ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    lanes = Lanes(input.shape, operation.axis)
  }

  func run(_ slots: Slots) {
    let from = slots[input.slot].assumingMemoryBound(to: Scalar.self)
    let to = slots[output.slot].assumingMemoryBound(to: Int64.self)
    lanes.forEach { lane, start in
      var (winner, best) = (0, from[start])
      for step in 1..<max(lanes.length, 1) {
        let value = from[start + step * lanes.inner]
        if best.isNotANumber { break }
        if value > best || value.isNotANumber { (winner, best) = (step, value) }
      }
      to[lane] = Int64(winner)
    }
  }
}

extension ReferenceKernels {
  /// Scans and the reductions beside sum and maximum; nil for everything else.
  static func scan<Scalar: ReferenceScalar>(
    _: Scalar.Type, _ operation: any Operation, _ inputs: [Operand], _ output: Operand
  ) -> (any Kernel)? {
    switch operation {
    case let sum as CumulativeSum:
      return ScanKernel<Scalar>(
        .sum, axis: sum.axis, isExclusive: sum.isExclusive, isReversed: sum.isReversed,
        inputs[0], output)
    case let product as CumulativeProduct:
      return ScanKernel<Scalar>(
        .product, axis: product.axis, isExclusive: product.isExclusive,
        isReversed: product.isReversed, inputs[0], output)
    case let maximum as CumulativeMaximum:
      return ScanKernel<Scalar>(.maximum, axis: maximum.axis, inputs[0], output)
    case let recurrence as Recurrence:
      return RecurrenceKernel<Scalar>(recurrence, inputs[0], inputs[1], output)
    case let product as Product: return ProductKernel<Scalar>(product, inputs[0], output)
    default: return nil
    }
  }

  /// The place of a maximum: what is compared has another type than what comes out.
  static func argMax(_ operation: ArgMax, _ input: Operand, _ output: Operand) -> any Kernel {
    switch input.element {
    case .float32: ArgMaxKernel<Float>(operation, input, output)
    case .float64: ArgMaxKernel<Double>(operation, input, output)
    default: ArgMaxKernel<Int64>(operation, input, output)
    }
  }
}

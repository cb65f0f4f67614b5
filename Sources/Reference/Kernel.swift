import AdjointGraph

/// Pointers to the values of a plan, one slot a value.
package typealias Slots = UnsafeMutablePointer<UnsafeMutableRawPointer>

/// One prepared piece of a plan: it knows its slots, sizes and strides, and only needs to run.
package protocol Kernel: AnyObject {
  func run(_ slots: Slots) throws(GraphError)
  /// What it does, in a few words, for profiles and reports.
  var summary: String { get }
}

/// A value of a plan as a kernel sees it: which slot, and its type. Row-major and dense.
package struct Operand {
  package let slot: Int
  package let type: TensorType

  package init(_ slot: Int, _ type: TensorType) {
    self.slot = slot
    self.type = type
  }

  package var shape: Shape { type.shape }
  package var element: ElementType { type.element }
}

/// Elements of a reference kernel. Booleans are bytes.
protocol ReferenceScalar {
  static func apply(_ micro: Micro, _ a: Self, _ b: Self, _ c: Self) -> Self
  static var lowest: Self { get }
  var asDouble: Double { get }
  var isNotANumber: Bool { get }
  init(double: Double)
  /// Integers wrap.
  static func sum(_ a: Self, _ b: Self) -> Self
  static func product(_ a: Self, _ b: Self) -> Self
  static func > (a: Self, b: Self) -> Bool
  static var zero: Self { get }
}

extension Float: ReferenceScalar {
  static var lowest: Float { -.infinity }
  var asDouble: Double { Double(self) }
  var isNotANumber: Bool { self != self }
  init(double: Double) { self = Float(double) }
  static func sum(_ a: Float, _ b: Float) -> Float { a + b }
  static func product(_ a: Float, _ b: Float) -> Float { a * b }

  static func apply(_ micro: Micro, _ a: Float, _ b: Float, _ c: Float) -> Float {
    switch micro {
    case .copy: a
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .negate: -a
    case .exp: ScalarMath.exp(a)
    case .log: ScalarMath.log(a)
    case .tanh: ScalarMath.tanh(a)
    case .sin: ScalarMath.sin(a)
    case .cos: ScalarMath.cos(a)
    case .squareRoot: a.squareRoot()
    case .maximum: a != a || b != b ? .nan : (a > b ? a : b)
    case .minimum: a != a || b != b ? .nan : (a < b ? a : b)
    case .greater: a > b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .select: a != 0 ? b : c
    case .absolute: a.magnitude
    case .floor: a.rounded(.down)
    case .ceil: a.rounded(.up)
    case .round: a.rounded(.toNearestOrEven)
    case .truncate: a.rounded(.towardZero)
    case .copySign: ScalarMath.copySign(a, b)
    case .toFloat16: HalfPrecision.float(float16: HalfPrecision.float16(a))
    case .toBFloat16: BFloat16(a).float
    case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight, .toInt32, .toInt16, .toInt8, .toUInt8:
      .nan
    case .expm1, .log1p, .atan, .erf, .erfinv, .lgamma, .polygamma, .power, .truncatingRemainder:
      ScalarMath.rounded(Double.apply(micro, Double(a), Double(b), Double(c)))
    }
  }
}

extension Double: ReferenceScalar {
  static var lowest: Double { -.infinity }
  var asDouble: Double { self }
  var isNotANumber: Bool { self != self }
  init(double: Double) { self = double }
  static func sum(_ a: Double, _ b: Double) -> Double { a + b }
  static func product(_ a: Double, _ b: Double) -> Double { a * b }

  static func apply(_ micro: Micro, _ a: Double, _ b: Double, _ c: Double) -> Double {
    switch micro {
    case .copy: a
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .negate: -a
    case .exp: ScalarMath.exp(a)
    case .log: ScalarMath.log(a)
    case .tanh: ScalarMath.tanh(a)
    case .sin: ScalarMath.sin(a)
    case .cos: ScalarMath.cos(a)
    case .squareRoot: a.squareRoot()
    case .maximum: a != a || b != b ? .nan : (a > b ? a : b)
    case .minimum: a != a || b != b ? .nan : (a < b ? a : b)
    case .greater: a > b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .select: a != 0 ? b : c
    case .absolute: a.magnitude
    case .floor: a.rounded(.down)
    case .ceil: a.rounded(.up)
    case .round: a.rounded(.toNearestOrEven)
    case .truncate: a.rounded(.towardZero)
    case .copySign: ScalarMath.copySign(a, b)
    case .toFloat16, .toBFloat16:
      Double(Float.apply(micro, HalfPrecision.roundedToOdd(a), 0, 0))
    case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight, .toInt32, .toInt16, .toInt8, .toUInt8:
      .nan
    case .expm1: ScalarMath.expm1(a)
    case .log1p: ScalarMath.log1p(a)
    case .atan: ScalarMath.atan(a)
    case .erf: ScalarMath.erf(a)
    case .erfinv: ScalarMath.erfinv(a)
    case .lgamma: ScalarMath.lgamma(a)
    case .polygamma: ScalarMath.polygamma(Int(a), b)
    case .power: ScalarMath.pow(a, b)
    case .truncatingRemainder: ScalarMath.truncatingRemainder(a, b)
    }
  }
}

extension Int64: ReferenceScalar {
  static var lowest: Int64 { .min }
  static var zero: Int64 { 0 }
  var asDouble: Double { Double(self) }
  var isNotANumber: Bool { false }
  init(double: Double) { self.init(cutting: double) }
  static func sum(_ a: Int64, _ b: Int64) -> Int64 { a &+ b }
  static func product(_ a: Int64, _ b: Int64) -> Int64 { a &* b }

  /// Integers wrap; what needs fractions goes by way of Double.
  static func apply(_ micro: Micro, _ a: Int64, _ b: Int64, _ c: Int64) -> Int64 {
    switch micro {
    case .copy: a
    case .add: a &+ b
    case .subtract: a &- b
    case .multiply: a &* b
    case .divide: b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
    case .negate: 0 &- a
    case .maximum: a > b ? a : b
    case .minimum: a < b ? a : b
    case .greater: a > b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .select: a != 0 ? b : c
    case .absolute: a < 0 ? 0 &- a : a
    case .floor, .ceil, .round, .truncate, .toFloat16, .toBFloat16: a
    case .truncatingRemainder: b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
    case .copySign: (a < 0) == (b < 0) ? a : 0 &- a
    case .bitAnd: a & b
    case .bitOr: a | b
    case .bitXor: a ^ b
    case .shiftLeft: a << b
    case .shiftRight: a >> b
    case .toInt32: Int64(Int32(truncatingIfNeeded: a))
    case .toInt16: Int64(Int16(truncatingIfNeeded: a))
    case .toInt8: Int64(Int8(truncatingIfNeeded: a))
    case .toUInt8: Int64(UInt8(truncatingIfNeeded: a))
    case .exp, .log, .tanh, .sin, .cos, .squareRoot, .expm1, .log1p, .atan, .erf, .erfinv, .lgamma,
      .polygamma, .power:
      Int64(double: Double.apply(micro, Double(a), Double(b), Double(c)))
    }
  }
}

/// Counts through a shape in row-major order, keeping the offsets of up to four operands.
struct Odometer {
  private var sizes = InlineArray<8, Int>(repeating: 1)
  private var strides = InlineArray<4, InlineArray<8, Int>>(repeating: InlineArray(repeating: 0))
  private var places = InlineArray<8, Int>(repeating: 0)
  private let rank: Int
  private let operandCount: Int
  var offsets = InlineArray<4, Int>(repeating: 0)

  init(_ shape: Shape, strides operands: [[Int]]) {
    rank = shape.rank
    operandCount = operands.count
    for axis in 0..<rank {
      sizes[axis] = shape[axis]
      for operand in 0..<operands.count { strides[operand][axis] = operands[operand][axis] }
    }
  }

  mutating func next() {
    var axis = rank - 1
    while axis >= 0 {
      places[axis] += 1
      for operand in 0..<operandCount { offsets[operand] += strides[operand][axis] }
      if places[axis] < sizes[axis] { return }
      for operand in 0..<operandCount { offsets[operand] -= strides[operand][axis] * sizes[axis] }
      places[axis] = 0
      axis -= 1
    }
  }
}

extension Shape {
  /// Strides of a dense array of this shape when it is read as if broadcast to `target`.
  package func strides(broadcastTo target: Shape) -> [Int] {
    let own = strides
    return (0..<target.rank).map { axis in
      let place = axis - (target.rank - rank)
      return place < 0 || self[place] == 1 ? 0 : own[place]
    }
  }
}

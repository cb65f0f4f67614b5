/// The micro-operations that scalar expressions are written in. Raw values are those of the CPU's bytecode.
package enum Micro: UInt8, Sendable {
  case copy
  case add
  case subtract
  case multiply
  case divide
  case negate
  case exp
  case log
  case tanh
  case sin
  case cos
  case squareRoot
  case maximum
  case minimum
  case greater
  case equal
  /// a ≠ 0 ? b : c
  case select
  // 17 is the bytecode's own multiply-add.
  case absolute = 18
  case floor
  case ceil
  /// To the nearest whole number, halves to the even one.
  case round
  case truncate
  case expm1
  case log1p
  case atan
  case erf
  case lgamma
  /// The a-th derivative of the digamma function at b.
  case polygamma
  /// aᵇ for real a and b.
  case power
  /// a − b · truncate(a / b), exactly; of a's sign.
  case truncatingRemainder
  /// |a| with the sign of b.
  case copySign
  /// Rounded to what float16 holds.
  case toFloat16
  /// Rounded to what bfloat16 holds.
  case toBFloat16
  // Of integers only.
  case bitAnd
  case bitOr
  case bitXor
  case shiftLeft
  case shiftRight
  // Wrapped to what the narrow types hold.
  case toInt32
  case toInt16
  case toInt8
  case toUInt8
  /// The y with erf y = a.
  case erfinv

  /// How many values it reads.
  package var arity: Int {
    switch self {
    case .copy, .negate, .exp, .log, .tanh, .sin, .cos, .squareRoot, .absolute, .floor, .ceil,
      .round, .truncate, .expm1, .log1p, .atan, .erf, .erfinv, .lgamma, .toFloat16, .toBFloat16,
      .toInt32, .toInt16, .toInt8, .toUInt8:
      1
    case .select: 3
    case .add, .subtract, .multiply, .divide, .maximum, .minimum, .greater, .equal, .polygamma,
      .power, .truncatingRemainder, .copySign, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
      2
    }
  }
}

/// A scalar expression under construction: inputs first, then one value an instruction.
package struct Expression: Sendable {
  /// The number of a value: an input, a constant or a result.
  package struct Value: Equatable, Sendable {
    package let index: Int32
    package init(_ index: Int32) { self.index = index }
  }

  package struct Instruction: Sendable {
    package var micro: Micro
    package var result: Value
    package var a: Value
    package var b: Value
    package var c: Value
  }

  package private(set) var instructions: [Instruction] = []
  /// Constants of the expression itself, with the values that stand for them.
  package private(set) var constants: [(value: Value, number: Double)] = []
  package private(set) var valueCount: Int32

  package init(inputCount: Int) { valueCount = Int32(inputCount) }

  /// A value that an instruction or a constant defines.
  package mutating func newValue() -> Value {
    valueCount += 1
    return Value(valueCount - 1)
  }

  package mutating func constant(_ number: Double) -> Value {
    for known in constants where known.number.bitPattern == number.bitPattern {
      return known.value
    }
    let value = newValue()
    constants.append((value, number))
    return value
  }

  /// What is there already is not computed again, and |−x| is |x|.
  package mutating func emit(
    _ micro: Micro, _ a: Value, _ b: Value? = nil, _ c: Value? = nil
  ) -> Value {
    if micro == .absolute, let negated = instructions.last(where: { $0.result == a }),
      negated.micro == .negate
    {
      return emit(.absolute, negated.a)
    }
    let (b, c) = (b ?? a, c ?? a)
    for known in instructions
    where known.micro == micro && known.a == a && known.b == b && known.c == c {
      return known.result
    }
    let result = newValue()
    instructions.append(Instruction(micro: micro, result: result, a: a, b: b, c: c))
    return result
  }
}

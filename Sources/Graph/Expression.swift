/// The micro-operations that scalar expressions are written in. Raw values are those of the CPU's bytecode.
public enum Micro: UInt8, Sendable {
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
}

/// A scalar expression under construction: inputs first, then one value an instruction.
public struct Expression: Sendable {
  /// The number of a value: an input, a constant or a result.
  public struct Value: Equatable, Sendable {
    public let index: Int32
    public init(_ index: Int32) { self.index = index }
  }

  public struct Instruction: Sendable {
    public var micro: Micro
    public var result: Value
    public var a: Value
    public var b: Value
    public var c: Value
  }

  public private(set) var instructions: [Instruction] = []
  /// Constants of the expression itself, with the values that stand for them.
  public private(set) var constants: [(value: Value, number: Double)] = []
  public private(set) var valueCount: Int32

  public init(inputCount: Int) { valueCount = Int32(inputCount) }

  /// A value that an instruction or a constant defines.
  public mutating func newValue() -> Value {
    valueCount += 1
    return Value(valueCount - 1)
  }

  public mutating func constant(_ number: Double) -> Value {
    for known in constants where known.number.bitPattern == number.bitPattern {
      return known.value
    }
    let value = newValue()
    constants.append((value, number))
    return value
  }

  public mutating func emit(
    _ micro: Micro, _ a: Value, _ b: Value? = nil, _ c: Value? = nil
  ) -> Value {
    let result = newValue()
    instructions.append(Instruction(micro: micro, result: result, a: a, b: b ?? a, c: c ?? a))
    return result
  }
}

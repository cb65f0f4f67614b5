import AdjointGraph

/// Interprets one pointwise operation's expression, element by element.
final class PointwiseKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "pointwise " + output.shape.description }
  private let inputs: [Operand]
  private let output: Operand
  private let odometer: Odometer
  private let instructions: [Expression.Instruction]
  private let registers: UnsafeMutablePointer<Scalar>
  private let registerCount: Int
  private let result: Int
  /// Whether the result is rounded, once more, to a type with fewer bits than a Double has.
  private let roundsAgain: Bool

  init(_ operation: any PointwiseOperation, _ inputs: [Operand], _ output: Operand) {
    self.inputs = inputs
    self.output = output
    roundsAgain = output.element.isFloating && output.element != .float64
    odometer = Odometer(
      output.shape, strides: inputs.map { $0.shape.strides(broadcastTo: output.shape) })
    var expression = Expression(inputCount: inputs.count)
    let values = (0..<inputs.count).map { Expression.Value(Int32($0)) }
    result = Int(operation.express(&expression, values).index)
    instructions = expression.instructions
    registerCount = Int(expression.valueCount)
    registers = .allocate(capacity: registerCount)
    registers.initialize(repeating: .zero, count: registerCount)
    for constant in expression.constants {
      registers[Int(constant.value.index)] = Scalar(double: constant.number)
    }
  }

  deinit { registers.deallocate() }

  func run(_ slots: Slots) {
    var walk = odometer
    for place in 0..<output.shape.count {
      for index in 0..<inputs.count {
        registers[index] = load(
          slots[inputs[index].slot], inputs[index].element, walk.offsets[index])
      }
      for step in instructions {
        registers[Int(step.result.index)] = Scalar.apply(
          step.micro, registers[Int(step.a.index)], registers[Int(step.b.index)],
          registers[Int(step.c.index)])
      }
      store(registers[result], slots[output.slot], output.element, place)
      walk.next()
    }
  }

  @inline(__always)
  private func load(_ memory: UnsafeMutableRawPointer, _ element: ElementType, _ place: Int)
    -> Scalar
  {
    switch element {
    case .bool:
      Scalar(double: memory.assumingMemoryBound(to: UInt8.self)[place] == 0 ? 0 : 1)
    case .int64:
      load(memory.assumingMemoryBound(to: Int64.self)[place])
    case .int32:
      convert(Int64(memory.assumingMemoryBound(to: Int32.self)[place]))
    case .int16:
      convert(Int64(memory.assumingMemoryBound(to: Int16.self)[place]))
    case .int8:
      convert(Int64(memory.assumingMemoryBound(to: Int8.self)[place]))
    case .uint8:
      convert(Int64(memory.assumingMemoryBound(to: UInt8.self)[place]))
    case .float16:
      convert(
        HalfPrecision.float(float16: memory.assumingMemoryBound(to: UInt16.self)[place]))
    case .bfloat16:
      convert(memory.assumingMemoryBound(to: BFloat16.self)[place].float)
    case .float32:
      convert(memory.assumingMemoryBound(to: Float.self)[place])
    case .float64:
      convert(memory.assumingMemoryBound(to: Double.self)[place])
    }
  }

  @inline(__always)
  private func load(_ integer: Int64) -> Scalar {
    roundsAgain ? Scalar(double: integer.roundedToOdd) : convert(integer)
  }

  @inline(__always)
  private func store(
    _ value: Scalar, _ memory: UnsafeMutableRawPointer, _ element: ElementType, _ place: Int
  ) {
    switch element {
    case .bool:
      let isTrue = value.isNotANumber || value.asDouble != 0
      memory.assumingMemoryBound(to: UInt8.self)[place] = isTrue ? 1 : 0
    case .int64, .int32, .int16, .int8, .uint8:
      write(convert(value) as Int64, as: element, to: memory + place * element.byteCount)
    case .float16, .bfloat16:
      write(value.asDouble, as: element, to: memory + place * element.byteCount)
    case .float32:
      memory.assumingMemoryBound(to: Float.self)[place] = convert(value)
    case .float64:
      memory.assumingMemoryBound(to: Double.self)[place] = convert(value)
    }
  }
}

/// The same number as another scalar; unchanged (all 64 bits of an integer) where the types agree.
@inline(__always)
private func convert<From: ReferenceScalar, To: ReferenceScalar>(_ value: From) -> To {
  if From.self == To.self { return unsafeBitCast(value, to: To.self) }
  return To(double: value.asDouble)
}

extension Int64 {
  /// A Double whose last bit tells whether something was cut off: rounding that to fewer bits gives what rounding the
  /// integer itself gives.
  fileprivate var roundedToOdd: Double {
    let high = self & ~0x7FF
    return Double(magnitude < 1 << 53 || high == self ? self : high | 0x800)
  }
}

/// A kernel for one pointwise operation. Casts compute in Double, or in 64 bits between integers; comparisons and
/// choices in the wide type of what they compare or choose.
func pointwiseKernel(
  _ operation: any PointwiseOperation, _ inputs: [Operand], _ output: Operand
) -> any Kernel {
  switch computeType(operation, inputs, output) {
  case .float32: PointwiseKernel<Float>(operation, inputs, output)
  case .float64: PointwiseKernel<Double>(operation, inputs, output)
  default: PointwiseKernel<Int64>(operation, inputs, output)
  }
}

private func computeType(
  _ operation: any PointwiseOperation, _ inputs: [Operand], _ output: Operand
) -> ElementType {
  if operation is Cast {
    return inputs[0].element.isFloating || output.element.isFloating ? .float64 : .int64
  }
  return output.element == .bool ? inputs[0].element.wide : output.element.wide
}

import AdjointGraph

/// Zeros with the input at places a fixed step apart.
final class StridedPlaceKernel: Kernel {
  var summary: String { "stridedPlace " + output.shape.description }
  private let input: Operand
  private let output: Operand
  private let odometer: Odometer
  private let base: Int

  init(_ operation: StridedPlace, _ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    let (base, strides) = operation.axes.located(in: output.shape.strides)
    self.base = base
    odometer = Odometer(input.shape, strides: [strides])
  }

  func run(_ slots: Slots) {
    let size = output.element.byteCount
    let to = slots[output.slot]
    to.initializeMemory(as: UInt8.self, repeating: 0, count: output.type.byteCount)
    let from = slots[input.slot]
    var walk = odometer
    for place in 0..<input.shape.count {
      (to + (base + walk.offsets[0]) * size).copyMemory(from: from + place * size, byteCount: size)
      walk.next()
    }
  }
}

/// The elements of a strided slice, written densely.
final class StridedSliceKernel: Kernel {
  var summary: String { "stridedSlice " + output.shape.description }
  private let input: Operand
  private let output: Operand
  private let odometer: Odometer
  private let base: Int

  init(_ operation: StridedSlice, _ input: Operand, _ output: Operand) {
    self.input = input
    self.output = output
    let (base, strides) = operation.axes.located(in: input.shape.strides)
    self.base = base
    odometer = Odometer(output.shape, strides: [strides])
  }

  func run(_ slots: Slots) {
    let size = output.element.byteCount
    let (from, to) = (slots[input.slot], slots[output.slot])
    var walk = odometer
    for place in 0..<output.shape.count {
      (to + place * size).copyMemory(
        from: from + (base + walk.offsets[0]) * size, byteCount: size)
      walk.next()
    }
  }
}

extension [AxisStride] {
  /// Where the first element lies, and how far apart the others, in memory with these strides.
  package func located(in strides: [Int]) -> (base: Int, strides: [Int]) {
    var base = 0
    var result: [Int] = []
    for (axis, stride) in enumerated() {
      if stride.count > 0 { base += stride.start * strides[axis] }
      result.append(stride.count > 0 ? stride.step * strides[axis] : 0)
    }
    return (base, result)
  }
}

/// Blocks of each input in turn: everything from the axis on lies together.
final class ConcatenateKernel: Kernel {
  var summary: String { "concatenate " + output.shape.description }
  private let inputs: [(slot: Int, bytes: Int)]
  private let output: Operand
  private let outer: Int

  init(_ operation: Concatenate, _ inputs: [Operand], _ output: Operand) {
    self.output = output
    outer = output.shape.split(at: operation.axis).0
    self.inputs = inputs.map { input in
      let (_, length, inner) = input.shape.split(at: operation.axis)
      return (input.slot, length * inner * input.element.byteCount)
    }
  }

  func run(_ slots: Slots) {
    var to = slots[output.slot]
    for o in 0..<outer {
      for input in inputs {
        to.copyMemory(from: slots[input.slot] + o * input.bytes, byteCount: input.bytes)
        to += input.bytes
      }
    }
  }
}

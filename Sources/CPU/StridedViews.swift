import AdjointGraph
import AdjointReference
import AdjointRuntime

extension CPUCompiler {
  /// A look from a fixed offset by larger strides. What goes backwards is copied into its new order.
  mutating func appendStridedSlice(
    _ slice: StridedSlice, _ value: Int, _ source: Location, _ type: TensorType
  ) {
    let (base, strides) = slice.axes.located(in: source.strides)
    builder.append(
      OffsetKernel(source.slot, base * type.element.byteCount, to: value), reads: [source.slot],
      writes: [value])
    builder.setView(value, into: source.slot)
    let look = Location(slot: value, type: type, strides: strides)
    let isForwards = slice.axes.allSatisfy { $0.step > 0 || $0.count < 2 }
    locations[value] = isForwards ? look : copied(look, as: type.shape.strides)
  }

  /// Values that are put together from pieces of others: each piece is one strided copy.
  mutating func appendPieces(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) -> Bool {
    let whole = Location.rowMajor(value, type)
    switch operation {
    case let join as Concatenate:
      var start = 0
      for input in inputs {
        let source = location(input)
        let offset = start * whole.strides[join.axis]
        start += source.shape[join.axis]
        appendPiece(source, value, whole.strides) { OffsetKernel(value, $0 * offset, to: $1) }
      }
    case let place as StridedPlace:
      let (base, strides) = place.axes.located(in: whole.strides)
      appendZeros(value, type)
      appendPiece(location(inputs[0]), value, strides) {
        OffsetKernel(value, $0 * base, to: $1)
      }
    case let place as Place:
      let (source, start) = (location(inputs[0]), location(inputs[1]).slot)
      let length = source.shape[place.axis]
      appendZeros(value, type)
      appendPiece(source, value, whole.strides, start: start) {
        SliceKernel(whole, axis: place.axis, length: length, start: start, to: $1)
      }
    default: return false
    }
    locations[value] = whole
    return true
  }

  private mutating func appendZeros(_ value: Int, _ type: TensorType) {
    builder.append(ZeroKernel(value, type.byteCount), reads: [], writes: [value])
  }

  /// Copies a value to a part of another, found by the kernel that `look` makes.
  private mutating func appendPiece(
    _ source: Location, _ value: Int, _ strides: [Int], start: Int? = nil,
    _ look: (_ elementBytes: Int, _ slot: Int) -> any Kernel
  ) {
    let slot = builder.newSlot(bytes: 0)
    builder.append(
      look(source.type.element.byteCount, slot), reads: start.map { [$0] } ?? [],
      writes: [slot, value])
    builder.setView(slot, into: value)
    let target = Location(slot: slot, type: source.type, strides: strides)
    builder.append(
      StridedCopyKernel(source, to: target, device), reads: [source.slot],
      writes: [slot, value])
  }
}

/// Zeros everywhere.
final class ZeroKernel: Kernel {
  var summary: String { "zeros of \(bytes) bytes" }
  private let target: Int
  private let bytes: Int

  init(_ target: Int, _ bytes: Int) {
    self.target = target
    self.bytes = bytes
  }

  func run(_ slots: Slots) {
    slots[target].initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }
}

/// A look into a value from a fixed offset. Nothing is copied.
final class OffsetKernel: Kernel {
  var summary: String { "look at byte \(offset)" }
  private let source: Int
  private let offset: Int
  private let target: Int

  init(_ source: Int, _ offset: Int, to target: Int) {
    self.source = source
    self.offset = offset
    self.target = target
  }

  func run(_ slots: Slots) { slots[target] = slots[source] + offset }
}

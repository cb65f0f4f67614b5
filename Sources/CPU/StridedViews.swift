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

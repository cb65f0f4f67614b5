import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// Moves a value into another order of memory.
final class StridedCopyKernel: Kernel {
  var summary: String { "copy \(sizes) from strides \(fromStrides) to \(toStrides)" }
  private let from: Int
  private let to: Int
  private let sizes: [Int64]
  private let fromStrides: [Int64]
  private let toStrides: [Int64]
  private let elementBytes: Int32
  private let threads: Int32

  init(_ source: Location, to target: Location, _ device: CPUDevice) {
    from = source.slot
    to = target.slot
    sizes = source.shape.dimensions.map { Int64($0) }
    fromStrides = source.strides.map { Int64($0) }
    toStrides = target.strides.map { Int64($0) }
    elementBytes = Int32(source.type.element.byteCount)
    threads = Int32(device.threads(forWork: source.shape.count))
  }

  func run(_ slots: Slots) {
    adj_strided_copy(
      Int32(sizes.count), sizes, slots[from], fromStrides, slots[to], toStrides, elementBytes,
      threads)
  }
}

/// A look into a value from a start that is only known when the plan runs. Nothing is copied.
final class SliceKernel: Kernel {
  var summary: String { "slice" }
  private let source: Int
  private let start: Int
  private let target: Int
  private let last: Int
  private let bytesAPlace: Int

  init(_ source: Location, axis: Int, length: Int, start: Int, to target: Int) {
    self.source = source.slot
    self.start = start
    self.target = target
    last = source.shape[axis] - length
    bytesAPlace = source.strides[axis] * source.type.element.byteCount
  }

  func run(_ slots: Slots) {
    slots[target] = slots[source] + clampedStart(slots, start, last) * bytesAPlace
  }
}

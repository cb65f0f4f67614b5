import AdjointGraph
import AdjointReference
import CKernels

/// A kernel that is one call of a function with fixed slots and sizes.
final class CallKernel: Kernel {
  let summary: String
  private let call: (Slots) throws(GraphError) -> Void

  init(_ summary: String, _ call: @escaping (Slots) throws(GraphError) -> Void) {
    self.summary = summary
    self.call = call
  }

  func run(_ slots: Slots) throws(GraphError) { try call(slots) }
}

extension ElementType {
  /// The number by which the kernels over arrays know this type, or nil.
  var arrayElement: Int32? {
    switch self {
    case .float32: Int32(ADJ_FLOAT32.rawValue)
    case .float64: Int32(ADJ_FLOAT64.rawValue)
    case .int64: Int32(ADJ_INT64.rawValue)
    default: nil
    }
  }
}

extension Shape {
  /// A dense array of this shape, cut along one axis.
  func lanes(along axis: Int) -> adj_lanes {
    var (outer, inner): (Int64, Int64) = (1, 1)
    for index in 0..<rank {
      if index < axis { outer *= Int64(self[index]) }
      if index > axis { inner *= Int64(self[index]) }
    }
    return adj_lanes(outer: outer, length: Int64(self[axis]), inner: inner)
  }
}

extension Slots {
  /// The integers in a slot.
  @inline(__always)
  func places(_ slot: Int) -> UnsafeMutablePointer<Int64> {
    self[slot].assumingMemoryBound(to: Int64.self)
  }
}

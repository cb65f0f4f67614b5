import CSupport

/// A block of tensor memory with one owner count. Freed blocks return to a pool.
public final class Storage: @unchecked Sendable {
  package let pointer: UnsafeMutableRawPointer
  package let byteCount: Int

  /// Uninitialised memory, or nil where the system has none left.
  package init?(byteCount: Int) {
    guard byteCount >= 0, let memory = adj_pool_take(byteCount) else { return nil }
    pointer = memory
    self.byteCount = byteCount
  }

  /// Memory that must be there: traps with one clear line where it is not.
  package static func make(byteCount: Int) -> Storage {
    guard let storage = Storage(byteCount: byteCount) else {
      fatalError("out of memory: a tensor of \(byteCount) bytes; use smaller tensors or batches")
    }
    return storage
  }

  deinit { adj_pool_give(pointer, byteCount) }
}

/// What the tensor memory pool holds now.
public struct MemoryStatistics: Sendable {
  /// Blocks asked from the system since the start of the process.
  public let systemAllocations: Int
  /// Bytes in use.
  public let liveBytes: Int
  /// Bytes kept for reuse.
  public let cachedBytes: Int
  /// Graph nodes made on this thread less those freed on it.
  public let liveNodes: Int

  /// The figures of this moment.
  public static var current: MemoryStatistics {
    let pool = adj_pool_read()
    return MemoryStatistics(
      systemAllocations: Int(pool.system_allocations), liveBytes: Int(pool.live_bytes),
      cachedBytes: Int(pool.cached_bytes), liveNodes: Int(adj_thread().pointee.live_nodes))
  }
}

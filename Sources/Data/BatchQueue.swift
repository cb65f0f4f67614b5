import Glibc

/// Batches made ahead by another thread. It ends when all are made, one cannot be made, or nobody wants them.
final class BatchQueue: @unchecked Sendable {
  private let monitor = Monitor()
  private let capacity: Int
  private var ready: [Result<Batch, any Error>] = []
  private var left: Int
  private var isStopped = false

  init(_ data: any Dataset, _ places: [[Int]], epoch: Int, capacity: Int) {
    self.capacity = capacity
    left = places.count
    // The thread holds the queue; whoever reads from it stops it when it goes.
    startThread { [self] in
      for batch in places where !deliver(Result { try data.batch(batch, epoch: epoch) }) { return }
    }
  }

  /// Waits for room, and gives false where nobody wants more.
  private func deliver(_ batch: Result<Batch, any Error>) -> Bool {
    monitor.locked {
      while ready.count >= capacity && !isStopped { monitor.wait() }
      guard !isStopped else { return false }
      ready.append(batch)
      monitor.wakeAll()
      if case .failure = batch { return false }
      return true
    }
  }

  /// The next batch, waiting for it; nil at the end.
  func take() throws -> Batch? {
    let batch: Result<Batch, any Error>? = monitor.locked {
      guard left > 0 else { return nil }
      while ready.isEmpty { monitor.wait() }
      let batch = ready.removeFirst()
      monitor.wakeAll()
      left -= 1
      if case .failure = batch { left = 0 }
      return batch
    }
    return try batch?.get()
  }

  func stop() {
    monitor.locked {
      isStopped = true
      monitor.wakeAll()
    }
  }
}

/// A lock and a condition to wait for under it.
final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  func wait() { pthread_cond_wait(condition, mutex) }
  func wakeAll() { pthread_cond_broadcast(condition) }
}

private final class ThreadBody {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

/// Runs `body` on a thread of its own.
func startThread(_ body: @escaping @Sendable () -> Void) {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
  pthread_attr_setstacksize(&attributes, 4 << 20)
  defer { pthread_attr_destroy(&attributes) }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(ThreadBody(body))
  let status = pthread_create(
    &thread, &attributes,
    { context in
      Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue().run()
      return nil
    }, context.toOpaque())
  // Without another thread the work is done here: slower, and the same.
  if status != 0 { context.takeRetainedValue().run() }
}

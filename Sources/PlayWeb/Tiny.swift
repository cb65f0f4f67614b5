#if arch(wasm32)
  import AdjointGraph
  import AdjointRuntime
  import AdjointWorkloads

  /// The workload `tiny`: the same network, data and steps as natively.
  private final class TinyRun {
    private let step: (Int) -> Tensor
    private var stepCount = 0
    /// The losses of the last `advance`.
    private(set) var losses: UnsafeMutableBufferPointer<Float>

    init(seed: Int) {
      step = Workload.tiny.prepare(seed: seed)
      losses = .allocate(capacity: 0)
    }

    deinit { losses.deallocate() }

    func advance(_ count: Int) -> Float {
      if losses.count != count {
        losses.deallocate()
        losses = .allocate(capacity: count)
      }
      for index in 0..<count {
        losses[index] = step(stepCount).floats[0]
        stepCount += 1
      }
      return losses.last ?? .nan
    }
  }

  private nonisolated(unsafe) var run: TinyRun?

  /// Makes the network and its data anew.
  @_expose(wasm, "adjoint_tiny_start")
  @_cdecl("adjoint_tiny_start")
  public func startTiny(seed: Int32) {
    run = nil
    run = TinyRun(seed: Int(seed))
  }

  /// Trains for so many steps. Returns the last loss; NaN where nothing was started.
  @_expose(wasm, "adjoint_tiny_step")
  @_cdecl("adjoint_tiny_step")
  public func stepTiny(count: Int32) -> Float { run?.advance(max(Int(count), 0)) ?? .nan }

  /// Where the losses of the last `adjoint_tiny_step` stand, one a step, until it is called again.
  @_expose(wasm, "adjoint_tiny_losses")
  @_cdecl("adjoint_tiny_losses")
  public func tinyLosses() -> UnsafePointer<Float>? {
    run.flatMap { UnsafePointer($0.losses.baseAddress) }
  }
#endif

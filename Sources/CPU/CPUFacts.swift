import AdjointRuntime
import CKernels

/// What this machine offers, and what it lacks: for reports.
extension CPUDevice {
  /// Processors that this process may run on.
  public static var processors: Int { Int(adj_processors()) }

  /// The kernels that this processor gets: "avx512", "avx2" or "portable".
  public static var instructionSet: String { String(cString: adj_pointwise_isa()) }

  /// Whether products and convolutions of bfloat16 are computed by instructions for it.
  public static var multipliesBfloat16: Bool { adj_has_bfloat16() == 1 }

  /// Whether the thread pool's library was found; without it everything runs on one thread.
  public static var hasThreadPool: Bool { adj_has_thread_pool() == 1 }

  /// Which LAPACK was found for large eigenproblems; nil where own kernels serve.
  public static var lapack: String? {
    let name = String(cString: adj_lapack_name())
    return name.isEmpty ? nil : name
  }

  /// Why oneDNN cannot be used, in one line; nil where it can.
  public static var libraryProblem: String? {
    adj_onednn_available() == 1 ? nil : String(cString: adj_onednn_problem())
  }
}

extension CPUDevice {
  /// The sets of kernels that there are, the best first.
  package enum Kernels: Int32, CaseIterable, Sendable {
    case best
    case upToAVX2
    case portable
  }

  /// For tests: evaluates on this device with some kernels only.
  package func with<Result>(_ kernels: Kernels, _ body: () -> Result) -> Result {
    Devices.with(self) {
      adj_limit_instructions(kernels.rawValue)
      Engine.removePlans()
      defer {
        adj_limit_instructions(0)
        Engine.removePlans()
      }
      return body()
    }
  }
}

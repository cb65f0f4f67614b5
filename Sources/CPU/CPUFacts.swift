import CKernels

/// What this machine offers, and what it lacks: for reports.
extension CPUDevice {
  /// Processors that this process may run on.
  public static var processors: Int { Int(adj_processors()) }

  /// The kernels that this processor gets: "avx512", "avx2" or "portable".
  public static var instructionSet: String { String(cString: adj_pointwise_isa()) }

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

  /// For tests: the pointwise kernels of at most this instruction set, 0 portable, 1 AVX2, 2 all.
  package static func limitInstructionSet(to most: Int) {
    adj_pointwise_limit_isa(Int32(most))
  }
}

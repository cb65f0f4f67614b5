import AdjointGraph
import AdjointReference

/// Where time goes: when each kernel ran, and the median of its runs, in the order of the plan.
package enum Profile {
  /// Whether every kernel is timed from now on.
  @exclusivity(unchecked) nonisolated(unsafe) static var isOn = false
  private nonisolated(unsafe) static var kernels: [any Kernel] = []
  private nonisolated(unsafe) static var runs: [Run] = []

  /// One run of a kernel: its place in `summaries`, and when it was, in seconds since some fixed point.
  package struct Run: Sendable {
    package let kernel: Int
    package let start: Double
    package let seconds: Double
  }

  /// Starts afresh, or stops.
  package static func set(_ on: Bool) {
    GraphLock.withLock {
      isOn = on
      if on { (kernels, runs) = ([], []) }
    }
  }

  static func note(_ kernel: any Kernel, start: Double, seconds: Double) {
    // Mostly it is the one after the last.
    var place = runs.last.map { $0.kernel + 1 } ?? 0
    if place >= kernels.count || kernels[place] !== kernel {
      place = kernels.firstIndex { $0 === kernel } ?? kernels.count
    }
    if place == kernels.count { kernels.append(kernel) }
    runs.append(Run(kernel: place, start: start, seconds: seconds))
  }

  /// What each kernel does.
  package static var summaries: [String] { GraphLock.withLock { kernels.map { $0.summary } } }

  /// All runs, in order.
  package static var allRuns: [Run] { GraphLock.withLock { runs } }

  /// One entry a kernel: what it does, and the median of its microseconds.
  package static var entries: [(summary: String, microseconds: Double)] {
    GraphLock.withLock {
      var seconds = [[Double]](repeating: [], count: kernels.count)
      for run in runs { seconds[run.kernel].append(run.seconds) }
      return zip(kernels, seconds).map { kernel, times in
        (kernel.summary, times.sorted()[times.count / 2] * 1e6)
      }
    }
  }
}

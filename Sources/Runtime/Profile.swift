import AdjointGraph
import AdjointReference

/// Where time goes: the median of each kernel's runs, in the order of the plan.
package enum Profile {
  /// Whether every kernel is timed from now on.
  @exclusivity(unchecked) nonisolated(unsafe) static var isOn = false
  private nonisolated(unsafe) static var lines: [Line] = []

  private struct Line {
    let kernel: any Kernel
    let place: Int
    var seconds: [Double]
  }

  /// Starts afresh, or stops.
  package static func set(_ on: Bool) {
    GraphLock.withLock {
      isOn = on
      if on { lines = [] }
    }
  }

  static func note(_ kernel: any Kernel, place: Int, seconds: Double) {
    for index in lines.indices where lines[index].kernel === kernel {
      lines[index].seconds.append(seconds)
      return
    }
    lines.append(Line(kernel: kernel, place: place, seconds: [seconds]))
  }

  /// One entry a kernel: what it does, and the median of its microseconds.
  package static var entries: [(summary: String, microseconds: Double)] {
    GraphLock.withLock {
      lines.map { line in
        (line.kernel.summary, line.seconds.sorted()[line.seconds.count / 2] * 1e6)
      }
    }
  }
}

import Adjoint
import AdjointWorkloads

/// Times whole training steps, each traced anew or replayed.
struct Bench {
  let workload: Workload
  let seconds: Double
  let device: ComputeDevice
  var isReplay = false

  func run() -> BenchResult {
    let plansBefore = Engine.statistics.plans
    let step = workload.prepare(replaying: isReplay)
    for index in 0..<(2 * Workload.batchCount) { _ = step(index) }
    let times = time(step)
    return BenchResult(
      workload: workload.rawValue, device: device,
      microseconds: (times[times.count / 2] * 1e7).rounded() / 10,
      megabytes: Process.peakMegabytes, plans: Engine.statistics.plans - plansBefore,
      isReplay: isReplay)
  }

  /// The median microseconds of each kernel of a step, in the order of the plan, and their sum.
  func profile() -> [String] {
    let step = workload.prepare(replaying: isReplay)
    for index in 0..<(2 * Workload.batchCount) { _ = step(index) }
    Profile.set(true)
    for index in 0..<200 { _ = step(index) }
    let entries = Profile.entries
    Profile.set(false)
    var table = TextTable([.right, .left])
    for entry in entries {
      table.add([NumberText.fixed(entry.microseconds, places: 2), entry.summary])
    }
    let sum = entries.reduce(0) { $0 + $1.microseconds }
    table.add([NumberText.fixed(sum, places: 2), "in all"])
    return table.lines
  }

  private func time(_ step: (Int) -> Tensor) -> [Double] {
    var times: [Double] = []
    let start = Process.seconds
    while Process.seconds - start < seconds || times.count < Workload.batchCount {
      let begin = Process.seconds
      _ = step(times.count)
      times.append(Process.seconds - begin)
    }
    return times.sorted()
  }
}

/// What a workload took.
struct BenchResult {
  let workload: String
  let device: ComputeDevice
  let microseconds: Double
  let megabytes: Int
  let plans: Int
  let isReplay: Bool

  private static let widths = [-10, -10, 8, 12, 10, 6]

  static var header: String {
    aligned(["workload", "device", "threads", "µs a step", "peak MiB", "plans"])
  }

  var row: String {
    BenchResult.aligned([
      workload, device.name, String(device.threads), NumberText.fixed(microseconds, places: 1),
      String(megabytes), String(plans),
    ])
  }

  var json: String {
    JSONText.object([
      ("workload", JSONText.string(workload)),
      ("framework", JSONText.string("adjoint")),
      ("us_per_step", JSONText.number(microseconds)),
      ("threads", String(device.threads)),
      ("peak_rss_mb", String(megabytes)),
      ("plans", String(plans)),
      ("device", JSONText.string(device.name)),
      ("replay", isReplay ? "true" : "false"),
    ])
  }

  /// Widths are fixed, since each row is printed when it is known; a negative one aligns to the left.
  private static func aligned(_ cells: [String]) -> String {
    zip(cells, widths).map { cell, width in
      let blanks = String(repeating: " ", count: max(0, abs(width) - cell.count))
      return width < 0 ? cell + blanks : blanks + cell
    }.joined(separator: "  ")
  }
}

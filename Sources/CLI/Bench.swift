import Adjoint
import AdjointComparison
import AdjointWorkloads

/// Times whole training steps, each traced anew or replayed.
struct Bench {
  let measured: BenchCase
  let seconds: Double
  let device: ComputeDevice

  /// A minute's step is not taken as often as a millisecond's.
  private static let warmUp = (least: 2, most: 2 * Workload.batchCount)
  private static let fewest = 3

  func run() -> BenchResult {
    let plansBefore = Engine.statistics.plans
    let step = measured.prepare()
    _ = step(0)
    let first = Process.seconds
    warmUp(step)
    return BenchResult(
      measured: measured, device: device,
      microseconds: ((Statistics.median(time(step)) ?? 0) * 1e7).rounded() / 10,
      firstStepAt: first, megabytes: Process.peakMegabytes,
      plans: Engine.statistics.plans - plansBefore)
  }

  /// The median microseconds of each kernel of a step, in the order of the plan, and their sum.
  func profile() -> [String] {
    let step = measured.prepare()
    for index in 0..<Bench.warmUp.most { _ = step(index) }
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

  private func warmUp(_ step: (Int) -> Tensor) {
    let start = Process.seconds
    var taken = 1
    while taken < Bench.warmUp.most,
      taken < Bench.warmUp.least || Process.seconds - start < Swift.max(seconds, 1)
    {
      _ = step(taken)
      taken += 1
    }
  }

  private func time(_ step: (Int) -> Tensor) -> [Double] {
    var times: [Double] = []
    let start = Process.seconds
    while true {
      let spent = Process.seconds - start
      let needed = spent < 5 * Swift.max(seconds, 1) ? Workload.batchCount : Bench.fewest
      if spent >= seconds, times.count >= needed { return times }
      let begin = Process.seconds
      _ = step(times.count)
      times.append(Process.seconds - begin)
    }
  }
}

/// What a workload took.
struct BenchResult {
  let measured: BenchCase
  let device: ComputeDevice
  let microseconds: Double
  /// When the first step was done, in seconds on the monotonic clock: whoever started the process knows when that was.
  let firstStepAt: Double
  let megabytes: Int
  let plans: Int

  private static let widths = [-10, -10, 8, 12, 10, 6]

  static var header: String {
    aligned(["workload", "device", "threads", "µs a step", "peak MiB", "plans"])
  }

  var row: String {
    BenchResult.aligned([
      measured.name, device.name, String(device.threads),
      NumberText.fixed(microseconds, places: 1), String(megabytes), String(plans),
    ])
  }

  var json: String {
    JSONText.object(
      [
        ("workload", JSONText.string(measured.name)),
        ("framework", JSONText.string("adjoint")),
        ("us_per_step", JSONText.number(microseconds)),
        ("threads", String(device.threads)),
        ("peak_rss_mb", String(megabytes)),
        ("first_step_at", JSONText.number(firstStepAt)),
        ("plans", String(plans)),
        ("device", JSONText.string(device.name)),
      ] + measured.details)
  }

  /// Widths are fixed, since each row is printed when it is known; a negative one aligns to the left.
  private static func aligned(_ cells: [String]) -> String {
    zip(cells, widths).map { cell, width in
      let blanks = String(repeating: " ", count: max(0, abs(width) - cell.count))
      return width < 0 ? cell + blanks : blanks + cell
    }.joined(separator: "  ")
  }
}

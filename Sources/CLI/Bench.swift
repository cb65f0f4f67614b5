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
    let (plansBefore, planningBefore) = (Engine.statistics.plans, PlanningCost.soFar)
    let step = measured.prepare()
    _ = step(0)
    let first = Process.seconds
    warmUp(step)
    return BenchResult(
      measured: measured, device: device,
      microseconds: ((Statistics.median(time(step)) ?? 0) * 1e7).rounded() / 10,
      firstStepAt: first, megabytes: Process.peakMegabytes,
      plans: Engine.statistics.plans - plansBefore,
      planning: PlanningCost.soFar.since(planningBefore))
  }

  /// The median microseconds of each kernel of a step, in the order of the plan, and their sum. The steps go into
  /// `trace` too.
  func profile(into trace: inout ProfileTrace) -> [String] {
    let step = measured.prepare()
    for index in 0..<Bench.warmUp.most { _ = step(index) }
    var steps: [ProfileTrace.Span] = []
    Profile.set(true)
    for index in 0..<200 {
      let start = Process.seconds
      _ = step(index)
      let name = "step \(index)"
      steps.append(.init(name: name, start: start, seconds: Process.seconds - start))
    }
    let entries = Profile.entries
    Profile.set(false)
    trace.add(measured.name, steps)
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
  /// What its plans cost to make.
  let planning: PlanningCost

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

  /// What planning cost, in a line.
  var planningLines: [String] {
    let milliseconds = { (seconds: Double) in NumberText.fixed(seconds * 1000, places: 2) }
    let own = planning.seconds - planning.librarySeconds
    return [
      "planned \(planning.nodes) nodes as \(planning.kernels) kernels in \(milliseconds(own)) ms, "
        + "and the library's primitives in \(milliseconds(planning.librarySeconds)) ms"
    ]
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
        ("planned_nodes", String(planning.nodes)),
        ("kernels", String(planning.kernels)),
        ("planning_us", JSONText.number((planning.seconds * 1e6).rounded())),
        ("library_us", JSONText.number((planning.librarySeconds * 1e6).rounded())),
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

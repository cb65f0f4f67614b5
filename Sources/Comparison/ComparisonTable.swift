import AdjointFormats
import AdjointViews

extension Comparison {
  /// The table as lines: a block a workload, the fastest framework first.
  public var table: [String] {
    var table = TextTable([.left, .right, .right, .right, .right, .right])
    table.add(["", "µs a step", "against ours", "processors", "peak MiB", "first step after ms"])
    for workload in workloads {
      let all = standings(workload)
      let ours = all.first { $0.isOurs && !$0.isCoarse }?.microseconds
      table.add([workload, "", "", "", "", ""])
      for standing in all {
        table.add([
          "  " + standing.name, NumberText.fixed(standing.microseconds, places: 1),
          ours.map { NumberText.fixed(standing.microseconds / $0, places: 2) + " ×" } ?? "",
          String(standing.threads),
          standing.megabytes.map { NumberText.fixed($0, places: 0) } ?? "",
          standing.startMilliseconds.map { NumberText.fixed($0, places: 0) } ?? "",
        ])
      }
    }
    return table.lines + summary + threadLines
  }

  /// How far ahead of the fastest peer, workload by workload and in the mean.
  private var summary: [String] {
    guard let mean = meanRatio else { return [] }
    let parts = workloads.compactMap { workload in
      ratio(workload).map { "\(workload) \(NumberText.fixed($0, places: 2))" }
    }
    return [
      "",
      "The fastest peer takes so many times as long as ours: " + parts.joined(separator: ", "),
      "geometric mean: " + NumberText.fixed(mean, places: 2),
    ]
  }

  /// What more processors gain us.
  private var threadLines: [String] {
    let lines = workloads.compactMap { workload -> String? in
      guard let ours = standings(workload).first(where: { $0.isOurs && !$0.isCoarse }),
        let one = ours.byThreads[1], let most = ours.byThreads.keys.max(), most > 1,
        let all = ours.byThreads[most]
      else { return nil }
      return "\(workload) \(NumberText.fixed(one / all, places: 2))"
    }
    guard !lines.isEmpty else { return [] }
    return [
      "Ours on all processors is so many times as fast as on one: " + lines.joined(separator: ", ")
    ]
  }
}

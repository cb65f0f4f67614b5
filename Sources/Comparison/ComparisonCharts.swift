import AdjointViews

extension Comparison {
  /// The pictures by their files' names: time a step, memory, and time to the first step, each a bar a framework and
  /// workload.
  public var charts: [(file: String, svg: String)] {
    [
      ("steps.svg", bars("A training step", "µs") { $0.microseconds }),
      ("memory.svg", bars("Peak memory", "MiB") { $0.megabytes }),
      ("start.svg", bars("From start to the end of the first step", "ms") { $0.startMilliseconds }),
    ].filter { !$0.1.isEmpty }
  }

  private func bars(
    _ title: String, _ measure: String, _ value: (Standing) -> Double?
  ) -> String {
    let names = names
    let groups = workloads.map { workload -> BarChart.Group in
      let standings = standings(workload)
      return BarChart.Group(
        name: workload,
        values: names.map { name in standings.first { $0.name == name }.flatMap(value) })
    }
    let svg = BarChart(title: title, measure: measure, series: names, groups: groups).svg
    return svg.isEmpty ? "" : ChartStyle.file(svg)
  }
}

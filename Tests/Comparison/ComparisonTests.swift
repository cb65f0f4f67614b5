import AdjointComparison
import AdjointFormats
import Testing

/// What measurements come to: medians, ratios, the table, the file and the pictures.
@Suite struct ComparisonTests {
  /// A line as a program prints it, measured.
  private func measured(
    _ workload: String, _ framework: String, _ time: Double, threads: Int = 1, _ more: String = "",
    options: [String] = []
  ) throws -> Measurement {
    let line =
      #"{"workload": "\#(workload)", "framework": "\#(framework)", "us_per_step": \#(time)\#(more)}"#
    return try #require(
      Measurement(line: line, threads: threads, options: options, started: 100))
  }

  /// Two workloads: ours 10 and 200, the fastest peers 40 and 200.
  private var comparison: Comparison {
    get throws {
      let more = #", "peak_rss_mb": 20, "first_step_at": 100.035"#
      return Comparison([
        try measured("tiny", "adjoint", 12, more), try measured("tiny", "adjoint", 9, more),
        try measured("tiny", "adjoint", 10, more),
        try measured(
          "tiny", "adjoint", 5, #", "precision": "bf16""#, options: ["--precision", "bf16"]),
        try measured("tiny", "jax", 90), try measured("tiny", "jax", 40, threads: 2),
        try measured("tiny", "torch", 80),
        try measured("lenet", "adjoint", 400), try measured("lenet", "adjoint", 200, threads: 2),
        try measured("lenet", "torch", 200, threads: 2), try measured("lenet", "jax", 900),
        try measured("dense", "adjoint", 1, #", "depth": 4, "width": 8, "batch": 2"#),
      ])
    }
  }

  @Test func mediansAndMeans() {
    #expect(Statistics.median([]) == nil)
    #expect(Statistics.median([3, 1, 2]) == 2)
    #expect(Statistics.median([4, 1, 2, 3]) == 2.5)
    #expect(abs((Statistics.geometricMean([1, 4, 16]) ?? 0) - 4) < 1e-12)
    #expect(Statistics.geometricMean([]) == nil && Statistics.geometricMean([1, 0]) == nil)
  }

  @Test func theFastestPeerAtItsBetterNumberOfProcessorsCounts() throws {
    let comparison = try comparison
    #expect(comparison.workloads == ["tiny", "lenet"])
    #expect(comparison.ratio("tiny") == 4)
    #expect(comparison.ratio("lenet") == 1)
    #expect(abs((comparison.meanRatio ?? 0) - 2) < 1e-12)
    let tiny = comparison.standings("tiny")
    #expect(tiny.map { $0.name } == ["adjoint --precision bf16", "adjoint", "jax", "torch"])
    #expect(tiny[2].threads == 2 && tiny[2].byThreads == [1: 90, 2: 40])
    #expect(tiny[1].megabytes == 20)
    #expect(abs((tiny[1].startMilliseconds ?? 0) - 35) < 1e-6)
    #expect(Comparison([]).meanRatio == nil && Comparison([]).ratio("tiny") == nil)
  }

  @Test func whatIsNoMeasurementIsNone() {
    for line in ["", "ready", "{}", #"{"workload": "tiny", "framework": "jax", "us_per_step": 0}"#]
    {
      #expect(Measurement(line: line, threads: 1) == nil)
    }
  }

  @Test func theTableSaysTheRatios() throws {
    let lines = try comparison.table
    let jax = try #require(lines.first { $0.contains("jax") }).split(separator: " ")
    #expect(jax == ["jax", "40.0", "4.00", "×", "2"])
    #expect(lines.contains { $0.hasSuffix("tiny 4.00, lenet 1.00") })
    #expect(lines.contains("geometric mean: 2.00"))
    #expect(lines.last?.hasSuffix("as fast as on one: lenet 2.00") == true)
  }

  @Test func theFileHasEverything() throws {
    let json = try JSON(parsing: try comparison.json(facts: ["processors": "2"]))
    #expect(json["processors"]?.string == "2")
    #expect(abs((json["geometric_mean"]?.double ?? 0) - 2) < 1e-12)
    #expect(json["results"]?.array?.count == 2)
    #expect(json["measurements"]?.array?.count == 12)
    #expect(json["measurements"]?.array?.last?["depth"]?.integer == 4)
  }

  @Test func thePicturesHaveABarForEachStanding() throws {
    let charts = try comparison.charts
    #expect(charts.map { $0.file } == ["steps.svg", "memory.svg", "start.svg"])
    #expect(charts.map { $0.svg.split(separator: "<rect").count - 1 } == [7, 1, 1])
    #expect(Comparison([]).charts.isEmpty)
  }

  @Test func aSweepIsACurveAFramework() throws {
    let sweep = try #require(Sweep.all(processors: 6).first { $0.name == "depth" })
    let points = try [(100, 50.0), (100, 60.0), (10_000, 7500.0)].map { depth, time in
      try measured(
        "dense", "adjoint", time, threads: time == 60 ? 2 : 1,
        #", "depth": \#(depth), "width": 8, "batch": 2"#)
    }
    #expect(sweep.growth(points, of: "adjoint", from: 100, to: 10_000) == 1.5)
    #expect(sweep.growth(points, of: "jax", from: 100, to: 10_000) == nil)
    #expect(sweep.chart(points).contains("depth 100: adjoint 50"))
    #expect(sweep.table(points) == ["depth  adjoint", "  100     50.0", "10000   7500.0"])
    let threads = Sweep.all(processors: 6).last?.sizes.map { $0.threads }
    #expect(threads == [1, 2, 4, 6])
    #expect(Sweep.all(processors: 1).last?.sizes.count == 1)
    #expect(!Sweep.canDo("jax", sweep.sizes[5]) && Sweep.canDo("torch", sweep.sizes[5]))
  }

  @Test func aLossThatIsOffFails() {
    func check(_ losses: [Double], _ exact: [Double]) -> LossCheck {
      LossCheck(workload: "tiny", losses: losses, exact: exact, bound: 1e-5)
    }
    #expect(check([2, 1.000_009], [2, 1]).passes)
    let wrong = check([2, 1.000_011], [2, 1])
    #expect(!wrong.passes && wrong.line.hasSuffix("TOO FAR"))
    #expect(wrong.json["passes"]?.bool == false)
    #expect(!check([2], [2, 1]).passes && !check([], []).passes)
    #expect(!check([.nan], [1]).passes && !check([1], [.nan]).passes && !check([1], [0]).passes)
  }
}

import Adjoint
import AdjointWorkloads

extension Command {
  static let bench = Command(
    name: "bench",
    summary: "Times whole training steps, each traced anew.",
    operands: "[WORKLOAD ...]",
    options: [
      Option(name: "--seconds", value: "S", summary: "how long to time each workload (2)"),
      Option(name: "--threads", value: "N", summary: "how many threads (one a processor)"),
      Option(name: "--device", value: "cpu|reference", summary: "where to compute (cpu)"),
      Option(name: "--own-kernels", summary: "leave oneDNN and LAPACK aside"),
      Precision.option,
      Option(name: "--depth", value: "D", summary: "layers of the workload dense (4)"),
      Option(name: "--width", value: "W", summary: "how wide those are (256)"),
      Option(name: "--batch", value: "B", summary: "how many examples it sees in a step (64)"),
      Option(name: "--naive", summary: "it differentiates for each layer alone"),
      Option(name: "--check", summary: "compare ten losses with float64's instead of timing"),
      Option(name: "--bound", value: "R", summary: "how far off they may be, relatively"),
      Option(name: "--replay", summary: "trace the first steps only"),
      Option(name: "--profile", summary: "say where the time goes, kernel by kernel"),
      Option(name: "--trace", value: "FILE", summary: "with --profile, the same as a Chrome trace"),
      Option(name: "--json", summary: "one line of JSON a workload"),
    ],
    details: [
      "Workloads: \(BenchCase.names.joined(separator: ", ")); all but dense where none is named.",
      "The time is the median over the steps; the memory is the most that the process ever held.",
      "make bench runs the same beside other frameworks (docs/benchmarks.md).", "",
    ] + BenchCheck.details,
    run: { arguments in
      let seconds = try arguments.number("--seconds", in: 0.01...3600) ?? 2
      let (isJSON, hasProfile) = (arguments.has("--json"), arguments.has("--profile"))
      try refuseMixtures(arguments)
      let cases = arguments.has("--check") ? [] : try BenchCase.all(arguments)
      let device = try ComputeDevice.use(arguments)
      if arguments.has("--check") { return try BenchCheck.run(arguments) }
      if !isJSON { print(BenchResult.header) }
      var trace = ProfileTrace()
      for one in cases {
        let bench = Bench(measured: one, seconds: seconds, device: device)
        let result = bench.run()
        print(isJSON ? result.json : result.row)
        for line in hasProfile ? result.planningLines + bench.profile(into: &trace) : [] {
          print("  " + line)
        }
        _ = Process.flushOutput()
      }
      if let file = arguments.text("--trace") { try AtomicFile.write(trace.json, to: file) }
    })

  private static func refuseMixtures(_ arguments: Arguments) throws {
    if arguments.has("--json"), arguments.has("--profile") {
      throw CommandError.usage("bench: --profile prints a table; leave --json out")
    }
    if arguments.has("--trace"), !arguments.has("--profile") {
      throw CommandError.usage("bench: --trace is of a profile; add --profile")
    }
    let idle = ["--profile", "--seconds"] + BenchCase.chainOptions
    if arguments.has("--check"), let first = idle.first(where: { arguments.has($0) }) {
      throw CommandError.usage("bench: --check times nothing; leave \(first) out")
    }
    if arguments.has("--naive"), arguments.has("--replay") {
      throw CommandError.usage("bench: --naive evaluates each layer by itself; leave --replay out")
    }
    if arguments.has("--bound"), !arguments.has("--check") {
      throw CommandError.usage("bench: --bound is for --check; add it")
    }
  }
}

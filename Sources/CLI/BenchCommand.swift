import Adjoint
import AdjointWorkloads

extension Command {
  static let bench = Command(
    name: "bench",
    summary: "Times whole training steps, each traced anew or replayed.",
    operands: "[WORKLOAD ...]",
    options: [
      Option(name: "--seconds", value: "S", summary: "how long to time each workload (2)"),
      Option(name: "--threads", value: "N", summary: "how many threads (one a processor)"),
      Option(name: "--device", value: "cpu|reference", summary: "where to compute (cpu)"),
      Option(name: "--own-kernels", summary: "leave oneDNN and LAPACK aside"),
      Option(name: "--replay", summary: "trace the first steps only"),
      Option(name: "--profile", summary: "say where the time goes, kernel by kernel"),
      Option(name: "--json", summary: "one line of JSON a workload"),
    ],
    details: [
      "Workloads: \(names.joined(separator: ", ")); all of them where none is named.",
      "The time is the median over the steps; the memory is the most that the process ever held.",
    ],
    run: { arguments in
      let workloads = try arguments.operands.map { try workload($0) }
      let seconds = try arguments.number("--seconds", in: 0.01...3600) ?? 2
      let device = try ComputeDevice.use(arguments)
      let isJSON = arguments.has("--json")
      if isJSON, arguments.has("--profile") {
        throw CommandError.usage("bench: --profile prints a table; leave --json out")
      }
      if !isJSON { print(BenchResult.header) }
      for workload in workloads.isEmpty ? Workload.allCases : workloads {
        let bench = Bench(
          workload: workload, seconds: seconds, device: device, isReplay: arguments.has("--replay"))
        let result = bench.run()
        print(isJSON ? result.json : result.row)
        for line in arguments.has("--profile") ? bench.profile() : [] { print("  " + line) }
        _ = Process.flushOutput()
      }
    })

  private static var names: [String] { Workload.allCases.map { $0.rawValue } }

  private static func workload(_ name: String) throws -> Workload {
    if let workload = Workload(rawValue: name) { return workload }
    throw CommandError.usage(
      "bench: no workload is called \(Suggestion.quoted(name))"
        + Suggestion.hint(for: name, among: names) + "; there are \(names.joined(separator: ", "))")
  }
}

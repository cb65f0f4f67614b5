import Adjoint

/// A profile in the Chrome trace format: what chrome://tracing and ui.perfetto.dev show. A workload is a process there;
/// its steps and, below them, the kernels of each are spans, so that what lies between kernels is tracing and planning.
struct ProfileTrace {
  private var events: [String] = []
  private var processes = 0

  /// A step, or anything else that is timed as a whole.
  struct Span {
    let name: String
    let start: Double
    let seconds: Double
  }

  /// Adds a workload: its steps, and what the profile of them has noted.
  mutating func add(_ name: String, _ steps: [Span]) {
    processes += 1
    let first = steps.first?.start ?? 0
    events.append(
      JSONText.object([
        ("name", JSONText.string("process_name")), ("ph", JSONText.string("M")),
        ("pid", String(processes)), ("args", JSONText.object([("name", JSONText.string(name))])),
      ]))
    for step in steps { events.append(event(step, kind: "step", since: first)) }
    let summaries = Profile.summaries
    for run in Profile.allRuns {
      let span = Span(name: summaries[run.kernel], start: run.start, seconds: run.seconds)
      events.append(event(span, kind: "kernel", since: first))
    }
  }

  private func event(_ span: Span, kind: String, since first: Double) -> String {
    JSONText.object([
      ("name", JSONText.string(span.name)), ("cat", JSONText.string(kind)),
      ("ph", JSONText.string("X")), ("ts", JSONText.number((span.start - first) * 1e6)),
      ("dur", JSONText.number(span.seconds * 1e6)), ("pid", String(processes)), ("tid", "1"),
    ])
  }

  var json: String {
    "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n" + events.joined(separator: ",\n")
      + "\n]}\n"
  }
}

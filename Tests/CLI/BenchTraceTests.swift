import Foundation
import Testing

/// `adjoint bench --profile --trace FILE` writes what trace viewers read; planning is reported.
@Suite struct BenchTraceTests {
  @Test func aTraceHasStepsAndWithinThemTheirKernels() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "trace \(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    let outcome = try CommandLineTests.run(
      ["bench", "tiny", "mlp", "--seconds", "0.01", "--profile", "--trace", file.path])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("planned ") && outcome.output.contains("primitives"))
    let read = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    let events = try #require(read?["traceEvents"] as? [[String: Any]])
    for process in [1, 2] {
      let own = events.filter { $0["pid"] as? Int == process && $0["ph"] as? String == "X" }
      let spans = own.map { event in
        (
          kind: event["cat"] as? String ?? "", start: event["ts"] as? Double ?? .nan,
          length: event["dur"] as? Double ?? .nan
        )
      }
      let steps = spans.filter { $0.kind == "step" }
      let kernels = spans.filter { $0.kind == "kernel" }
      #expect(steps.count == 200)
      #expect(!kernels.isEmpty && kernels.count % steps.count == 0)
      #expect(steps.first?.start == 0)
      let perStep = kernels.count / max(steps.count, 1)
      for (index, kernel) in kernels.enumerated() {
        let step = steps[index / perStep]
        #expect(kernel.start >= step.start - 0.01)
        #expect(kernel.start + kernel.length <= step.start + step.length + 0.01)
      }
    }
    let names = events.filter { $0["ph"] as? String == "M" }.map {
      ($0["args"] as? [String: Any])?["name"] as? String
    }
    #expect(names == ["tiny", "mlp"])
  }

  @Test func planningIsReportedWithTheLibrarysPartOfIt() throws {
    let outcome = try CommandLineTests.run(["bench", "mlp", "--seconds", "0.01", "--json"])
    let line = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    let (all, library) = (line?["planning_us"] as? Double, line?["library_us"] as? Double)
    #expect(try #require(all) > 0 && #require(library) >= 0 && all! >= library!)
    #expect(try #require(line?["planned_nodes"] as? Int) >= #require(line?["kernels"] as? Int))
  }

  @Test func aTraceIsOfAProfile() throws {
    let outcome = try CommandLineTests.run(["bench", "tiny", "--trace", "x.json"])
    #expect(outcome.code == 2)
    #expect(outcome.errors == "adjoint: bench: --trace is of a profile; add --profile\n")
  }
}

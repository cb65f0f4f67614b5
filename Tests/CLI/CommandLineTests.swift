import Foundation
import Testing

/// The program as a user starts it: exit codes, one clear line for what is wrong, nothing lost.
@Suite struct CommandLineTests {
  struct Outcome {
    let code: Int32
    let output: String
    let errors: String
  }

  /// Runs the program that was built beside these tests.
  static func run(_ arguments: [String], program: String = "adjoint") throws -> Outcome {
    try start(arguments, program: program).finish()
  }

  /// Starts it.
  static func start(_ arguments: [String], program: String = "adjoint") throws -> Running {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let running = Running()
    running.process.executableURL = folder.appendingPathComponent(program)
    running.process.arguments = arguments
    running.process.standardOutput = running.output
    running.process.standardError = running.errors
    try running.process.run()
    return running
  }

  /// The program while it runs.
  final class Running {
    fileprivate let process = Process()
    fileprivate let (output, errors) = (Pipe(), Pipe())
    private var seen = Data()

    /// Waits until the program has said something; what it says instead of it ends the wait too.
    func waitForOutput(_ text: String) throws {
      while !String(decoding: seen, as: UTF8.self).contains(text) {
        let more = output.fileHandleForReading.availableData
        guard !more.isEmpty else { return }
        seen += more
      }
    }

    /// As Ctrl-C does.
    func interrupt() { kill(process.processIdentifier, SIGINT) }

    func finish() -> Outcome {
      let text = seen + output.fileHandleForReading.readDataToEndOfFile()
      let complaint = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return Outcome(
        code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
        errors: String(decoding: complaint, as: UTF8.self))
    }
  }

  static let malformed: [[String]] = [
    ["trane"], ["--versoin"], ["help", "trase"], ["trace"], ["trace", "x1 +", "x1=1"],
    ["trace", "ln(x", "x=1"], ["trace", "x1 * x2", "x1=2"], ["trace", "x1", "x1=1", "x2=2"],
    ["trace", "x1", "x1=abc"], ["trace", "x1", "x1="], ["trace", "x1", "x1=1", "x1=2"],
    ["trace", "foo(x1)", "x1=1"], ["trace", "x1", "x1=1", "--jsn"], ["trace", "x1 $ 2", "x1=1"],
    ["trace", String(repeating: "(", count: 100_000), "x=1"], ["trace", "", "x=1"],
    ["trace", "sum([1,2)"], ["trace", "sum(w)", "w=[1,2"], ["trace", "sum(w)", "w=[1,,2]"],
    ["trace", "sum(w)", "w=[]"], ["trace", "sum(w)", "w=[[1],[2]]"], ["trace", "[1,2]"],
    ["trace", "dot([1,2],[1,2,3])"], ["trace", "w*w", "w=[1,2]"], ["trace", "w+[1,2]", "w=[1]+x"],
    ["trace", "sum(w+x)", "w=[1,2]", "x=[1,2,3]"],
    ["bench", "tny"], ["bench", "--seconds"], ["bench", "--seconds", "soon"],
    ["bench", "tiny", "--threads", "-1"], ["bench", "tiny", "--threads", "0"],
    ["bench", "--device", "gpu2"], ["doctor", "--loud"], ["doctor", "now"],
  ]

  @Test(arguments: malformed) func oneClearLineAndTwo(arguments: [String]) throws {
    let outcome = try Self.run(arguments)
    #expect(outcome.code == 2)
    #expect(outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 1, "\(outcome.errors.prefix(300))")
    #expect((lines.first?.count ?? 0) > 15)
  }

  @Test func theLectureExampleInBothForms() throws {
    let expression = ["trace", "ln(x1) + x1*x2 - sin(x2)", "x1=2", "x2=5"]
    let plain = try Self.run(expression)
    #expect(plain.code == 0)
    #expect(plain.output.contains("v₅   = v₄ − v₃   = 11.6521"))
    let json = try Self.run(expression + ["--json"])
    let parsed =
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let slopes = parsed?["gradient"] as? [String: Double]
    #expect(slopes?["x1"] == 5.5)
    #expect(abs((slopes?["x2"] ?? 0) - (2 - cos(5.0))) < 1e-15)
    #expect((parsed?["steps"] as? [Any])?.count == 7)
    #expect((parsed?["reverse"] as? [Any])?.count == 8)
  }

  @Test func vectorsInBothForms() throws {
    let words = [
      "trace", "-log(1/(1+exp(-dot(w,x))))", "w=[0.5, -1.5, 2]", "x=[1,2,0.3]",
    ]
    let plain = try Self.run(words)
    #expect(plain.code == 0)
    #expect(plain.output.contains("v₁   = v₋₁ · v₀  = [0.5, -3, 0.6]"))
    #expect(plain.output.contains("∂/∂w = [-0.869892, -1.73978, -0.260967]"))
    let json = try Self.run(words + ["--json"])
    let parsed =
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let slopes = parsed?["gradient"] as? [String: [Double]]
    #expect(abs((slopes?["x"]?[2] ?? 0) - 2 * (1 / (1 + exp(1.9)) - 1)) < 1e-15)
    let wrong = try Self.run(["trace", "sum(w)", "w=[1,,2]"])
    #expect(wrong.errors.contains("the value of \"w\", \"[1,,2]\", is not a vector: column 4: "))
  }

  @Test func benchAndDoctorSpeakJSON() throws {
    let bench = try Self.run(["bench", "tiny", "--json", "--seconds", "0.01"])
    let line = try JSONSerialization.jsonObject(with: Data(bench.output.utf8)) as? [String: Any]
    #expect(line?["workload"] as? String == "tiny")
    #expect(line?["framework"] as? String == "adjoint")
    #expect(line?["plans"] as? Int == 1)
    for key in ["us_per_step", "threads", "peak_rss_mb"] { #expect(line?[key] is NSNumber) }
    let doctor = try Self.run(["doctor", "--json"])
    #expect(doctor.code == 0)
    let facts = try JSONSerialization.jsonObject(with: Data(doctor.output.utf8)) as? [String: Any]
    #expect((facts?["swift"] as? String)?.hasPrefix("6.") == true)
    #expect((facts?["operating_system"] as? String)?.contains("Linux") == true)
    let devices = try #require(facts?["devices"] as? [[String: String]])
    #expect(devices.map { $0["name"] } == ["cpu", "reference"])
    let instructions = try #require(facts?["instruction_set"] as? String)
    #expect(devices[0]["facts"]?.hasSuffix(instructions) == true)
    for thing in facts?["missing"] as? [[String: String]] ?? [] {
      #expect(thing["remedy"]?.contains("install") == true)
    }
    let plain = try Self.run(["doctor"])
    #expect(plain.output.contains("device cpu") && plain.output.contains("GPU"))
    #expect(try Self.run(["help"]).output.contains("exit status: 0 done, 1 failed, 2"))
  }

  @Test func helpIsEverywhere() throws {
    for arguments in [
      ["help"], ["--help"], ["trace", "--help"], ["help", "bench"], ["--version"],
    ] {
      let outcome = try Self.run(arguments)
      #expect(outcome.code == 0)
      #expect(!outcome.output.isEmpty)
      #expect(outcome.errors.isEmpty)
    }
  }
}

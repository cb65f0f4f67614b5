import Foundation
import Testing

/// A training that is killed, stopped, or finds its disk full goes on from its last checkpoint and gives the very bits
/// of an undisturbed run. Each is a process of its own: `adjoint-resume`.
@Suite(.serialized) struct ResumeTests {
  /// How many kills at random moments, and how many more within the writing of a checkpoint.
  private static let kills = Int(ProcessInfo.processInfo.environment["ADJOINT_KILLS"] ?? "") ?? 4
  private static let killsInWrites = max(2, kills / 4)

  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("adjoint-resume-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private var checkpoint: String { folder.appendingPathComponent("run.safetensors").path }

  private func clean() { try? FileManager.default.removeItem(at: folder) }

  /// A run that has been started, with what it will have printed.
  private func start(_ path: String, _ options: [String] = []) throws -> (Process, Pipe) {
    let process = Process()
    process.executableURL = Self.program
    process.arguments = [path] + options
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    return (process, pipe)
  }

  private static var program: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("adjoint-resume")
  }

  private func run(_ path: String, _ options: [String] = []) throws -> (code: Int32, text: String) {
    let (process, pipe) = try start(path, options)
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  private func hash(_ text: String) -> Substring? {
    text.split(whereSeparator: \.isWhitespace).last
  }

  /// What a run gives that nobody disturbs.
  private func undisturbed() throws -> Substring {
    let whole = folder.appendingPathComponent("whole.safetensors").path
    let (code, text) = try run(whole, ["--interval", "30"])
    #expect(code == 0 && text.hasPrefix("done from 0 to 256 "))
    return try #require(hash(text))
  }

  @Test func stoppedAnywhereItGoesOn() throws {
    defer { clean() }
    let expected = try undisturbed()
    for steps in [5, 32, 33, 100] {
      for _ in 0..<2 {
        let text = try run(checkpoint, ["--interval", "1000", "--stop-after", String(steps)]).text
        #expect(text.hasPrefix("stopped"))
      }
      let text = try run(checkpoint, ["--interval", "1000"]).text
      #expect(text.hasPrefix("done from \(2 * steps)") && hash(text) == expected, "\(text)")
      try FileManager.default.removeItem(atPath: checkpoint)
    }
  }

  @Test func killedAtAnyMomentItGoesOn() throws {
    defer { clean() }
    let expected = try undisturbed()
    var (kills, inWrites, finished) = (0, 0, 0)
    while kills < Self.kills || inWrites < Self.killsInWrites {
      let interval = ["0", "0.02", "0.05"].randomElement()!
      let (process, pipe) = try start(checkpoint, ["--interval", interval])
      let waitsForWrite = inWrites < Self.killsInWrites
      let delay = Double.random(in: 0.02...0.6)
      let begin = Date()
      while process.isRunning, Date().timeIntervalSince(begin) < delay { usleep(500) }
      if waitsForWrite {
        while process.isRunning, !isWriting { /* the moment is short */  }
      }
      kill(process.processIdentifier, SIGKILL)
      let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal {
        // What is left beside the checkpoint shows that the kill came while it was written.
        if isWriting { inWrites += 1 } else { kills += 1 }
        unlink(checkpoint + ".part")
      } else {
        #expect(process.terminationStatus == 0 && hash(text) == expected, "\(text)")
        try FileManager.default.removeItem(atPath: checkpoint)
        finished += 1
      }
    }
    let text = try run(checkpoint).text
    #expect(text.hasPrefix("done") && hash(text) == expected, "\(text)")
    print(
      "resumed after \(kills) kills and \(inWrites) kills within the writing of a checkpoint; \(finished + 1) runs ended with the same bits"
    )
  }

  private var isWriting: Bool { access(checkpoint + ".part", F_OK) == 0 }

  @Test func aFullDiskLeavesTheLastGoodOne() throws {
    defer { clean() }
    let expected = try undisturbed()
    _ = try run(checkpoint, ["--stop-after", "50", "--interval", "1000"])
    let before = try Data(contentsOf: URL(fileURLWithPath: checkpoint))
    let (code, text) = try run(checkpoint, ["--file-limit", "4096", "--interval", "1000"])
    let lines = text.split(separator: "\n")
    #expect(code == 0 && hash(text) == expected)
    #expect(lines.first?.contains("not written, the training goes on") == true, "\(text)")
    #expect(lines.dropLast().allSatisfy { $0.contains("make room") })
    #expect(try Data(contentsOf: URL(fileURLWithPath: checkpoint)) == before)
    #expect(!isWriting)
    #expect(hash(try run(checkpoint).text) == expected)
  }

  @Test func aCheckpointOfSomethingElseIsRefused() throws {
    defer { clean() }
    _ = try run(checkpoint, ["--stop-after", "3"])
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: checkpoint)))
    try Data(bytes.prefix(bytes.count / 2)).write(to: URL(fileURLWithPath: checkpoint))
    var result = try run(checkpoint)
    #expect(result.code == 1 && result.text.contains("cut off"))
    bytes = Array("not a checkpoint at all".utf8)
    try Data(bytes).write(to: URL(fileURLWithPath: checkpoint))
    result = try run(checkpoint)
    #expect(result.code == 1 && result.text.split(separator: "\n").count == 1)
  }
}

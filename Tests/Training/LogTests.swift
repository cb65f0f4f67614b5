import Adjoint
import AdjointFormats
import AdjointGraph
import Foundation
import Testing

import AdjointTraining

/// Logs say what happened, in formats that others read.
@Suite struct LogTests {
  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("adjoint-log-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private func train(_ observers: [any TrainingObserver]) throws -> Trainer {
    Initialization.seed(0)
    let net = MLP([2, 8, 2])
    let trainer = Trainer(
      net, optimizer: Adam(net, learningRate: 0.01), loss: crossEntropy, metrics: [Accuracy()],
      observers: observers)
    let data = try Runs.circle(256)
    try trainer.fit(
      Loader(data, batchSize: 32), validation: Loader(data, batchSize: 64), epochs: 3)
    return trainer
  }

  @Test func aTableOfEpochs() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("log.csv").path
    let trainer = try train([try TableLog(path)])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines[0]
        == "epoch,training loss,training accuracy,validation loss,validation accuracy,learning rate,seconds"
    )
    let last = lines[3].split(separator: ",").compactMap { Double($0) }
    let record = trainer.history[2]
    #expect(
      last == [
        3, record.training.loss, record.training["accuracy"]!, record.validation!.loss,
        record.validation!["accuracy"]!, 0.01, record.seconds,
      ])
  }

  @Test func linesOfJSON() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("log.jsonl").path
    let trainer = try train([try LineLog(path, everySteps: 4)])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try JSON(parsing: String($0))
    }
    #expect(lines.filter { $0["event"] == "step" }.count == 6)
    let epochs = lines.filter { $0["event"] == "epoch" }
    #expect(epochs.map { $0["training loss"]!.double! } == trainer.history.map { $0.training.loss })
  }

  @Test func checksumsAreTheStandards() {
    // RFC 3720, appendix B.4, and the usual check value.
    #expect(Checksum.plain([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(Checksum.plain([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(Checksum.plain(Array("123456789".utf8)) == 0xE306_9283)
  }

  /// The records of an event file, their checksums checked.
  private func records(_ bytes: [UInt8]) throws -> [[UInt8]] {
    func number(_ place: Int, _ count: Int) -> Int {
      (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
    }
    var (records, place): ([[UInt8]], Int) = ([], 0)
    while place < bytes.count {
      let length = number(place, 8)
      #expect(
        number(place + 8, 4) == Int(Checksum.masked(Array(bytes[place..<(place + 8)]))))
      let content = Array(bytes[(place + 12)..<(place + 12 + length)])
      #expect(number(place + 12 + length, 4) == Int(Checksum.masked(content)))
      records.append(content)
      place += 16 + length
    }
    return records
  }

  @Test func eventFilesAreRecordsWithChecksums() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = try TensorBoardLog(folder: folder.path, everySteps: 8)
    let watch = LayerWatch(
      try Runs.circle(64).batch(Array(0..<64)), everySteps: 12, log: log)
    _ = try train([log, watch])
    #expect(watch.records.map { $0.step } == [12, 24])
    let seen = watch.records[0].statistics
    #expect(seen.gradients.map { $0.name }.first == "layers.0.weight" && seen.gradients.count == 4)
    #expect(seen.activations.count == 1 && seen.activations[0].layer == "layers.0")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let name = try #require(files.first)
    #expect(files.count == 1 && name.hasPrefix("events.out.tfevents."))
    let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    let records = try records(bytes)
    // The version; 2 × 3 of steps; 4 + 4 of each of 3 epochs; 4 + 2 of each of 2 looks.
    #expect(records.count == 1 + 6 + 24 + 12)
  }
}

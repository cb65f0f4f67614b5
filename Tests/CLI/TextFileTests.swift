import Foundation
import Testing

/// Texts from which nothing can be learned, and what they say to do.
@Suite struct TextFileTests {
  @Test func textsThatAreTooShortOrNone() throws {
    try withTemporaryFolder { folder in
      func problem(_ name: String, _ text: String) throws -> String {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let run = try CommandLineTests.run(["train", path, "--out", folder + "/o"])
        #expect(run.code == 1 && run.errors.split(separator: "\n").count == 1, "\(run)")
        return run.errors
      }
      let prose = String(repeating: "Some words. ", count: 40)
      #expect(
        try problem("a.txt", prose).contains(
          "has 480 characters; at least 1285 are needed, or --validation 0, which holds none back"))
      #expect(!(try problem("b.txt", "Some words.").contains("--validation")))
      let rows = (0..<20).map { "\($0)\t\($0 % 3)\tx\n" }.joined()
      #expect(try problem("c.txt", rows).contains("name it .tsv to train on its columns"))
      #expect(try problem("d.xlsx", "PK\u{3}\u{4}....").contains("save the sheet as CSV"))
      let enough = folder + "/e.txt"
      try Data((prose + prose + prose).prefix(1285).utf8).write(to: URL(fileURLWithPath: enough))
      let run = try CommandLineTests.run(
        ["train", enough, "--epochs", "1", "--out", folder + "/p", "--quiet"])
      #expect(run.code == 0, "\(run.errors)")
    }
  }
}

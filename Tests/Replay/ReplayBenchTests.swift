import Foundation
import Testing

/// `adjoint bench --replay` times replayed steps and says so.
@Suite struct ReplayBenchTests {
  @Test(arguments: [false, true]) func itSaysWhetherStepsAreReplayed(isReplay: Bool) throws {
    let outcome = try CommandLineTests.run(
      ["bench", "tiny", "--json", "--seconds", "0.01"] + (isReplay ? ["--replay"] : []))
    let line = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    #expect(outcome.code == 0)
    #expect(line?["replay"] as? Bool == isReplay)
    #expect(line?["plans"] as? Int == 1)
  }
}

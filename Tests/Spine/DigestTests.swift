import Testing

/// Two processes compute the same bits; `make digests` asks fifty of each workload.
@Suite struct DigestTests {
  private func digest(_ words: String...) throws -> String {
    let outcome = try CommandLineTests.run(words, program: "adjoint-bits")
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    return outcome.output
  }

  @Test(arguments: ["1", "2"]) func freshProcessesAgree(threads: String) throws {
    let first = try digest("lenet", "5", threads)
    #expect(first.count == 65)
    #expect(try digest("lenet", "5", threads) == first)
    #expect(try digest("lenet", "6", threads) != first)
  }

  @Test func aWrongCallIsRefused() throws {
    #expect(try CommandLineTests.run(["lenet", "0", "1"], program: "adjoint-bits").code == 2)
  }
}

import Adjoint
import Testing

@Suite struct TraceErrorTests {
  private func failure(_ text: String, _ values: [String: Double] = ["x": 1]) -> TraceError? {
    do {
      _ = try Trace(text, at: values)
      return nil
    } catch {
      return error as? TraceError
    }
  }

  @Test(arguments: [
    ("", 1), ("   ", 1), ("x +", 4), ("x + * 2", 5), ("(x", 3), ("x)", 2), ("2x", 2), ("x x", 3),
    ("x $ 2", 3), ("1.2.3", 4), ("1e999", 1), (".", 1), ("foo(x)", 1), ("x + sin", 5),
    ("sin x", 1), ("sin()", 5), ("x; x", 1), ("a = x; a = 2; a", 8), ("a = b; b = x; a+b", 5),
    ("a = x; x", 1), ("x + 1 = 2", 7), ("sin = x; sin", 1), ("x;", 3), ("x ^", 4), ("1e", 2),
    ("x = 3; x", 1), ("v0 = x; v0", 1), ("((x)))", 6), ("x,2", 2), ("+x", 1),
  ])
  func malformedTextIsAnErrorAtItsColumn(_ text: String, _ column: Int) throws {
    let error = try #require(failure(text))
    #expect(error.column == column, "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test func hostileTextIsAnError() throws {
    let many = 100_000
    for text in [
      String(repeating: "(", count: many), String(repeating: "-", count: many) + "x",
      String(repeating: "x^", count: many) + "x", String(repeating: "sin(", count: many) + "x",
    ] {
      let error = try #require(failure(text))
      #expect(error.message.hasPrefix("nested more than 200 deep"))
    }
    #expect(try #require(failure(String(repeating: "(", count: many))).column == 201)
    let sum = try #require(failure(String(repeating: "x+", count: many) + "x"))
    #expect(sum.message.hasPrefix("the expression is too long"))
    let name = try #require(failure(String(repeating: "q", count: many), [:]))
    #expect(name.description.utf8.count < 200)
  }

  @Test func deepAndLongTextWithinTheLimitsWorks() throws {
    let deep = String(repeating: "(", count: 190) + "x" + String(repeating: ")", count: 190)
    #expect(try Trace(deep, at: ["x": 3]).value == 3)
    let long = String(repeating: "x+", count: 1_500) + "x"
    #expect(try Trace(long, at: ["x": 1]).gradient[0].value == 1_501)
  }

  @Test func missingAndUnusedValuesAreNamed() throws {
    #expect(failure("x + y*z")?.description == "no value for y, z; add y=NUMBER")
    let unused = try #require(failure("x", ["x": 1, "b": 2, "a": 3]))
    #expect(unused.message == "given but not in the expression: a, b")
    let misspelt = try #require(failure("alpha", ["alpah": 1]))
    #expect(
      misspelt.message == "no value for alpha; add alpha=NUMBER (did you mean \"alpah\"?); "
        + "given but not in the expression: alpah")
  }

  @Test func suggestionsAreNear() {
    let commands = ["bench", "trace", "doctor"]
    #expect(Suggestion.nearest(to: "tarce", among: commands) == "trace")
    #expect(Suggestion.nearest(to: "docter", among: commands) == "doctor")
    #expect(Suggestion.nearest(to: "xyz", among: commands) == nil)
    #expect(Suggestion.nearest(to: "", among: commands) == nil)
  }
}

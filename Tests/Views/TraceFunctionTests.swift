import Adjoint
import AdjointGraph
import Glibc
import Testing

/// Every function of the vocabulary against differences of its own values.
@Suite struct TraceFunctionTests {
  /// Where a function is not defined at 0.4.
  private static let places = ["acosh": 1.7]
  private static let reductions: Set<String> = ["softmax", "dot"]

  static var unary: [String] {
    Trace.functionNames.filter {
      !reductions.contains($0) && (try? Trace("\($0)(x)", at: ["x": 1.7])) != nil
    }
  }

  private func expectSlopes(_ text: String, _ values: [String: Double]) throws {
    let trace = try Trace(text, at: values)
    #expect(!trace.value.isNaN, "\(text)")
    for slope in trace.gradient {
      func moved(_ step: Double) throws -> Double {
        var values = values
        values[slope.variable]! += step
        return try Trace(text, at: values).value
      }
      let difference =
        (8 * (try moved(1e-4) - moved(-1e-4)) - (try moved(2e-4) - moved(-2e-4))) / 12e-4
      #expect(abs(slope.value - difference) < 1e-9, "\(text): \(slope.value), \(difference)")
    }
    // A row in words would be an operation that the notation forgot.
    #expect(!trace.description.contains("∂v"), "\(text):\n\(trace.description)")
  }

  @Test func everyFunctionOfOneNumber() throws {
    #expect(Self.unary.count >= 54, "\(Self.unary)")
    for name in Self.unary { try expectSlopes("\(name)(x)", ["x": Self.places[name] ?? 0.4]) }
    for name in Self.unary
    where !["ln", "log", "sqrt", "rsqrt", "acosh", "log2", "log10"].contains(name) {
      try expectSlopes("\(name)(x)", ["x": -0.3])
    }
  }

  @Test func everyFunctionOfTwoNumbers() throws {
    for name in ["max", "min", "pow", "atan2", "hypot", "mod", "floorDivide"] {
      try expectSlopes("\(name)(x, y)", ["x": 2.3, "y": 0.7])
    }
    #expect(try Trace("mod(x, y)", at: ["x": -7, "y": 3]).value == 2)
    #expect(try Trace("sum(max(x, [1, 5]))", at: ["x": 3]).gradient[0].value == 1)
  }

  @Test func wordsMayNameValues() throws {
    #expect(try Trace("min = x; min + round", at: ["x": 3, "round": 1]).value == 4)
    #expect(throws: TraceError.self) { _ = try Trace("tan + 1") }
    #expect(throws: TraceError.self) { _ = try Trace("tan(x, x)", at: ["x": 1]) }
    #expect(throws: TraceError.self) { _ = try Trace("hypot(x)", at: ["x": 1]) }
  }

  @Test func exponentsWithoutVariablesAreNumbers() throws {
    for text in [
      "x^(1+1)", "x^(2^1)", "pow(x, 1+1)", "n = 1+1; x^n", "x^sqrt(4)", "x^square(2)/x^2",
    ] {
      let trace = try Trace(text, at: ["x": -3])
      #expect(trace.value == 9, "\(text)")
      #expect(trace.gradient[0].value == -6, "\(text)")
    }
    #expect(try Trace("x^(1+1)", at: ["x": -3]).steps.count == 2)
    #expect(try Trace("x^silu(1-1)", at: ["x": -3]).value == 1)
  }

  @Test func realPowersAreTheEngines() throws {
    func slopes(_ x: Double, _ y: Double) throws -> [Double] {
      let trace = try Trace("x^y", at: ["x": x, "y": y])
      return [trace.value] + trace.gradient.map { $0.value }
    }
    #expect(try slopes(0, 2) == [0, 0, 0])
    #expect(try slopes(0, 1) == [0, 1, 0])
    let below = try slopes(-2, 3)
    #expect(abs(below[0] + 8) < 1e-14 && abs(below[1] - 12) < 1e-13 && below[2].isNaN)
    #expect(try Trace("x^0.5", at: ["x": 0]).value == 0)
    #expect(try !Trace("x^y", at: ["x": -2, "y": 0.5]).description.contains("-nan"))
  }
}

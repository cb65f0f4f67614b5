import Adjoint
import AdjointGraph
import Glibc
import Testing

/// Equal but for a few units in the last place: the kernels' functions are not the C library's.
private func expectExact(
  _ value: Double, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(value - expected) <= 4 * expected.ulp, "\(value) is not \(expected)",
    sourceLocation: sourceLocation)
}

@Suite struct TraceTests {
  static let lecture = "ln(x1) + x1*x2 - sin(x2)"

  @Test func rowsOfTheLecture() throws {
    let trace = try Trace(TraceTests.lecture, at: ["x1": 2, "x2": 5])
    #expect(trace.steps.map { $0.name } == ["v-1", "v0", "v1", "v2", "v3", "v4", "v5"])
    #expect(trace.steps.map { $0.variable } == ["x1", "x2", nil, nil, nil, nil, nil])
    #expect(
      trace.steps.map { $0.operation }
        == ["input", "input", "log", "multiply", "sin", "add", "subtract"])
    #expect(trace.steps[5].inputs == [.row("v1"), .row("v2")])
    let values: [Double] = [
      2, 5, Glibc.log(2.0), 10, Glibc.sin(5.0), Glibc.log(2.0) + 10,
      Glibc.log(2.0) + 10 - Glibc.sin(5.0),
    ]
    for (step, value) in zip(trace.steps, values) { expectExact(step.value, value) }
    expectExact(trace.value, values[6])
  }

  @Test func reverseOfTheLecture() throws {
    let trace = try Trace(TraceTests.lecture, at: ["x1": 2, "x2": 5])
    let turns = trace.reverse.map { $0.from + ">" + $0.to }
    #expect(
      turns == ["v5>v4", "v5>v3", "v4>v1", "v4>v2", "v3>v0", "v2>v-1", "v2>v0", "v1>v-1"])
    let slope = Glibc.cos(5.0)
    let expected: [(upstream: Double, local: Double, contribution: Double, sum: Double)] = [
      (1, 1, 1, 1), (1, -1, -1, -1), (1, 1, 1, 1), (1, 1, 1, 1), (-1, slope, -slope, -slope),
      (1, 5, 5, 5), (1, 2, 2, 2 - slope), (1, 0.5, 0.5, 5.5),
    ]
    for (turn, row) in zip(trace.reverse, expected) {
      expectExact(turn.upstream, row.upstream)
      expectExact(turn.local, row.local)
      expectExact(turn.contribution, row.contribution)
      expectExact(turn.sum, row.sum)
    }
    #expect(trace.gradient.map { $0.variable } == ["x1", "x2"])
    expectExact(trace.gradient[0].value, 5.5)
    expectExact(trace.gradient[1].value, 2 - slope)
  }

  @Test func reverseIsTheEnginesOwn() throws {
    let trace = try GraphLock.withLock {
      ReverseWalk.fault = ("multiply", 3)
      defer { ReverseWalk.fault = nil }
      return try Trace("x*y", at: ["x": 2, "y": 5])
    }
    #expect(trace.gradient.map { $0.value } == [15, 6])
  }

  @Test func tablesOfTheLecture() throws {
    let trace = try Trace(TraceTests.lecture, at: ["x1": 2, "x2": 5])
    #expect(
      trace.description == """
        forward
          v₋₁  = x1        = 2
          v₀   = x2        = 5
          v₁   = ln v₋₁    = 0.693147
          v₂   = v₋₁ · v₀  = 10
          v₃   = sin v₀    = -0.958924
          v₄   = v₁ + v₂   = 10.6931
          v₅   = v₄ − v₃   = 11.6521

        reverse
                               upstream     local  contribution        sum
          v̄₅    = 1                                                      1
          v̄₄    = v̄₅                  1         1             1          1
          v̄₃    = −v̄₅                 1        -1            -1         -1
          v̄₁    = v̄₄                  1         1             1          1
          v̄₂    = v̄₄                  1         1             1          1
          v̄₀    = v̄₃ · cos v₀        -1  0.283662     -0.283662  -0.283662
          v̄₋₁   = v̄₂ · v₀             1         5             5          5
          v̄₀   += v̄₂ · v₋₁            1         2             2    1.71634
          v̄₋₁  += v̄₁ / v₋₁            1       0.5           0.5        5.5

        gradient
          ∂/∂x1 = 5.5
          ∂/∂x2 = 1.71634
        """)
  }

  @Test func namedIntermediates() throws {
    let text = "a = x^2; b = exp(a); c = a+b; d = sqrt(c); e = cos(c); "
    for (last, name) in [("d+e", "v1"), ("f = d + e", "f")] {
      let trace = try Trace(text + last, at: ["x": 2])
      #expect(trace.steps.map { $0.name } == ["v0", "a", "b", "c", "d", "e", name])
      let adjoints = Dictionary(uniqueKeysWithValues: trace.steps.map { ($0.name, $0.adjoint) })
      let c = 4 + Glibc.exp(4.0)
      let slope = 0.5 / c.squareRoot() - Glibc.sin(c)
      for one in [name, "d", "e"] { #expect(adjoints[one] == 1) }
      for (row, expected) in [
        ("c", slope), ("b", slope), ("a", slope * (1 + Glibc.exp(4.0))),
        ("v0", 4 * slope * (1 + Glibc.exp(4.0))),
      ] {
        let adjoint = try #require(adjoints[row])
        // The sine of a number near 58 loses what exp rounded.
        #expect(abs(adjoint - expected) <= 1e-13 * abs(expected))
      }
      #expect(abs(adjoints["c"]! + 0.822283687483) < 1e-12)
      #expect(abs(adjoints["a"]! + 45.717451826496) < 1e-12)
      #expect(abs(adjoints["v0"]! + 182.869807305983) < 1e-11)
    }
  }

  @Test func productOfASum() throws {
    let trace = try Trace("(x+y)*z", at: ["x": -2, "y": 5, "z": -4])
    #expect(trace.steps.map { $0.name } == ["v-2", "v-1", "v0", "v1", "v2"])
    #expect(trace.value == -12)
    #expect(trace.gradient.map { $0.value } == [-4, -4, 3])
    #expect(trace.steps[3].adjoint == -4)
  }

  @Test func equalSubexpressionsAreOneRowIfShared() throws {
    let text = "sqrt(x^2 + exp(x^2)) + cos(x^2 + exp(x^2))"
    let shared = try Trace(text, at: ["x": 2])
    let apart = try Trace(text, at: ["x": 2], share: false)
    #expect(shared.steps.count == 7)
    #expect(apart.steps.count == 12)
    expectExact(apart.value, shared.value)
    expectExact(apart.gradient[0].value, shared.gradient[0].value)
    // A name is one value either way.
    #expect(try Trace("a = x^2; a*a", at: ["x": 2], share: false).steps.count == 3)
  }

  @Test func grammar() throws {
    let cases: [(text: String, value: Double)] = [
      ("-x^2", -4), ("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("8/4/2", 1), ("8-4-2", 2),
      ("1e-3", 0.001), (".5 + 5.", 5.5), ("2*-x", -4), ("--x", 2), ("x^-2", 0.25), ("x^0", 1),
      ("(x)", 2), ("pi", Double.pi), ("relu(-x)", 0), ("1/(1+exp(-x)) - sigmoid(x)", 0),
      ("tanh(x)", Glibc.tanh(2.0)), ("x^x", 4), ("x · x − x", 2), ("e = x; e*e", 4),
    ]
    for (text, value) in cases {
      let bindings = text.contains("x") && text != "exp" ? ["x": 2.0] : [:]
      expectExact(try Trace(text, at: bindings).value, value)
    }
    expectExact(try Trace("e").value, Glibc.exp(1.0))
    #expect(try Trace("pi*e", at: ["pi": 3, "e": 2]).gradient.map { $0.value } == [2, 3])
  }

  @Test func constantsAreNoRows() throws {
    let trace = try Trace("2*x + -3", at: ["x": 5])
    #expect(trace.steps.map { $0.name } == ["v0", "v1", "v2"])
    #expect(trace.steps[1].inputs == [.constant(2), .row("v0")])
    #expect(trace.steps[2].inputs == [.row("v1"), .constant(-3)])
    #expect(trace.reverse.count == 2)
  }

  @Test func jsonHasEveryDigit() throws {
    let json = try Trace("x/3", at: ["x": 1]).json
    #expect(
      json == """
        {"value": 0.3333333333333333, "steps": [\
        {"name": "v0", "variable": "x", "operation": "input", "inputs": [], \
        "value": 1.0, "adjoint": 0.3333333333333333}, \
        {"name": "v1", "operation": "divide", "inputs": ["v0", 3.0], \
        "value": 0.3333333333333333, "adjoint": 1.0}], "reverse": [\
        {"from": "v1", "to": "v0", "upstream": 1.0, "local": 0.3333333333333333, \
        "contribution": 0.3333333333333333, "sum": 0.3333333333333333}], \
        "gradient": {"x": 0.3333333333333333}}
        """)
    #expect(try Trace("ln(x)", at: ["x": -1]).json.hasPrefix("{\"value\": null"))
  }
}

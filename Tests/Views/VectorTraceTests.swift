import AdjointFormats
import Adjoint
import AdjointGraph
import Glibc
import Testing

/// Equal to the last few bits of the largest number.
private func expectExact(
  _ numbers: Trace.Numbers?, _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let elements = try #require(numbers, sourceLocation: sourceLocation).elements
  try #require(elements.count == expected.count, sourceLocation: sourceLocation)
  let allowed = 8 * (expected.map { abs($0) }.max() ?? 0).ulp
  for (element, right) in zip(elements, expected) {
    #expect(
      abs(element - right) <= allowed, "\(elements) are not \(expected)",
      sourceLocation: sourceLocation)
  }
}

@Suite struct VectorTraceTests {
  static let logistic = "-log(1/(1+exp(-dot(w,x))))"
  static let w: [Double] = [0.5, -1.5, 2]
  static let x: [Double] = [1, 2, 0.3]

  @Test func logisticRegression() throws {
    let trace = try Trace(
      Self.logistic, at: ["w": Trace.Numbers(Self.w), "x": Trace.Numbers(Self.x)])
    let score = 0.5 - 3.0 + 0.6
    let chance = 1 / (1 + Glibc.exp(-score))
    try expectExact(Trace.Numbers(trace.value), [-Glibc.log(chance)])
    #expect(
      trace.steps.map { $0.operation } == [
        "input", "input", "multiply", "sum", "negate", "exp", "add", "divide", "log", "negate",
      ])
    #expect(trace.steps[0].values == [0.5, -1.5, 2])
    try expectExact(trace.steps[2].values, [0.5, -3, 0.6])
    try expectExact(trace.steps[3].values, [score])
    #expect(trace.gradient.map { $0.variable } == ["w", "x"])
    try expectExact(trace.gradient[0].values, Self.x.map { (chance - 1) * $0 })
    try expectExact(trace.gradient[1].values, Self.w.map { (chance - 1) * $0 })
    let last = try #require(trace.reverse.last)
    try expectExact(last.upstreams, [chance - 1, chance - 1, chance - 1])
    try expectExact(last.locals, Self.w)
  }

  @Test func softmaxCrossEntropy() throws {
    let scores = [3.2, 5.1, -1.7]
    let trace = try Trace(
      "p = softmax(z); -ln(dot(p,y))", at: ["z": Trace.Numbers(scores), "y": [1, 0, 0]])
    let exponentials = scores.map { Glibc.exp($0) }
    let total = exponentials.reduce(0, +)
    let chances = exponentials.map { $0 / total }
    // The exponentials, their sum and the quotients are rows of their own.
    try expectExact(trace.steps[2].values, exponentials)
    try expectExact(trace.steps[3].values, [total])
    let quotients = try #require(trace.steps.first { $0.name == "p" }).values
    try expectExact(quotients, chances)
    #expect(quotients.elements.map { NumberText.fixed($0, places: 2) } == ["0.13", "0.87", "0.00"])
    try expectExact(Trace.Numbers(trace.value), [-Glibc.log(chances[0])])
    #expect(abs(trace.value - 2.04035515) < 1e-8)
    try expectExact(trace.gradient[0].values, [chances[0] - 1, chances[1], chances[2]])
    try expectExact(trace.gradient[1].values, chances.map { -$0 / chances[0] })
  }

  @Test func sumOfSquaresInTables() throws {
    let trace = try Trace("sum(w*w)", at: ["w": [1, 2]])
    #expect(
      trace.description == """
        forward
          v₀  = w        = [1, 2]
          v₁  = v₀ · v₀  = [1, 4]
          v₂  = Σ v₁     = 5

        reverse
                          upstream   local  contribution     sum
          v̄₂   = 1                                             1
          v̄₁   = v̄₂              1  [1, 1]        [1, 1]  [1, 1]
          v̄₀   = v̄₁ · v₀    [1, 1]  [1, 2]        [1, 2]  [1, 2]
          v̄₀  += v̄₁ · v₀    [1, 1]  [1, 2]        [1, 2]  [2, 4]

        gradient
          ∂/∂w = [2, 4]
        """)
  }

  @Test func aNumberWithAVectorIsSummedBack() throws {
    let trace = try Trace("sum(s*w)", at: ["s": Trace.Numbers(3), "w": [1, 2]])
    #expect(trace.value == 9)
    #expect(trace.gradient.map { $0.values } == [Trace.Numbers(3), [3, 3]])
    let turn = try #require(trace.reverse.first { $0.to == "v-1" })
    #expect(turn.locals == nil)
    #expect(turn.local.isNaN)
    #expect(turn.contribution == 3)
    #expect(trace.description.contains("= Σ(v̄₁ · v₀)"))
    #expect(
      trace.json.hasSuffix(
        """
        "reverse": [\
        {"from": "v2", "to": "v1", "upstream": 1.0, "local": [1.0, 1.0], \
        "contribution": [1.0, 1.0], "sum": [1.0, 1.0]}, \
        {"from": "v1", "to": "v-1", "upstream": [1.0, 1.0], "local": null, \
        "contribution": 3.0, "sum": 3.0}, \
        {"from": "v1", "to": "v0", "upstream": [1.0, 1.0], "local": [3.0, 3.0], \
        "contribution": [3.0, 3.0], "sum": [3.0, 3.0]}], "gradient": {"s": 3.0, "w": [3.0, 3.0]}}
        """))
  }

  /// Each against its derivative by hand, at s = 3 and w = [1, 2, 4].
  static let byHand: [(text: String, value: Double, s: Double, w: [Double])] = [
    ("s*mean(w*w)", 21, 7, [2, 4, 8]), ("max(w)*s", 12, 4, [0, 0, 3]),
    ("sum(w^s)", 73, 94.26801655615256, [3, 12, 48]),
    ("sum(s - w/2)", 5.5, 3, [-0.5, -0.5, -0.5]),
    ("sum(s/w)", 5.25, 1.75, [-3, -0.75, -0.1875]),
    ("dot(w, [1,-2,0.5]) + s", 2, 1, [1, -2, 0.5]),
    ("max(max([2,2]*s) + w)", 10, 2, [0, 0, 1]),
    ("sum(relu(w-s))", 1, -1, [0, 0, 1]), ("sum(-[1,2,3]*w)*s", -51, -17, [-3, -6, -9]),
    ("sum(w^2 + sqrt(w)^2)/s", 28.0 / 3, -28.0 / 9, [1, 5.0 / 3, 3]),
  ]

  @Test(arguments: byHand.indices)
  func derivativesByHand(_ index: Int) throws {
    let (text, value, s, w) = Self.byHand[index]
    for share in [true, false] {
      let trace = try Trace(text, at: ["s": Trace.Numbers(3), "w": [1, 2, 4]], share: share)
      try expectExact(Trace.Numbers(trace.value), [value])
      for slope in trace.gradient { try expectExact(slope.values, slope.variable == "s" ? [s] : w) }
    }
  }

  /// Where the local derivative is shown, upstream times local is the contribution.
  @Test func localsAreTheFactors() throws {
    let trace = try Trace(
      "sum(sigmoid(w)*s) + max(w/s) + mean(tanh(w) - s) + dot(softmax(w), cos(w))",
      at: ["s": Trace.Numbers(0.5), "w": [0.3, -1.2]])
    var shown = 0
    for turn in trace.reverse {
      guard let locals = turn.locals else { continue }
      shown += 1
      let upstreams = turn.upstreams.elements
      let factors = upstreams.count == 1 && locals.elements.count > 1
      let products = locals.elements.indices.map {
        locals.elements[$0] * upstreams[factors ? 0 : $0]
      }
      try expectExact(turn.contributions, products)
    }
    #expect(shown > 20 && shown < trace.reverse.count)
  }

  @Test func numbersOfATextAndNames() throws {
    #expect(try Trace.numbers("-[1, 2]") == [-1, -2])
    #expect(try Trace.numbers("[2]").isVector)
    #expect(try Trace.numbers("6/2") == Trace.Numbers(3))
    // What has become a function may still name a value.
    #expect(try Trace("sum = x*x; sum + mean", at: ["x": 3, "mean": 1]).value == 10)
    #expect(try Trace("sum(x) + max(x) + mean(x)", at: ["x": 3]).gradient[0].value == 3)
    #expect(try Trace("sum([1,2])").gradient.isEmpty)
    #expect(try Trace("ln(sum(w))", at: ["w": [-1, 0]]).json.contains("\"value\": null"))
  }

  @Test(arguments: [
    ("[1,2", 5), ("[1,,2]", 4), ("[]", 2), ("[,1]", 2), ("[1,2,]", 6), ("[[1,2],[3,4]]", 2),
    ("[1,[2]]", 4), ("[1 2]", 4), ("[w]", 2), ("[-", 3), ("[", 2), ("w[1]", 2), ("]", 1),
    ("dot([1,2],[1,2,3])*w", 1), ("2 + dot(w, 3)", 5), ("sum(w + [1,2])", 7),
    ("sum(w) + sum([1,2]*w)", 19), ("sum(w^[1,2])", 6), ("softmax(3)*w", 1), ("w", 1),
    ("2*w", 2), ("dot(w)", 6), ("dot(w,w,w)", 8), ("sum(w,w)", 6), ("sum(w]", 6), ("a = w; -a", 8),
  ])
  func malformedVectorsAreAnErrorAtTheirColumn(_ text: String, _ column: Int) throws {
    let error = try #require(throws: TraceError.self) {
      _ = try Trace(text, at: ["w": [1, 2, 4]] as [String: Trace.Numbers])
    }
    #expect(error.column == column, "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test func errorsSayWhatToDo() throws {
    for (text, message) in [
      ("sum(w * [1,2])", "multiply: shapes do not broadcast: [3] and [2]"),
      ("dot(w, [1,2])", "dot: takes two vectors of equal length, not [3] and [2]"),
      (
        "exp(w)",
        "the result is a vector [3], and only a number has a gradient; take its sum: sum(...)"
      ),
    ] {
      let error = try #require(throws: TraceError.self) {
        _ = try Trace(text, at: ["w": [1, 2, 4]] as [String: Trace.Numbers])
      }
      #expect(error.message == message)
    }
    let long = "[" + String(repeating: "1,", count: 100_000) + "1]"
    let error = try #require(throws: TraceError.self) { _ = try Trace("sum(\(long))") }
    #expect(error.message.hasPrefix("the vector is too long"))
  }
}

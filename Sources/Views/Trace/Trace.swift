import AdjointGraph
import AdjointRuntime

/// How an expression is computed and differentiated, step by step, as on a blackboard.
///
/// The rows are the nodes of the engine's graph, and the reverse trace is the engine's own reverse walk over
/// them: the last row first, one contribution after the other.
///
///     let trace = try Trace("ln(x1) + x1*x2 - sin(x2)", at: ["x1": 2, "x2": 5])
///     print(trace)
public struct Trace: Sendable {
  /// A row: an input or the result of an operation.
  public struct Step: Sendable {
    /// v-1, v0 for inputs, v1, v2 ... for operations, or the name that the expression gives.
    public let name: String
    /// The variable that an input stands for.
    public let variable: String?
    /// The operation's name in the graph; "input" for an input.
    public let operation: String
    /// What the operation reads, in its order.
    public let inputs: [Operand]
    /// What the row comes to.
    public let values: Numbers
    /// The derivative of the expression with respect to this row, in the row's shape.
    public let adjoints: Numbers
    /// Such as `v₁ = ln v₋₁`, in its two halves.
    let written: (name: String, formula: String, adjoint: String)
  }

  /// What an operation reads.
  public enum Operand: Sendable, Equatable {
    /// A row, by name.
    case row(String)
    /// A number in the text.
    case constant(Double)
    /// A vector in the text.
    case vector([Double])
  }

  /// One turn of the reverse trace: what one row adds to the adjoint of one of its inputs.
  public struct Contribution: Sendable {
    /// The row whose reverse rule this is, by name.
    public let from: String
    /// The row that receives, by name.
    public let to: String
    /// The adjoint of `from`.
    public let upstreams: Numbers
    /// The derivative of `from` with respect to this input alone, element by element; nil where a
    /// number meets a vector and its contributions are summed.
    public let locals: Numbers?
    /// Upstream times local, as the rule computes it.
    public let contributions: Numbers
    /// The adjoint of `to` so far.
    public let sums: Numbers
    /// Such as v̄₀ and `v̄₂ · v₋₁`; the first contribution begins the sum.
    let written: (adjoint: String, isFirst: Bool, formula: String)
  }

  /// The derivative of the expression with respect to a variable.
  public struct Slope: Sendable {
    /// The variable's name.
    public let variable: String
    /// In the shape of the variable.
    public let values: Numbers
  }

  /// What the expression comes to.
  public let value: Double
  /// Inputs, then operations by level, then as they appear in the text.
  public let steps: [Step]
  /// Every contribution in the order of the walk.
  public let reverse: [Contribution]
  /// The derivative with respect to every variable, in the order in which they appear.
  public let gradient: [Slope]

  /// Traces an expression at the values of its variables.
  ///
  /// With `share` equal subexpressions are one row; without it each is computed where it is written.
  /// Throws a `TraceError` for what is wrong with the text or the variables.
  public init(_ expression: String, at values: [String: Double] = [:], share: Bool = true) throws {
    try self.init(expression, at: values.mapValues { Numbers($0) }, share: share)
  }

  /// Traces an expression some of whose variables are vectors, such as
  /// `["w": [0.5, 2], "s": Trace.Numbers(3)]`.
  ///
  /// What it comes to must be one number; throws a `TraceError` otherwise, too.
  public init(_ expression: String, at values: [String: Numbers], share: Bool = true) throws {
    let syntax = try Parser.parse(expression)
    let graph = try TraceGraph(syntax, values, shares: share)
    let shape = graph.entries[graph.root].tensor.shape
    guard shape.isScalar else {
      throw TraceError(
        "the result is a vector \(shape.description), and only a number has a gradient; "
          + "take its sum: sum(...)",
        at: syntax.columns[syntax.pieces.last!.root])
    }
    try self.init(graph, words: syntax)
  }

  private init(_ graph: TraceGraph, words: Syntax) throws {
    let rows = graph.rows
    let names = RowNames(graph, rows: rows, words: words)
    let draft = TraceDraft(graph, rows: rows)
    try Engine.evaluate(draft.tensors)
    value = graph.entries[graph.root].tensor.item
    steps = draft.steps(names)
    reverse = draft.contributions(names)
    gradient = steps.compactMap { step in
      step.variable.map { Slope(variable: $0, values: step.adjoints) }
    }
  }
}

// Each as one number, where it is one.

extension Trace.Step {
  /// What a row that is one number comes to.
  public var value: Double { values.number }
  /// The derivative of the expression with respect to a row that is one number.
  public var adjoint: Double { adjoints.number }
}

extension Trace.Contribution {
  /// The adjoint of `from`, one number.
  public var upstream: Double { upstreams.number }
  /// The derivative of `from` with respect to this input alone, one number; NaN where `locals` is
  /// nil.
  public var local: Double { locals?.number ?? .nan }
  /// Upstream times local, one number.
  public var contribution: Double { contributions.number }
  /// The adjoint of `to` so far, one number.
  public var sum: Double { sums.number }
}

extension Trace.Slope {
  /// The derivative with respect to a variable that is one number.
  public var value: Double { values.number }
}

import AdjointGraph

/// The graph of an expression, built through the public tensor operations, with what its rows need to know.
struct TraceGraph {
  enum Source {
    case input(String)
    case constant(Trace.Numbers)
    case operation
  }

  struct Entry {
    let tensor: Tensor
    let source: Source
    /// Places of the inputs among the entries.
    let inputs: [Int]
    /// The longest distance from an input or a constant.
    let level: Int
  }

  /// Every value once, each after its inputs; among values of one level as they appear in the text.
  private(set) var entries: [Entry] = []
  private(set) var root = 0
  /// Names that the text gives to values.
  private(set) var given: [Int: String] = [:]

  private let shares: Bool
  private var known: [Key: Int] = [:]
  private var places: [ObjectIdentifier: Int] = [:]

  /// What makes two computations equal.
  private enum Key: Hashable {
    case input(String)
    case constant([UInt64], isVector: Bool)
    case operation(String, [Int], inputs: [Int])
  }

  init(_ syntax: Syntax, _ bindings: [String: Trace.Numbers], shares: Bool) throws(TraceError) {
    let names = try Names(syntax, bindings)
    self.shares = shares
    let exponents = TraceGraph.exponents(syntax, names)
    var placeOf: [Int] = []
    for (index, term) in syntax.terms.enumerated() {
      switch term {
      case .number(let value): placeOf.append(constant(Trace.Numbers(value)))
      case .vector(let elements): placeOf.append(constant(Trace.Numbers(elements)))
      case .name(let name):
        switch names.meaning(of: name) {
        case .piece(let piece): placeOf.append(placeOf[syntax.pieces[piece].root])
        case .constant(let value): placeOf.append(constant(Trace.Numbers(value)))
        case .variable(let name): placeOf.append(input(name, bindings[name]!))
        }
      default:
        let start = entries.count
        let place = try computed(term, placeOf, at: syntax.columns[index])
        let isFolded =
          exponents.contains(index) && term.parts.allSatisfy { isConstant(placeOf[$0]) }
        placeOf.append(isFolded ? folded(place, madeFrom: start) : place)
      }
    }
    for piece in syntax.pieces {
      let place = placeOf[piece.root]
      // An input keeps its own name, and of two names for one value the first stays.
      if case .operation = entries[place].source, given[place] == nil, let name = piece.name {
        given[place] = name
      }
    }
    root = placeOf[syntax.pieces.last!.root]
  }

  /// The entry of a term that has parts. What the graph refuses is an error at the term's column.
  private mutating func computed(
    _ term: Syntax.Term, _ placeOf: [Int], at column: Int
  ) throws(TraceError) -> Int {
    if case .negation(let part) = term, case .constant(let value) = entries[placeOf[part]].source {
      return constant(value.negated)
    }
    do throws(GraphError) {
      return intern(try checked { () throws(GraphError) in tensor(of: term, placeOf) })
    } catch {
      throw TraceError(error.description, at: column)
    }
  }

  /// The terms that exponents are made of. One without a variable is a number, not rows.
  private static func exponents(_ syntax: Syntax, _ names: Names) -> Set<Int> {
    var found: Set<Int> = []
    for (place, term) in syntax.terms.enumerated().reversed() {
      switch term {
      case .binary("^", _, let exponent), .pairCall("pow", _, let exponent): found.insert(exponent)
      default: break
      }
      guard found.contains(place) else { continue }
      found.formUnion(term.parts)
      if case .name(let name) = term, case .piece(let piece) = names.meaning(of: name) {
        found.insert(syntax.pieces[piece].root)
      }
    }
    return found
  }

  private func isConstant(_ place: Int) -> Bool {
    if case .constant = entries[place].source { true } else { false }
  }

  /// The constant that a value made of constants alone comes to; entries from `start` on were made for it.
  private mutating func folded(_ place: Int, madeFrom start: Int) -> Int {
    let value = Trace.Numbers(of: entries[place].tensor)
    for entry in entries[start...] { places[ObjectIdentifier(entry.tensor.node)] = nil }
    known = known.filter { $0.value < start }
    entries.removeSubrange(start...)
    return constant(value)
  }

  private func tensor(of term: Syntax.Term, _ placeOf: [Int]) -> Tensor {
    func part(_ term: Int) -> Tensor { entries[placeOf[term]].tensor }
    switch term {
    case .negation(let inner): return -part(inner)
    case .call(let name, let argument): return Vocabulary.function(name)(part(argument))
    case .pairCall("pow", let base, let exponent):
      return combined("^", placeOf[base], placeOf[exponent])
    case .pairCall(let name, let first, let second):
      return Vocabulary.pairFunction(name)(part(first), part(second))
    case .binary(let symbol, let left, let right):
      return combined(symbol, placeOf[left], placeOf[right])
    case .number, .vector, .name: fatalError("trace: a term without parts is not computed")
    }
  }

  private mutating func input(_ name: String, _ value: Trace.Numbers) -> Int {
    if let place = known[.input(name)] { return place }
    let place = append(value.tensor, .input(name), [])
    known[.input(name)] = place
    return place
  }

  private func combined(_ symbol: Character, _ left: Int, _ right: Int) -> Tensor {
    if symbol == "^", case .constant(let exponent) = entries[right].source,
      !exponent.isVector, let whole = Int32(exactly: exponent.number)
    {
      return power(entries[left].tensor, Int(whole))
    }
    return Vocabulary.binary(symbol)(entries[left].tensor, entries[right].tensor)
  }

  /// The entry of a tensor. What a composite built behind it gets entries first; what is equal to an earlier
  /// value is replaced by that.
  private mutating func intern(_ tensor: Tensor) -> Int {
    let node = tensor.node
    if let place = places[ObjectIdentifier(node)] { return place }
    if node.inputCount == 0 { return constant(Trace.Numbers(node.scalar)) }
    let inputs = (0..<node.inputCount).map { intern(Tensor(node.input($0))) }
    let key = Key.operation(node.operation.name, node.operation.attributes, inputs: inputs)
    if shares, let place = known[key] { return place }
    let isUnchanged = inputs.indices.allSatisfy {
      entries[inputs[$0]].tensor.node === node.input($0)
    }
    let kept = isUnchanged ? tensor : node.operation.apply(inputs.map { entries[$0].tensor })
    let place = append(kept, .operation, inputs)
    known[key] = place
    return place
  }

  private mutating func constant(_ value: Trace.Numbers) -> Int {
    let key = Key.constant(value.elements.map { $0.bitPattern }, isVector: value.isVector)
    if let place = known[key] { return place }
    let tensor = value.isVector ? value.tensor : .literal(value.number, .float64)
    let place = append(tensor, .constant(value), [])
    known[key] = place
    return place
  }

  private mutating func append(_ tensor: Tensor, _ source: Source, _ inputs: [Int]) -> Int {
    let level = inputs.map { entries[$0].level + 1 }.max() ?? 0
    entries.append(Entry(tensor: tensor, source: source, inputs: inputs, level: level))
    places[ObjectIdentifier(tensor.node)] = entries.count - 1
    return entries.count - 1
  }

  /// The rows of a trace: inputs as they appear, then by level, then as they appear.
  var rows: [Int] {
    entries.indices.filter {
      if case .constant = entries[$0].source { return false }
      return true
    }.sorted { (entries[$0].level, $0) < (entries[$1].level, $1) }
  }
}

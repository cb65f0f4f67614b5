import AdjointGraph

/// The graph of an expression, built through the public tensor operations, with what its rows need to know.
struct TraceGraph {
  enum Source {
    case input(String)
    case constant(Double)
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
    case constant(UInt64)
    case operation(String, [Int], inputs: [Int])
  }

  init(_ syntax: Syntax, _ bindings: [String: Double], shares: Bool) throws(TraceError) {
    let names = try Names(syntax, bindings)
    self.shares = shares
    var placeOf: [Int] = []
    for term in syntax.terms {
      let tensor: Tensor
      switch term {
      case .number(let value): tensor = .literal(value, .float64)
      case .name(let name):
        switch names.meaning(of: name) {
        case .piece(let piece): tensor = entries[placeOf[syntax.pieces[piece].root]].tensor
        case .constant(let value): tensor = .literal(value, .float64)
        case .variable(let name):
          placeOf.append(input(name, bindings[name]!))
          continue
        }
      case .negation(let part): tensor = negated(placeOf[part])
      case .call(let name, let part):
        tensor = Vocabulary.function(name)(entries[placeOf[part]].tensor)
      case .binary(let symbol, let left, let right):
        tensor = combined(symbol, placeOf[left], placeOf[right])
      }
      placeOf.append(intern(tensor))
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

  private mutating func input(_ name: String, _ value: Double) -> Int {
    if let place = known[.input(name)] { return place }
    let place = append(Tensor([value], shape: [], .float64), .input(name), [])
    known[.input(name)] = place
    return place
  }

  private func negated(_ place: Int) -> Tensor {
    if case .constant(let value) = entries[place].source { return .literal(-value, .float64) }
    return -entries[place].tensor
  }

  private func combined(_ symbol: Character, _ left: Int, _ right: Int) -> Tensor {
    if symbol == "^", case .constant(let exponent) = entries[right].source,
      let whole = Int32(exactly: exponent)
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
    if node.inputCount == 0 { return constant(node.scalar) }
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

  private mutating func constant(_ value: Double) -> Int {
    let key = Key.constant(value.bitPattern)
    if let place = known[key] { return place }
    let place = append(.literal(value, .float64), .constant(value), [])
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

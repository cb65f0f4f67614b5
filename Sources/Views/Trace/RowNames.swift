/// The names of a graph's rows and constants.
struct RowNames {
  private var names: [RowName?]

  init(_ graph: TraceGraph, rows: [Int], words: Syntax) {
    names = Array(repeating: nil, count: graph.entries.count)
    var inputs: [Int] = []
    for (place, entry) in graph.entries.enumerated() {
      switch entry.source {
      case .constant(let value): names[place] = RowName(constant: value)
      case .input: inputs.append(place)
      case .operation: names[place] = graph.given[place].map { RowName(given: $0) }
      }
    }
    for (index, place) in inputs.enumerated() {
      names[place] = RowName(number: index + 1 - inputs.count)
    }
    numberTheRest(rows, avoiding: RowNames.names(in: words))
  }

  subscript(place: Int) -> RowName { names[place]! }

  /// A row without a name takes the next number that the text does not use as a name itself.
  private mutating func numberTheRest(_ rows: [Int], avoiding taken: Set<String>) {
    var number = 1
    for place in rows where names[place] == nil {
      while taken.contains("v\(number)") { number += 1 }
      names[place] = RowName(number: number)
      number += 1
    }
  }

  private static func names(in words: Syntax) -> Set<String> {
    var names = Set(words.pieces.compactMap { $0.name })
    for case .name(let name) in words.terms { names.insert(name) }
    return names
  }
}

import Adjoint

/// What data are, as far as models differ by it.
enum DataKind: String {
  case text = "a text"
  case table = "a table"
  case pictures = "of pictures"
  case points = "made of points"

  /// Refuses a model that is for other data.
  func check(_ model: String, named name: String) throws {
    let rank = try ModelCatalogue.entry(model).inputRank
    guard !takes(rank) else { return }
    let fitting = ModelCatalogue.entries.filter { takes($0.inputRank) }.map { $0.name }
    let use = rank == 0 ? "texts" : rank == 1 ? "rows of numbers and pictures" : "pictures"
    throw CommandError.usage(
      "\(model) is for \(use); \(name) is \(rawValue); choose \(fitting.joined(separator: " or "))"
    )
  }

  /// Whether models of inputs of this rank are for such data.
  private func takes(_ rank: Int) -> Bool {
    switch self {
    case .text: rank == 0
    case .pictures: rank > 0
    case .table, .points: rank == 1
    }
  }
}

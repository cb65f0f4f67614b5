import Adjoint
import AdjointData

/// What an example's numbers mean to people: the columns of a table in its own units, or numbers as they are.
struct ReportInputs {
  let names: [String]
  private let preparation: TablePreparation?

  init(_ run: TrainRun) {
    let width = run.data.inputShape.reduce(1, *)
    preparation = run.data.preprocessing.source?["table"]?.plainValue.flatMap {
      try? TablePreparation($0, source: "the model")
    }
    names =
      preparation?.features.map { $0.column } ?? run.options.features
      ?? (0..<width).map { "x\($0 + 1)" }
  }

  /// Whether they are two coordinates of a plane.
  var areCoordinates: Bool { preparation == nil && names.count == 2 }

  /// A text for each name.
  func texts(_ numbers: [Double]) -> [String] {
    guard let preparation else { return numbers.map { NumberText.plain($0, digits: 3) } }
    var place = 0
    return preparation.features.map { feature in
      let own = numbers.dropFirst(place).prefix(feature.width)
      place += feature.width
      switch feature.treatment {
      case .number(_, let mean, let deviation, let isTruth):
        let value = (own.first ?? 0) * deviation + mean
        return isTruth ? (value > 0.5 ? "true" : "false") : NumberText.plain(value, digits: 4)
      case .category(let values, _):
        return zip(values, own).first { $0.1 > 0.5 }?.0 ?? "unknown"
      }
    }
  }
}

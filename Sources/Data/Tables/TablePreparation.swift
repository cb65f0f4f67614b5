import AdjointGraph
import AdjointRuntime

/// How the rows of a table become numbers for a network, and its outputs answers: learned from the training part
/// alone, saved beside the model, applied to any rows later.
///
///     let preparation = try TablePreparation(table, target: "species", trainingRows: rows)
///     let training = try preparation.dataset(table, rows: rows)
///
/// Numbers are standardised; missing ones become the mean. Categories become a place each, missing ones the most
/// frequent, those not met in training all zeros. A target that is a number is standardised too.
public struct TablePreparation: Sendable, Equatable {
  /// The column that is learned.
  public let target: String
  /// The columns it is learned from.
  public let features: [TableFeature]
  /// Whether classes or numbers are learned.
  public let task: TableTask
  /// The mean of a target of numbers, over the training part.
  public let targetMean: Double
  /// And its deviation.
  public let targetDeviation: Double
  /// What commas and points were in a target of numbers.
  private let targetMarks: NumberMarks
  /// What was decided and why, a sentence each; not saved.
  public let notes: [String]

  /// Learns the preparation from the rows of a table that are trained with, by default all.
  ///
  /// Without a target the column called target, label, class or y is taken, or the last one.
  public init(
    _ table: Table, target: String? = nil, features: [String]? = nil,
    task: TaskChoice = .inferred, trainingRows: [Int]? = nil
  ) throws {
    let rows = trainingRows ?? Array(0..<table.rowCount)
    let chosen = try TableChoice(table, target: target, features: features, trainingRows: rows)
    let (task, reason) = try TableTask.infer(chosen.target, task, table)
    let learned = try chosen.features.map { try TableFeature.learned($0, rows, table.source) }
    self.target = chosen.target.name
    self.task = task
    self.features = learned
    targetMarks = task == .numbers ? chosen.target.marks : NumberMarks()
    notes =
      chosen.notes + [reason] + task.classNotes
      + chosen.features.flatMap { TablePreparation.oddNotes($0, table) }
      + TablePreparation.fillings(chosen.features, learned)
    guard task == .numbers else {
      (targetMean, targetDeviation) = (0, 1)
      return
    }
    let scale = try TableFeature.learned(chosen.target, rows, table.source).treatment
    guard case .number(_, let mean, let deviation, _) = scale else {
      throw DataError(table.source, "column '\(chosen.target.name)', the target, holds no numbers")
    }
    (targetMean, targetDeviation) = (mean, deviation)
  }

  private static func fillings(_ columns: [Column], _ features: [TableFeature]) -> [String] {
    zip(columns, features).compactMap { column, feature in
      let count = column.missingCount
      guard count > 0 else { return nil }
      let values = count == 1 ? "1 missing value becomes" : "\(count) missing values become"
      switch feature.treatment {
      case .number(let fill, _, _, let isTruth):
        let meaning = isTruth ? "the most frequent, \(fill == 1 ? "true" : "false")" : "the mean"
        return "column '\(column.name)': \(values) \(meaning)"
      case .category(_, let fill):
        return "column '\(column.name)': \(values) the most frequent, '\(fill)'"
      }
    }
  }

  /// What stands in a column of numbers and is none.
  private static func oddNotes(_ column: Column, _ table: Table) -> [String] {
    let odd = column.oddPlaces
    guard let first = odd.first else { return [] }
    let cells = odd.count == 1 ? "1 such cell is" : "\(odd.count) such cells are"
    return [
      "row \(table.rowNumbers[first]), column '\(column.name)' has '\(column.texts[first])', which is no number; \(cells) taken as missing"
    ]
  }

  /// What is unlike the table that was learned from, a sentence each: categories that were not met in training, and
  /// texts among numbers.
  public func notes(on table: Table) -> [String] {
    features.flatMap { feature -> [String] in
      guard let column = table[feature.column] else { return [] }
      guard case .category(let values, _) = feature.treatment else {
        return TablePreparation.oddNotes(column, table)
      }
      let known = Set(values)
      let unknown = column.texts.filter { !CellText.isMissing($0) && !known.contains($0) }
      guard !unknown.isEmpty else { return [] }
      let different = Set(unknown).sorted()
      let names = different.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
      let more = different.count > 3 ? " and \(different.count - 3) more" : ""
      return [
        "column '\(column.name)': \(names)\(more) \(different.count == 1 ? "was" : "were") not met in training, in \(unknown.count == 1 ? "1 row" : "\(unknown.count) rows")"
      ]
    }
  }

  /// How many numbers a row becomes.
  public var inputWidth: Int { features.reduce(0) { $0 + $1.width } }
  /// What the numbers are called.
  public var inputNames: [String] { features.flatMap { $0.names } }
  /// How many outputs a network needs.
  public var outputCount: Int { task.outputCount }

  /// The rows of a table as inputs [N, F], and how many categories in them were not met in training.
  public func inputs(
    _ table: Table, rows: [Int]? = nil
  ) throws -> (inputs: Tensor, unknownCategories: Int) {
    let rows = rows ?? Array(0..<table.rowCount)
    let columns = try features.map { try column($0.column, of: table) }
    let width = inputWidth
    var numbers = [Double](repeating: 0, count: rows.count * width)
    var unknown = 0
    for (line, row) in rows.enumerated() {
      var place = line * width
      for (feature, column) in zip(features, columns) {
        do {
          let isKnown = try feature.write(
            column.texts[row], of: column, to: &numbers, at: place)
          if !isKnown { unknown += 1 }
        } catch {
          throw DataError(
            table.source,
            "row \(table.rowNumbers[row]), column '\(column.name)': '\(column.texts[row])' is not a number"
          )
        }
        place += feature.width
      }
    }
    return (Tensor(numbers, shape: [rows.count, width]), unknown)
  }

  /// The rows of a table as targets: the places of their classes [N], or standardised numbers [N, 1].
  public func targets(_ table: Table, rows: [Int]? = nil) throws -> Tensor {
    let rows = rows ?? Array(0..<table.rowCount)
    let column = try column(target, of: table)
    func problem(_ row: Int, _ text: String) -> DataError {
      DataError(table.source, "row \(table.rowNumbers[row]), column '\(target)': \(text)")
    }
    if let missing = rows.first(where: { CellText.isMissing(column.texts[$0]) }) {
      throw problem(missing, "the target is missing")
    }
    guard case .classes(let names) = task else {
      let marks = targetMarks.filled(by: column.marks)
      let numbers = try rows.map { row in
        guard let value = CellText.number(column.texts[row], marks) else {
          throw problem(row, "'\(column.texts[row])' is not a number")
        }
        return (value - targetMean) / targetDeviation
      }
      return Tensor(numbers, shape: [rows.count, 1])
    }
    let places = Dictionary(
      names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return Tensor(
      try rows.map { row in
        guard let place = places[column.texts[row]] else {
          throw problem(row, "'\(column.texts[row])' is none of the classes that were learned")
        }
        return place
      })
  }

  /// Rows of a table as a data set.
  public func dataset(_ table: Table, rows: [Int]? = nil) throws -> TensorDataset {
    try TensorDataset(
      inputs: try inputs(table, rows: rows).inputs, targets: try targets(table, rows: rows))
  }

  /// What a network's outputs mean in the units of the target column, for a target of numbers.
  public func numbers(_ outputs: Tensor) -> [Double] {
    outputs.doubles.map { $0 * targetDeviation + targetMean }
  }

  private func column(_ name: String, of table: Table) throws -> Column {
    guard let column = table[name] else {
      throw TableChoice.noColumn(name, table)
    }
    return column
  }
}

extension TablePreparation {
  /// The preparation as a value that is saved.
  public var description: PlainValue {
    var fields: [String: PlainValue] = [
      "target": .text(target), "features": .list(features.map { $0.description }),
      "target_mean": .number(targetMean), "target_deviation": .number(targetDeviation),
    ]
    if !targetMarks.description.isEmpty {
      fields["target_marks"] = .fields(targetMarks.description)
    }
    if case .classes(let names) = task { fields["classes"] = .list(names.map { .text($0) }) }
    return .fields(fields)
  }

  /// The preparation that was saved.
  public init(_ description: PlainValue, source: String = "preparation") throws {
    guard let target = description["target"]?.text, let list = description["features"]?.list,
      let mean = description["target_mean"]?.number,
      let deviation = description["target_deviation"]?.number, deviation > 0
    else { throw DataError(source, "does not describe how a table is prepared") }
    let features = list.compactMap { TableFeature($0) }
    guard features.count == list.count else {
      throw DataError(source, "describes a feature that this version does not know")
    }
    self.target = target
    self.features = features
    task = description["classes"]?.texts.map { .classes($0) } ?? .numbers
    targetMarks = description["target_marks"].map { NumberMarks($0) } ?? NumberMarks()
    (targetMean, targetDeviation, notes) = (mean, deviation, [])
  }

  /// True where both prepare alike.
  public static func == (a: TablePreparation, b: TablePreparation) -> Bool {
    a.target == b.target && a.features == b.features && a.task == b.task
      && a.targetMarks == b.targetMarks && a.targetMean == b.targetMean
      && a.targetDeviation == b.targetDeviation
  }
}

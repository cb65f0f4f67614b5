import Adjoint
import AdjointData

/// A table as training data.
enum TableSource {
  /// True of names that tables have.
  static func isTable(_ path: String) -> Bool {
    [".csv", ".tsv", ".csv.gz", ".tsv.gz"].contains { path.lowercased().hasSuffix($0) }
  }

  static func load(_ path: String, _ options: TrainOptions) throws -> TrainingData {
    try DataChoice.refuse(["noise"], for: "tables", options)
    let table = try Table.read(path).rowsWithTarget(options.target)
    // Who searches a model holds rows back in turn, and learns from all of them in the end.
    let share = options.givenValidation ?? (options.searchesModel ? 0 : options.validation)
    let parts = RowParts(
      table.rowCount, hasTestFile: options.test != nil, validation: share,
      seed: options.seed)
    guard parts.training.count >= 2 else {
      let needed = RowParts.fewest(hasTestFile: options.test != nil, validation: share)
      throw DataError(
        path,
        "has \(table.rowCount == 1 ? "1 row" : "\(table.rowCount) rows") with a target; at least \(needed) are needed to learn from some and to test with the others"
      )
    }
    let choice: TaskChoice =
      switch options.task {
      case .classification: .classes
      case .regression: .numbers
      case .language, nil: .inferred
      }
    let preparation = try TablePreparation(
      table, target: options.target, features: options.features, task: choice,
      trainingRows: parts.training)
    let element = options.precision
    func dataset(_ table: Table, _ rows: [Int]?) throws -> TensorDataset {
      try prepared(preparation, table, rows, element)
    }
    let testFile = options.test
    if let testFile, !DataChoice.isFile(testFile) {
      throw DataError(testFile, "is no file to test with")
    }
    return TrainingData(
      name: name(of: path), training: try dataset(table, parts.training),
      validation: parts.validation.isEmpty ? nil : try dataset(table, parts.validation),
      test: {
        if let testFile {
          return try dataset(try labelled(testFile, preparation), nil)
        }
        return try dataset(table, parts.test)
      },
      task: preparation.learningTask, labels: preparation.labels,
      preprocessing: preparation.preprocessing,
      notes: table.notes + preparation.notes + taskNotes(preparation, table, choice)
        + [parts.note(testFile)])
  }

  /// What to do where whole numbers were taken as classes, and were not meant to be.
  private static func taskNotes(
    _ preparation: TablePreparation, _ table: Table, _ choice: TaskChoice
  ) -> [String] {
    guard choice == .inferred, preparation.task != .numbers,
      table[preparation.target]?.kind == .integer
    else { return [] }
    return ["--task regression learns '\(preparation.target)' as a number instead"]
  }

  /// The table in a file for a model that is there: what is unlike the table that it learned from is said.
  static func read(_ path: String, _ preparation: TablePreparation) throws -> Table {
    tell(path, try Table.read(path), preparation)
  }

  /// The same without the rows that have no target.
  static func labelled(_ path: String, _ preparation: TablePreparation) throws -> Table {
    let all = try Table.read(path)
    let table = try all.rowsWithTarget(preparation.target)
    for note in table.notes.dropFirst(all.notes.count) { Process.complain("\(path): \(note)") }
    return tell(path, table, preparation)
  }

  private static func tell(
    _ path: String, _ table: Table, _ preparation: TablePreparation
  ) -> Table {
    for note in preparation.notes(on: table) { Process.complain("\(path): \(note)") }
    return table
  }

  static func prepared(
    _ preparation: TablePreparation, _ table: Table, _ rows: [Int]?, _ element: ElementType
  ) throws -> TensorDataset {
    let isNumbers = preparation.task == .numbers
    let targets = try preparation.targets(table, rows: rows)
    return try TensorDataset(
      inputs: try preparation.inputs(table, rows: rows).inputs.cast(to: element),
      targets: isNumbers ? targets.cast(to: element) : targets)
  }

  /// What a run on a file is called: the file's name without its ending.
  static func name(of path: String) -> String {
    let last = path.split(separator: "/").last.map { String($0) } ?? path
    let stem = last.split(separator: ".").first.map { String($0) } ?? last
    return stem.isEmpty ? "data" : stem
  }
}

/// Which rows are learned from, watched, and kept for the end.
struct RowParts {
  let training: [Int]
  let validation: [Int]
  let test: [Int]

  /// A fifth is kept for the end, unless that comes from a file.
  init(_ count: Int, hasTestFile: Bool, validation share: Double, seed: Int) {
    let order = shuffledPlaces(count, seed: seed)
    let tests = hasTestFile ? 0 : max(1, Int((Double(count) * 0.2).rounded()))
    let rest = count - tests
    let held = share == 0 ? 0 : min(max(1, Int((Double(rest) * share).rounded())), rest - 1)
    test = Array(order.prefix(tests))
    validation = Array(order.dropFirst(tests).prefix(max(held, 0)))
    training = Array(order.dropFirst(tests + max(held, 0)))
  }

  /// The fewest rows that leave two to learn from.
  static func fewest(hasTestFile: Bool, validation share: Double) -> Int {
    (2...1_000).first {
      RowParts($0, hasTestFile: hasTestFile, validation: share, seed: 0).training.count >= 2
    } ?? 1_000
  }

  func note(_ testFile: String?) -> String {
    let end = testFile.map { "the test is \($0)" } ?? "\(test.count) kept for the test"
    let held = validation.isEmpty ? "" : "\(validation.count) held back to watch, "
    return "\(training.count) examples to learn from, \(held)\(end)"
  }
}

extension TablePreparation {
  var learningTask: LearningTask { task == .numbers ? .regression : .classification }

  /// The classes, or the target's name.
  var labels: [String] {
    if case .classes(let names) = task { return names }
    return [target]
  }

  /// What the model file says: the network's inputs are numbers that are standardised already.
  var preprocessing: Preprocessing {
    Preprocessing(
      shape: [inputWidth],
      target: task == .numbers
        ? [Preprocessing.Scale(mean: targetMean, deviation: targetDeviation)] : [],
      source: ["table": JSON(description)])
  }
}

extension JSON {
  /// A plain value as JSON.
  init(_ value: PlainValue) {
    switch value {
    case .text(let text): self = .string(text)
    case .number(let number): self = .number(number)
    case .list(let items): self = .array(items.map { JSON($0) })
    case .fields(let fields):
      self = .object(
        fields.sorted { $0.key < $1.key }.map { Member($0.key, JSON($0.value)) })
    }
  }

  /// JSON as a plain value; truth values and nothing are none.
  var plainValue: PlainValue? {
    switch self {
    case .string(let text): return .text(text)
    case .integer, .number: return double.map { .number($0) }
    case .array(let items):
      let values = items.compactMap { $0.plainValue }
      return values.count == items.count ? .list(values) : nil
    case .object(let members):
      var fields: [String: PlainValue] = [:]
      for member in members {
        guard let value = member.value.plainValue else { return nil }
        fields[member.name] = value
      }
      return .fields(fields)
    case .null, .bool: return nil
    }
  }
}

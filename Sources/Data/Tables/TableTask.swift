/// What is to be learned from a table.
public enum TableTask: Sendable, Equatable {
  /// Which of these classes a row belongs to.
  case classes([String])
  /// A number.
  case numbers

  /// The classes in words, where they are few.
  var classNotes: [String] {
    guard case .classes(let names) = self, names.count <= 10 else { return [] }
    return ["classes: \(names.joined(separator: ", "))"]
  }

  /// How many outputs a network for it has.
  public var outputCount: Int {
    if case .classes(let names) = self { return names.count }
    return 1
  }
}

/// What somebody wants to be learned.
public enum TaskChoice: Sendable, Equatable {
  /// Found from the target's values.
  case inferred
  /// Classes, whatever the values.
  case classes
  /// Numbers.
  case numbers
}

extension TableTask {
  /// Up to so many different whole numbers can be classes.
  private static let mostWholeClasses = 20
  /// And each of them must stand for so many rows, or be one of two.
  private static let fewestRowsAClass = 5

  /// The task that a target column asks for, and why, in one sentence.
  static func infer(
    _ target: Column, _ choice: TaskChoice, _ table: Table
  ) throws -> (task: TableTask, reason: String) {
    let values = target.distinct
    guard values.count > 1 else {
      throw DataError(
        table.source,
        "\(table.extent), column '\(target.name)': the target is '\(values.first ?? "")' in all of them, so there is nothing to learn"
      )
    }
    let (isClasses, reason) = try decide(target, values.count, choice, table.source)
    return (isClasses ? .classes(values) : .numbers, reason)
  }

  private static func decide(
    _ target: Column, _ count: Int, _ choice: TaskChoice, _ source: String
  ) throws -> (Bool, String) {
    let name = "the target '\(target.name)'"
    let isText = target.kind == .category || target.kind == .boolean
    switch choice {
    case .classes: return (true, "\(name) is taken as \(count) classes, as asked for")
    case .numbers:
      guard !isText else {
        throw DataError(
          source, "column '\(target.name)', the target, holds text, which are no numbers to learn")
      }
      return (false, "\(name) is taken as numbers, as asked for")
    case .inferred:
      if isText { return (true, "\(name) holds text, so its \(count) values are classes") }
      if target.kind == .number {
        return (false, "\(name) holds numbers with fractions, so a number is learned")
      }
      let rows = target.texts.count
      let areFew =
        count == 2 || count <= mostWholeClasses && rows >= fewestRowsAClass * count
      let found = "\(name) holds \(count) different whole numbers in \(rows) rows"
      return areFew
        ? (true, "\(found), few enough to be classes")
        : (false, "\(found), too many to be classes, so a number is learned")
    }
  }
}

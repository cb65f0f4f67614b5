import Adjoint

/// A command's words, sorted into operands and options. Only words that begin with two dashes are options, so
/// that an expression may begin with a minus; after `--` nothing is one.
struct Arguments {
  private(set) var operands: [String] = []
  private var values: [String: String] = [:]
  private let command: Command

  /// Nothing given.
  init(of command: Command) { self.command = command }

  init(_ words: [String], of command: Command) throws {
    self.command = command
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        return
      }
      guard word.hasPrefix("--") else {
        operands.append(word)
        continue
      }
      try take(word, &rest)
    }
  }

  private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) throws {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = command.options.first(where: { $0.name == name }) else {
      throw CommandError.usage(
        "\(command.name) has no option \(Suggestion.quoted(name))"
          + Suggestion.hint(for: name, among: command.options.map { $0.name } + ["--help"])
          + "; adjoint help \(command.name) lists them")
    }
    guard values[name] == nil else { throw CommandError.usage("\(name) is given twice") }
    guard let kind = option.value else {
      guard parts.count == 1 else { throw CommandError.usage("\(name) takes no value") }
      values[name] = ""
      return
    }
    guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
      throw CommandError.usage("\(name) needs a value; write \(name) \(kind)")
    }
    values[name] = value
  }

  func has(_ option: String) -> Bool { values[option] != nil }

  /// The value of an option as it was given, or nil where it is not.
  func text(_ option: String) -> String? { values[option] }

  /// Takes options that are not given from an object of JSON, whose members are called as the options are, without
  /// dashes; `data` stands for the operands.
  mutating func fill(_ json: JSON, from file: String) throws {
    guard let members = json.members else {
      throw CommandError.failure("\(file): is no JSON object of options")
    }
    for member in members {
      let text = member.value.string ?? member.value.description
      if member.name == "data" {
        if operands.isEmpty { operands = member.value.array?.compactMap { $0.string } ?? [text] }
        continue
      }
      let name = "--" + member.name
      guard let option = command.options.first(where: { $0.name == name }) else {
        throw CommandError.failure(
          "\(file): \(command.name) has no option \(Suggestion.quoted(member.name))"
            + Suggestion.hint(
              for: member.name, among: command.options.map { String($0.name.dropFirst(2)) }))
      }
      guard values[name] == nil else { continue }
      if option.value != nil {
        values[name] = text
      } else if member.value.bool == true {
        values[name] = ""
      }
    }
  }

  /// What was given, as `fill` takes it.
  func json(without left: [String]) -> JSON {
    let given = command.options.filter { !left.contains($0.name) }.compactMap { option in
      values[option.name].map { text in
        JSON.Member(
          String(option.name.dropFirst(2)), option.value == nil ? .bool(true) : .string(text))
      }
    }
    return .object([JSON.Member("data", .array(operands.map { .string($0) }))] + given)
  }

  /// The number of an option, or nil where it is not given.
  func number(_ option: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let text = values[option] else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw malformed(
        option, text, NumberText.short(range.lowerBound), NumberText.short(range.upperBound))
    }
    return value
  }

  /// The whole number of an option, or nil where it is not given.
  func integer(_ option: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = values[option] else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw malformed(
        option, text, "a whole number from \(range.lowerBound)", String(range.upperBound))
    }
    return value
  }

  /// The word of an option, one of `choices`, or nil where it is not given.
  func word(_ option: String, among choices: [String]) throws -> String? {
    guard let text = values[option] else { return nil }
    guard choices.contains(text) else {
      throw CommandError.usage(
        "\(option) cannot be \(Suggestion.quoted(text))"
          + Suggestion.hint(for: text, among: choices)
          + "; choose \(choices.joined(separator: " or "))")
    }
    return text
  }

  /// For commands that take options only.
  func refuseOperands() throws {
    guard let first = operands.first else { return }
    throw CommandError.usage(
      "\(command.name) takes no operand, but got \(Suggestion.quoted(first))"
        + Suggestion.hint(for: "--" + first, among: command.options.map { $0.name })
        + "; adjoint help \(command.name) says what it takes")
  }

  private func malformed(
    _ option: String, _ text: String, _ low: String, _ high: String
  ) -> CommandError {
    .usage("\(option) cannot be \(Suggestion.quoted(text)); give \(low) to \(high)")
  }
}

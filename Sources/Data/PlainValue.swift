/// A value as files hold it: what is saved beside a model without a format of its own.
public indirect enum PlainValue: Sendable, Equatable {
  /// A text.
  case text(String)
  /// A number.
  case number(Double)
  /// Values in their order.
  case list([PlainValue])
  /// Named values; the order of names does not count.
  case fields([String: PlainValue])

  /// The value of a field, where this is fields and has it.
  public subscript(name: String) -> PlainValue? {
    guard case .fields(let fields) = self else { return nil }
    return fields[name]
  }

  /// The text, where it is one.
  public var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  /// The number, where it is one.
  public var number: Double? {
    guard case .number(let number) = self else { return nil }
    return number
  }

  /// The values, where they are a list.
  public var list: [PlainValue]? {
    guard case .list(let list) = self else { return nil }
    return list
  }

  /// The texts, where it is a list of them.
  public var texts: [String]? {
    guard let list else { return nil }
    let texts = list.compactMap { $0.text }
    return texts.count == list.count ? texts : nil
  }
}

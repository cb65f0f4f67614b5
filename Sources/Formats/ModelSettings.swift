import AdjointGraph
import AdjointNN

/// What a model of the catalogue is made from, by name: sizes, words, truth values. As JSON it is a part of the model
/// file.
public struct ModelSettings: Sendable, Equatable {
  /// The settings in their order.
  public private(set) var members: [JSON.Member]

  /// Settings from their names and values.
  public init(_ members: [JSON.Member] = []) { self.members = members }

  /// The value of a setting.
  public subscript(name: String) -> JSON? {
    get { members.first { $0.name == name }?.value }
    set {
      members.removeAll { $0.name == name }
      if let newValue { members.append(JSON.Member(name, newValue)) }
    }
  }

  /// All of them as one object.
  public var json: JSON { .object(members) }

  /// A whole number from 1, or `standard` where the setting is left out.
  public func size(_ name: String, _ standard: Int? = nil) throws -> Int {
    guard let value = self[name] else { return try needed(name, standard) }
    guard let number = value.integer, number >= 1, number <= 1 << 30 else {
      throw wrong(name, value, "a whole number from 1")
    }
    return number
  }

  /// A list of whole numbers from 1.
  public func sizes(_ name: String, _ standard: [Int]? = nil) throws -> [Int] {
    guard let value = self[name] else { return try needed(name, standard) }
    let numbers = value.array?.compactMap { $0.integer } ?? []
    guard let count = value.array?.count, numbers.count == count,
      numbers.allSatisfy({ $0 >= 1 && $0 <= 1 << 30 })
    else { throw wrong(name, value, "a list of whole numbers from 1") }
    return numbers
  }

  /// A number.
  public func number(_ name: String, _ standard: Double? = nil) throws -> Double {
    guard let value = self[name] else { return try needed(name, standard) }
    guard let number = value.double else { throw wrong(name, value, "a number") }
    return number
  }

  /// A function by its name, such as `relu`.
  public func activation(
    _ name: String = "activation", _ standard: String = "relu"
  ) throws -> @Sendable (Tensor) -> Tensor {
    let value = self[name] ?? .string(standard)
    guard let found = Activations.named(value.string ?? "") else {
      throw wrong(name, value, "one of " + Activations.names.joined(separator: ", "))
    }
    return found
  }

  /// The element type of the parameters: float32 unless told.
  public func element() throws -> ElementType {
    let value = self["element"] ?? "float32"
    guard let element = ElementType.allCases.first(where: { $0.name == value.string }),
      element.isFloating
    else { throw wrong("element", value, "float32 or float64") }
    return element
  }

  private func needed<Value>(_ name: String, _ standard: Value?) throws -> Value {
    guard let standard else { throw FormatError("model settings", "\(name) is missing") }
    return standard
  }

  private func wrong(_ name: String, _ value: JSON, _ wanted: String) -> FormatError {
    FormatError("model settings", "\(name) cannot be \(value.description); it is \(wanted)")
  }
}

extension ModelSettings: ExpressibleByDictionaryLiteral {
  /// Settings from their names and values.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements.map { JSON.Member($0.0, $0.1) })
  }
}

/// Activations by their names.
public enum Activations {
  private static let table: [(String, @Sendable (Tensor) -> Tensor)] = [
    ("relu", { relu($0) }), ("tanh", { tanh($0) }), ("sigmoid", { sigmoid($0) }),
    ("gelu", { gelu($0) }), ("silu", { silu($0) }), ("elu", { elu($0) }),
    ("leaky-relu", { leakyReLU($0) }), ("softplus", { softplus($0) }), ("linear", { $0 }),
  ]

  /// All names.
  public static var names: [String] { table.map { $0.0 } }

  /// The function of a name; nil where there is none.
  public static func named(_ name: String) -> (@Sendable (Tensor) -> Tensor)? {
    table.first { $0.0 == name }?.1
  }
}

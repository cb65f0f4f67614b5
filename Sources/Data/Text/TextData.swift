import AdjointGraph

/// The characters that a text is made of, numbered by their code points.
public struct Vocabulary: Sendable, Equatable {
  /// The characters in order.
  public let characters: [Unicode.Scalar]
  private let places: [Unicode.Scalar: Int]

  /// The characters of a text.
  public init(of text: String) { self.init(Set(text.unicodeScalars).sorted()) }

  /// These characters, in this order; each once.
  public init(_ characters: [Unicode.Scalar]) {
    self.characters = characters
    places = Dictionary(
      characters.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// How many there are.
  public var count: Int { characters.count }

  /// The numbers of a text's characters.
  public func encode(_ text: String) throws -> [Int] {
    try text.unicodeScalars.map { character in
      guard let place = places[character] else {
        throw DataError("text", "has the character '\(character)', which is not in the vocabulary")
      }
      return place
    }
  }

  /// The text of some numbers; those that stand for nothing are left out.
  public func decode(_ numbers: [Int]) -> String {
    var text = ""
    for number in numbers where characters.indices.contains(number) {
      text.unicodeScalars.append(characters[number])
    }
    return text
  }

  /// The vocabulary as a value that is saved: one text of all its characters.
  public var description: PlainValue { .text(decode(Array(0..<count))) }

  /// The vocabulary that was saved.
  public init(_ description: PlainValue, source: String = "vocabulary") throws {
    guard let text = description.text else {
      throw DataError(source, "does not describe a vocabulary")
    }
    self.init(Array(text.unicodeScalars))
  }
}

/// A text as data for language models: its characters as numbers, the end kept for validation.
public struct TextData: Sendable {
  /// What the numbers stand for.
  public let vocabulary: Vocabulary
  /// What is trained with: the beginning.
  public let training: TextSequences
  /// What is validated with: the end.
  public let validation: TextSequences?

  /// The text in a file, gzipped or not, in sequences of `length` characters.
  public static func read(
    _ path: String, length: Int, validation share: Double = 0.1, stride: Int? = nil,
    vocabulary: Vocabulary? = nil
  ) throws -> TextData {
    try TextData(
      try text(in: path), length: length, validation: share, stride: stride,
      vocabulary: vocabulary, source: path)
  }

  /// The text in a file, gzipped or not.
  public static func text(in path: String) throws -> String {
    String(decoding: try TextCheck.utf8(try FileBytes.read(path), path), as: UTF8.self)
  }

  /// The fewest characters of which both parts have a sequence of `length` and the character after it.
  public static func fewestCharacters(length: Int, validation share: Double = 0.1) -> Int {
    guard share > 0, share < 1 else { return length + 1 }
    let guess = Double(length) / Swift.min(share, 1 - share)
    guard guess < 1e15 else { return Int.max }
    var count = Swift.max(length + 1, Int(guess) - 2 * length - 2)
    while held(count, share) <= length || count - held(count, share) <= length { count += 1 }
    return count
  }

  /// How many of `count` characters are validated with.
  private static func held(_ count: Int, _ share: Double) -> Int {
    Int((Double(count) * share).rounded())
  }

  /// A text in sequences of `length` characters, a new one every `stride` characters (by default `length`).
  public init(
    _ text: String, length: Int, validation share: Double = 0.1, stride: Int? = nil,
    vocabulary: Vocabulary? = nil, source: String = "text"
  ) throws {
    guard share >= 0, share < 1 else {
      throw DataError(source, "the validation part is a share from 0 to below 1, not \(share)")
    }
    self.vocabulary = vocabulary ?? Vocabulary(of: text)
    let numbers = try self.vocabulary.encode(text)
    let fewest = TextData.fewestCharacters(length: length, validation: share)
    guard length < 1 || numbers.count >= fewest else {
      let part = share > 0 ? ", with a share of \(share) to validate with" : ""
      throw DataError(
        source,
        "has \(numbers.count) characters; at least \(fewest) are needed for sequences of \(length)\(part)"
      )
    }
    let cut = numbers.count - TextData.held(numbers.count, share)
    training = try TextSequences(
      Array(numbers[..<cut]), length: length, stride: stride, source: source)
    validation =
      share == 0
      ? nil : try TextSequences(Array(numbers[cut...]), length: length, source: source)
  }
}

/// Sequences of a text: the input is `length` characters [N, T], the target the same one further.
public struct TextSequences: Dataset {
  /// How many characters a sequence has.
  public let length: Int
  /// How far one begins after the other.
  public let stride: Int
  private let numbers: [Int32]

  /// The sequences of some characters' numbers.
  public init(
    _ numbers: [Int], length: Int, stride: Int? = nil, source: String = "text"
  ) throws {
    guard length > 0, (stride ?? 1) > 0 else {
      throw DataError(source, "sequences need at least one character")
    }
    guard numbers.count > length else {
      throw DataError(
        source,
        "has a part of \(numbers.count) characters, too short for a sequence of \(length) and the one after it"
      )
    }
    self.length = length
    self.stride = stride ?? length
    self.numbers = numbers.map { Int32(truncatingIfNeeded: $0) }
  }

  /// How many characters there are.
  public var characterCount: Int { numbers.count }
  /// How many sequences there are.
  public var count: Int { (numbers.count - 1 - length) / stride + 1 }

  /// The sequences at `places`, in that order.
  public func batch(_ places: [Int]) throws -> Batch {
    var (input, target): ([Int], [Int]) = ([], [])
    for place in places {
      guard place >= 0, place < count else {
        throw DataError("text", "has no sequence \(place); it has \(count)")
      }
      let start = place * stride
      input += numbers[start..<(start + length)].map { Int($0) }
      target += numbers[(start + 1)...(start + length)].map { Int($0) }
    }
    let shape: Shape = [places.count, length]
    return Batch(input: Tensor(input, shape: shape), target: Tensor(target, shape: shape))
  }
}

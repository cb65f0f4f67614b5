/// Whether a column of whole numbers numbers the rows.
struct RowNumbers {
  /// Each row's number is larger than that before it.
  let isRising: Bool
  /// The numbers are those from 0 or 1 on, in any order.
  let isCount: Bool

  /// Fewer rows rise by chance.
  private static let fewestRows = 6

  init(_ column: Column) {
    let numbers = column.numbers
    guard numbers.count >= RowNumbers.fewestRows, numbers.allSatisfy({ !$0.isNaN }) else {
      (isRising, isCount) = (false, false)
      return
    }
    isRising = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    let sorted = numbers.sorted()
    let start = sorted[0]
    isCount =
      (start == 0 || start == 1) && sorted.indices.allSatisfy { sorted[$0] == start + Double($0) }
  }

  private static let names: Set<String> = [
    "id", "ids", "index", "idx", "nr", "no", "number", "row", "rownum", "key", "unnamed",
  ]

  /// True of names such as `id`, `customer_id`, `PassengerId` and `Row Nr.`.
  static func isName(_ name: String) -> Bool {
    var (words, word, wasSmall): ([String], String, Bool) = ([], "", false)
    for character in name {
      let isLarge = character.isUppercase
      if !character.isLetter || isLarge && wasSmall {
        words.append(word)
        word = ""
      }
      if character.isLetter { word += character.lowercased() }
      wasSmall = character.isLowercase
    }
    words.append(word)
    return words.contains { names.contains($0) }
  }
}

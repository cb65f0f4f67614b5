/// Helps with a word that was not understood.
package enum Suggestion {
  /// ` (did you mean "bench"?)`, or nothing where no choice is near.
  package static func hint(for word: String, among choices: [String]) -> String {
    nearest(to: word, among: choices).map { " (did you mean \"\($0)\"?)" } ?? ""
  }

  /// The choice that is fewest edits away, if they are few for the word's length.
  package static func nearest(to word: String, among choices: [String]) -> String? {
    guard word.utf8.count <= 40 else { return nil }
    let allowed = word.count <= 3 ? 1 : 2
    return choices.map { (distance(word, $0), $0) }
      .filter { $0.0 <= allowed && $0.0 < max(word.count, 2) }
      .min { $0.0 < $1.0 }?.1
  }

  /// Insertions, deletions, replacements and swaps of neighbours that make one word of the other.
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var twoAbove: [Int] = []
    var above = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(above[j] + (a[i] == b[j] ? 0 : 1), above[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, twoAbove[j - 1] + 1)
        }
        row.append(best)
      }
      twoAbove = above
      above = row
    }
    return above[b.count]
  }

  /// A piece of somebody's input fit to stand in a one-line message: short, and without control characters.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars.prefix(40) {
      result.unicodeScalars.append(scalar.properties.generalCategory == .control ? "·" : scalar)
    }
    return result + (text.unicodeScalars.count > 40 ? "…\"" : "\"")
  }
}

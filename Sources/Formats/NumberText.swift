#if canImport(Glibc)
  import Glibc
#endif

/// Numbers as people read them.
package enum NumberText {
  /// At most `digits` significant digits, as C's %g has them.
  package static func short(_ value: Double, digits: Int = 6) -> String {
    withVaList([Int32(digits), unsigned(value)]) { formatted("%.*g", $0) }
  }

  /// Exactly `places` digits after the point.
  package static func fixed(_ value: Double, places: Int) -> String {
    withVaList([Int32(places), unsigned(value)]) { formatted("%.*f", $0) }
  }

  /// NaN has no sign worth showing: which one the processor gives says nothing.
  private static func unsigned(_ value: Double) -> Double { value.isNaN ? .nan : value }

  private static func formatted(_ format: String, _ values: CVaListPointer) -> String {
    // A double has at most 309 digits before its point.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { text in
      vsnprintf(text.baseAddress!, text.count, format, values)
      return String(cString: text.baseAddress!)
    }
  }

  package static func subscripted(_ number: Int) -> String { replaced(number, "₋", "₀₁₂₃₄₅₆₇₈₉") }
  package static func superscripted(_ number: Int) -> String { replaced(number, "⁻", "⁰¹²³⁴⁵⁶⁷⁸⁹") }

  private static func replaced(_ number: Int, _ minus: Character, _ digits: String) -> String {
    let digits = Array(digits)
    return String(String(number).map { $0.wholeNumberValue.map { digits[$0] } ?? minus })
  }
}

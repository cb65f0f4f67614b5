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

  /// As few digits as say which number it is, without an exponent where people would not write one.
  package static func exact(_ value: Double) -> String {
    let size = abs(value)
    guard size < 1e15, value == value.rounded() else { return "\(unsigned(value))" }
    return fixed(value + 0, places: 0)
  }

  /// At least `digits` significant digits, and all before the point: 43850 and not 4.385e+04. Only what is tiny or huge
  /// has an exponent.
  package static func plain(_ value: Double, digits: Int = 6) -> String {
    let size = abs(value)
    guard size >= 1e-4, size < 1e15 else { return short(value, digits: digits) }
    let whole = fixed(size.rounded(.down), places: 0)
    var places = digits - whole.count
    if size < 1 {
      places = digits
      var scaled = size
      while scaled < 0.1 {
        scaled *= 10
        places += 1
      }
    }
    guard places > 0 else { return fixed(value, places: 0) }
    var text = Substring(fixed(value, places: places))
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return String(text)
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

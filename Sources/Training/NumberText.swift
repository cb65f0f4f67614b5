import Glibc

/// A number in at most four significant digits, for sentences.
func shortText(_ value: Double, digits: Int32 = 4) -> String {
  withVaList([digits, value]) { values in
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { text in
      vsnprintf(text.baseAddress!, text.count, "%.*g", values)
      return String(cString: text.baseAddress!)
    }
  }
}

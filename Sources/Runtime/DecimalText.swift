#if !hasFeature(Embedded)
  /// A floating-point number as decimal digits: the shortest that tell it from its neighbours.
  struct DecimalText {
    let isNegative: Bool
    /// The digits, most significant first; the decimal point stands before digit `pointPlace`.
    private(set) var digits: [UInt8]
    private(set) var pointPlace: Int

    /// From the text that Swift prints, such as `1.25`, `3e-05` or `-12.0`.
    init(_ text: String) {
      var mantissa: [UInt8] = []
      var (exponent, pointSeen, fraction, inExponent) = ("", false, 0, false)
      isNegative = text.hasPrefix("-")
      for character in text.utf8 {
        switch character {
        case UInt8(ascii: "e"): inExponent = true
        case UInt8(ascii: "."): pointSeen = true
        case _ where inExponent: exponent.append(Character(UnicodeScalar(character)))
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
          mantissa.append(character - UInt8(ascii: "0"))
          if pointSeen { fraction += 1 }
        default: break
        }
      }
      digits = mantissa
      pointPlace = mantissa.count - fraction + (Int(exponent) ?? 0)
      trim()
    }

    private mutating func trim() {
      while digits.count > 1, digits[0] == 0 {
        digits.removeFirst()
        pointPlace -= 1
      }
      while digits.count > 1, digits[digits.count - 1] == 0 { digits.removeLast() }
      if digits == [0] || digits.isEmpty { (digits, pointPlace) = ([0], 1) }
    }

    /// How many digits stand behind the point.
    var fractionCount: Int { Swift.max(0, digits.count - pointPlace) }

    /// The exponent when one digit stands before the point.
    var exponent: Int { digits == [0] ? 0 : pointPlace - 1 }

    /// Rounded to so many digits behind the point.
    func rounded(toFraction count: Int) -> DecimalText {
      var copy = self
      copy.keep(pointPlace + count)
      return copy
    }

    /// Rounded to so many digits in all.
    func rounded(toDigits count: Int) -> DecimalText {
      var copy = self
      copy.keep(count)
      return copy
    }

    private mutating func keep(_ count: Int) {
      guard count < digits.count else { return }
      guard count >= 0 else {
        (digits, pointPlace) = ([0], 1)
        return
      }
      let goesUp = digits[count] >= 5
      digits = Array(digits.prefix(count))
      if goesUp { increment() }
      if digits.isEmpty { digits = [0] }
      trim()
    }

    private mutating func increment() {
      var place = digits.count - 1
      while place >= 0, digits[place] == 9 {
        digits[place] = 0
        place -= 1
      }
      if place >= 0 {
        digits[place] += 1
      } else {
        digits.insert(1, at: 0)
        pointPlace += 1
      }
    }

    private func digit(_ place: Int) -> Character {
      let value = place >= 0 && place < digits.count ? digits[place] : 0
      return Character(UnicodeScalar(value + UInt8(ascii: "0")))
    }

    /// What stands before the point, with the sign.
    var whole: String {
      let text = pointPlace <= 0 ? "0" : String((0..<pointPlace).map { digit($0) })
      return (isNegative ? "-" : "") + text
    }

    /// What stands behind the point.
    var fraction: String {
      String((0..<fractionCount).map { digit(pointPlace + $0) })
    }

    /// One digit, the point, the rest filled up with zeros, and the exponent: `1.250e-05`.
    func scientific(fraction count: Int) -> String {
      let rest = String((1..<(count + 1)).map { digit($0) })
      let size = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
      return (isNegative ? "-" : "") + "\(digit(0)).\(rest)e\(exponent < 0 ? "-" : "+")\(size)"
    }
  }
#endif

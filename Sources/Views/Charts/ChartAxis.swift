import AdjointFormats

#if canImport(Glibc)
  import Glibc
#endif

/// One side of a chart: which numbers it shows, and round ones among them as marks.
package struct ChartAxis {
  package enum Kind {
    /// Marks a step of 1, 2 or 5 times a power of ten apart; the ends are such numbers too.
    case numbers
    /// The same for whole numbers, from the first to the last.
    case counts
    /// Marks as for numbers, ends as they are.
    case exact
    /// Powers of ten.
    case logarithmic
  }

  package let name: String
  package let marks: [(value: Double, text: String)]
  private let low: Double
  private let high: Double
  private let isLogarithmic: Bool

  /// Large enough for the values; nil where none is finite.
  package init?(
    _ name: String, _ values: [Double], _ kind: Kind = .numbers, marks count: Double = 5
  ) {
    let finite = values.filter { $0.isFinite }
    guard var low = finite.min(), var high = finite.max() else { return nil }
    self.name = name
    isLogarithmic = kind == .logarithmic && low > 0
    if isLogarithmic {
      (low, high) = (log10(low).rounded(.down), log10(high).rounded(.up))
      if low == high { high += 1 }
      (self.low, self.high) = (low, high)
      marks = ChartAxis.decades(low, high)
      return
    }
    if low == high {
      let room = kind == .counts ? 0.5 : Swift.max(abs(low) * 0.1, 1e-9)
      (low, high) = (low - room, high + room)
    }
    let rough = ChartAxis.step((high - low) / count)
    let step = kind == .counts ? Swift.max(rough, 1) : rough
    if kind == .numbers {
      low = (low / step + 1e-9).rounded(.down) * step
      high = (high / step - 1e-9).rounded(.up) * step
    }
    (self.low, self.high) = (low, high)
    marks = ChartAxis.multiples(of: step, low, high)
  }

  /// A place for each name, the first at 0.
  package init(_ names: [String]) {
    name = ""
    (low, high, isLogarithmic) = (-0.5, Double(names.count) - 0.5, false)
    marks = names.enumerated().map { (Double($0), $1) }
  }

  /// 1, 2 or 5 times a power of ten, the next one from `size` on.
  private static func step(_ size: Double) -> Double {
    let power = pow(10, log10(size).rounded(.down))
    return power * ([1, 2, 5].first { $0 * power >= size * (1 - 1e-9) } ?? 10)
  }

  private static func multiples(
    of step: Double, _ low: Double, _ high: Double
  ) -> [(value: Double, text: String)] {
    let places = Int(Swift.max(0, -(log10(step) + 1e-9).rounded(.down)))
    let first = Int((low / step - 1e-6).rounded(.up))
    let last = Int((high / step + 1e-6).rounded(.down))
    return (first...Swift.max(first, last)).map { number in
      let value = Double(number) * step
      let isPlain = places <= 6 && abs(value) < 1e7
      return (
        value,
        isPlain ? NumberText.fixed(value, places: places) : NumberText.short(value, digits: 3)
      )
    }
  }

  private static func decades(_ low: Double, _ high: Double) -> [(value: Double, text: String)] {
    stride(from: low, through: high, by: ((high - low) / 6).rounded(.up)).map {
      (pow(10, $0), NumberText.short(pow(10, $0), digits: 5))
    }
  }

  /// Where a number lies between the ends, from 0 to 1.
  package func share(_ value: Double) -> Double {
    ((isLogarithmic ? log10(value) : value) - low) / (high - low)
  }

  /// The number at a share of the way.
  package func value(at share: Double) -> Double {
    let place = low + share * (high - low)
    return isLogarithmic ? pow(10, place) : place
  }
}

/// What each place of an axis is made of when the axis gets another length: places of the old one, each with a
/// weight. Said by a rule, so that it belongs to the structure at the cost of a few numbers.
package struct AxisResampling: Equatable, Sendable {
  package enum Rule: Int, Sendable {
    /// Straight lines between neighbours.
    case linear
    /// Cubic convolution over four neighbours with a = −0.75 (Keys 1981).
    case cubic
    /// Averages over as many windows as there are places: the i-th of n over a size s begins at ⌊i · s / n⌋ and ends
    /// before ⌈(i + 1) · s / n⌉.
    case average
  }

  package let rule: Rule
  /// The length of the axis before.
  package let source: Int
  /// The length of the axis after.
  package let length: Int
  /// How far apart places lie in the source, and where the first one does.
  let step: Double
  let start: Double

  /// Averages over windows.
  package init(averaging source: Int, to length: Int) {
    self.init(.average, source, length, step: 0, start: 0)
  }

  /// Elements stand for the middle of their pixel; with `alignCorners` the first and the last stay where they are.
  package init(
    _ rule: Rule, from source: Int, to length: Int, scale: Double? = nil, alignCorners: Bool = false
  ) {
    if alignCorners {
      let step = length > 1 ? Double(source - 1) / Double(length - 1) : 0
      self.init(rule, source, length, step: step, start: 0)
    } else {
      let step = scale.map { 1 / $0 } ?? Double(source) / Double(length)
      self.init(rule, source, length, step: step, start: 0.5 * step - 0.5)
    }
  }

  private init(_ rule: Rule, _ source: Int, _ length: Int, step: Double, start: Double) {
    (self.rule, self.source, self.length) = (rule, source, length)
    (self.step, self.start) = (step, start)
  }

  var attributes: [Int] {
    [rule.rawValue, source, length]
      + [step, start].flatMap { number in
        [
          Int(truncatingIfNeeded: Int64(bitPattern: number.bitPattern) >> 32),
          Int(truncatingIfNeeded: number.bitPattern & 0xFFFF_FFFF),
        ]
      }
  }
}

/// Sources and weights of all places of an axis, one place after the other: those of place i begin at `starts[i]` and
/// end at `starts[i + 1]`. No weight is 0, lest an infinity or NaN touch what is not made of it.
package struct AxisWeights {
  package private(set) var starts: [Int64] = [0]
  package private(set) var sources: [Int64] = []
  package private(set) var weights: [Double] = []

  fileprivate mutating func add(_ source: Int, _ weight: Double) {
    guard weight != 0 else { return }
    sources.append(Int64(source))
    weights.append(weight)
  }

  fileprivate mutating func closePlace() { starts.append(Int64(sources.count)) }

  /// What each source goes into instead: the adjoint.
  fileprivate func transposed(_ sourceCount: Int) -> AxisWeights {
    var users = [[(place: Int, weight: Double)]](repeating: [], count: sourceCount)
    for place in 0..<(starts.count - 1) {
      for index in Int(starts[place])..<Int(starts[place + 1]) {
        users[Int(sources[index])].append((place, weights[index]))
      }
    }
    var result = AxisWeights()
    for list in users {
      for user in list { result.add(user.place, user.weight) }
      result.closePlace()
    }
    return result
  }
}

extension AxisResampling {
  /// The weights, or those of the adjoint.
  package func weights(isTransposed: Bool) -> AxisWeights {
    var weights = AxisWeights()
    for place in 0..<length {
      switch rule {
      case .linear: addLinear(place, &weights)
      case .cubic: addCubic(place, &weights)
      case .average:
        let bin = AxisResampling.bin(place, of: length, over: source)
        for element in bin { weights.add(element, 1 / Double(bin.count)) }
      }
      weights.closePlace()
    }
    return isTransposed ? weights.transposed(source) : weights
  }

  /// The i-th of so many windows over a length.
  static func bin(_ place: Int, of count: Int, over length: Int) -> Range<Int> {
    (place * length / count)..<(((place + 1) * length + count - 1) / count)
  }

  private func addLinear(_ place: Int, _ weights: inout AxisWeights) {
    let position = Swift.max(step * Double(place) + start, 0)
    let first = Swift.min(Int(position), source - 1)
    let part = Swift.min(position - Double(first), 1)
    weights.add(first, 1 - part)
    weights.add(Swift.min(first + 1, source - 1), part)
  }

  private func addCubic(_ place: Int, _ weights: inout AxisWeights) {
    let position = step * Double(place) + start
    let first = Swift.min(Int(position.rounded(.down)), source - 1)
    let part = Swift.min(Swift.max(position - Double(first), 0), 1)
    let parts = [far(part + 1), near(part), near(1 - part), far(2 - part)]
    for (index, weight) in parts.enumerated() {
      weights.add(Swift.min(Swift.max(first - 1 + index, 0), source - 1), weight)
    }
  }

  private func near(_ x: Double) -> Double { ((1.25 * x) - 2.25) * x * x + 1 }
  private func far(_ x: Double) -> Double { ((-0.75 * x + 3.75) * x - 6) * x + 3 }
}

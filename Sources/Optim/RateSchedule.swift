import AdjointGraph

/// A number as a function of the step, from 0: a learning rate, or a momentum. PyTorch's, by their numbers.
///
/// A schedule that is meant by epochs is `stretched` to steps.
public struct RateSchedule: Sendable {
  /// The number at a step.
  public let value: @Sendable (Int) -> Double

  /// A schedule from any function.
  public init(_ value: @escaping @Sendable (Int) -> Double) { self.value = value }

  /// The number at a step.
  public func callAsFunction(_ step: Int) -> Double { value(step) }

  /// Always the same.
  public static func constant(_ rate: Double) -> RateSchedule { RateSchedule { _ in rate } }

  /// Multiplied by `factor` every `period` steps.
  public static func steps(_ rate: Double, every period: Int, factor: Double = 0.1) -> RateSchedule
  {
    RateSchedule { rate * power(factor, $0 / Swift.max(period, 1)) }
  }

  /// Multiplied by `factor` at each of these steps.
  public static func steps(_ rate: Double, at milestones: [Int], factor: Double = 0.1)
    -> RateSchedule
  {
    RateSchedule { step in rate * power(factor, milestones.count { $0 <= step }) }
  }

  /// Multiplied by `factor` every step.
  public static func exponential(_ rate: Double, factor: Double) -> RateSchedule {
    RateSchedule { rate * ScalarMath.pow(factor, Double($0)) }
  }

  /// To 0 within `length` steps, as (1 − step/length)^power.
  public static func polynomial(_ rate: Double, length: Int, power: Double = 1) -> RateSchedule {
    RateSchedule { rate * ScalarMath.pow(1 - share($0, of: length), power) }
  }

  /// In a straight line from `start` · rate to `end` · rate within `length` steps.
  public static func linear(
    _ rate: Double, from start: Double = 1.0 / 3, to end: Double = 1, length: Int
  ) -> RateSchedule {
    RateSchedule { rate * (start + (end - start) * share($0, of: length)) }
  }

  /// Down half a cosine to `minimum` in `length` steps. PyTorch's goes up again after it; this one stays there,
  /// unless it `returns`.
  public static func cosine(
    _ rate: Double, length: Int, minimum: Double = 0, returns: Bool = false
  ) -> RateSchedule {
    RateSchedule { step in
      halfCosine(rate, minimum, Double(returns ? step : Swift.min(step, length)), Double(length))
    }
  }

  /// Down half a cosine in `first` steps, again from the top in `multiplier` times as many, and so on.
  public static func warmRestarts(
    _ rate: Double, first: Int, multiplier: Int = 1, minimum: Double = 0
  ) -> RateSchedule {
    RateSchedule { step in
      var (place, length) = (step, Swift.max(first, 1))
      if multiplier <= 1 {
        place %= length
      } else {
        while place >= length {
          place -= length
          length *= multiplier
        }
      }
      return halfCosine(rate, minimum, Double(place), Double(length))
    }
  }

  /// How a one-cycle schedule goes from one number to the next.
  public enum Anneal: Sendable {
    /// Along half a cosine.
    case cosine
    /// In a straight line.
    case linear
  }

  /// Smith's one cycle: from `maximum`/`divisor` up to `maximum` in the first share of the steps, then down to the
  /// first rate / `finalDivisor`.
  public static func oneCycle(
    _ maximum: Double, length: Int, rising: Double = 0.3, divisor: Double = 25,
    finalDivisor: Double = 1e4, anneal: Anneal = .cosine
  ) -> RateSchedule {
    let first = maximum / divisor
    return cycle([first, maximum, first / finalDivisor], length, rising, anneal)
  }

  /// The momentum beside `oneCycle`: low where the rate is high.
  public static func oneCycleMomentum(
    length: Int, low: Double = 0.85, high: Double = 0.95, rising: Double = 0.3,
    anneal: Anneal = .cosine
  ) -> RateSchedule {
    cycle([high, low, high], length, rising, anneal)
  }

  private static func cycle(
    _ corners: [Double], _ length: Int, _ rising: Double, _ anneal: Anneal
  ) -> RateSchedule {
    let (top, last) = (rising * Double(length) - 1, Double(length - 1))
    return RateSchedule { step in
      let step = Swift.min(Double(step), last)
      let isRising = step <= top
      let (from, to) = isRising ? (corners[0], corners[1]) : (corners[1], corners[2])
      // A phase without steps is at its end.
      let (begin, width) = isRising ? (0, top) : (top, last - top)
      let place = width == 0 ? 1 : (step - begin) / width
      switch anneal {
      case .linear: return (to - from) * place + from
      case .cosine: return to + (from - to) / 2 * (ScalarMath.cos(.pi * place) + 1)
      }
    }
  }
}

extension RateSchedule {
  /// This one for `length` steps, then another from its beginning.
  public func then(_ next: RateSchedule, after length: Int) -> RateSchedule {
    RateSchedule { $0 < length ? self($0) : next($0 - length) }
  }

  /// This one after a linear warm-up of `length` steps, from the share `start` of its first number.
  public func warmedUp(_ length: Int, from start: Double = 1.0 / 3) -> RateSchedule {
    RateSchedule.linear(self(0), from: start, length: length).then(self, after: length)
  }

  /// The same with each step taken `count` times: what was meant by epochs, by steps.
  public func stretched(by count: Int) -> RateSchedule {
    RateSchedule { self($0 / Swift.max(count, 1)) }
  }

  /// The product with a number.
  public func scaled(by factor: Double) -> RateSchedule { RateSchedule { self($0) * factor } }
}

/// How far a step is along `length`, from 0 to 1.
private func share(_ step: Int, of length: Int) -> Double {
  length <= 0 ? 1 : Double(Swift.min(step, length)) / Double(length)
}

private func halfCosine(
  _ rate: Double, _ minimum: Double, _ place: Double, _ length: Double
) -> Double {
  guard length > 0 else { return minimum }
  return minimum + (rate - minimum) * (1 + ScalarMath.cos(.pi * place / length)) / 2
}

/// Lowers a rate where a metric no longer gets better: whoever validates tells it the metric. Give it the rate 1 and
/// it makes an optimizer's `rateScale`.
public struct ReduceOnPlateau: Sendable {
  /// What counts as better.
  public enum Better: Sendable {
    /// Smaller, by a share of the best.
    case smaller(share: Double = 1e-4)
    /// Smaller, by a difference.
    case smallerBy(Double)
    /// Larger, by a share of the best.
    case larger(share: Double = 1e-4)
    /// Larger, by a difference.
    case largerBy(Double)
  }

  /// The rate now.
  public private(set) var rate: Double
  /// The best metric so far.
  public private(set) var best: Double
  /// Metrics in a row that were no better.
  public private(set) var badCount = 0
  /// Metrics after a reduction that are not counted, still to come.
  public private(set) var coolDown = 0
  private let better: Better
  private let factor: Double
  private let patience: Int
  private let pause: Int
  private let minimum: Double
  private let smallest: Double

  /// Multiplies by `factor` when more than `patience` metrics in a row were no better; after that `pause` metrics are
  /// not counted. Nothing is lowered below `minimum`, or by less than `smallest`.
  public init(
    rate: Double, better: Better = .smaller(), factor: Double = 0.1, patience: Int = 10,
    pause: Int = 0, minimum: Double = 0, smallest: Double = 1e-8
  ) {
    self.rate = rate
    self.better = better
    (self.factor, self.patience) = (factor, patience)
    (self.pause, self.minimum, self.smallest) = (pause, minimum, smallest)
    switch better {
    case .smaller, .smallerBy: best = .infinity
    case .larger, .largerBy: best = -.infinity
    }
  }

  /// Takes the next metric; returns the rate from now on.
  @discardableResult
  public mutating func observe(_ metric: Double) -> Double {
    if isBetter(metric) {
      best = metric
      badCount = 0
    } else {
      badCount += 1
    }
    if coolDown > 0 {
      coolDown -= 1
      badCount = 0
    }
    if badCount > patience {
      let lower = Swift.max(rate * factor, minimum)
      if rate - lower > smallest { rate = lower }
      coolDown = pause
      badCount = 0
    }
    return rate
  }

  private func isBetter(_ metric: Double) -> Bool {
    switch better {
    case .smaller(let share): metric < best * (1 - share)
    case .smallerBy(let difference): metric < best - difference
    case .larger(let share): metric > best * (1 + share)
    case .largerBy(let difference): metric > best + difference
    }
  }
}

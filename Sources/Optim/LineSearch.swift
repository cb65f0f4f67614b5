import AdjointGraph

/// A point along a line: how far, the loss there, its gradient, and its slope along the line.
struct LinePoint {
  var length: Double
  var loss: Double
  var gradient: [Double]
  var slope: Double
}

/// A search for a step length that satisfies Wolfe's strong conditions, with PyTorch's choices.
struct LineSearch {
  /// Brackets narrower than this are not searched.
  let tolerance: Double
  /// The most evaluations after the first.
  let limit: Int
  /// The largest element of the direction.
  let stride: Double
  private let decrease = 1e-4
  private let flattening = 0.9

  init(tolerance: Double, limit: Int, stride: Double) {
    self.tolerance = tolerance
    self.limit = limit
    self.stride = stride
  }

  /// The point that was found, and how many were evaluated.
  func run(
    from start: LinePoint, first length: Double,
    _ evaluate: (Double) throws(GraphError) -> LinePoint
  ) throws(GraphError) -> (point: LinePoint, evaluations: Int) {
    var (count, previous, now) = (0, start, try evaluate(length))
    var bracket: [LinePoint]?
    while count < limit {
      if isTooHigh(now, start) || (count > 1 && now.loss >= previous.loss) {
        bracket = [previous, now]
        break
      }
      if isFlat(now, start) { return (now, count + 1) }
      if now.slope >= 0 {
        bracket = [previous, now]
        break
      }
      let bounds = (
        now.length + 0.01 * (now.length - previous.length), now.length * 10
      )
      let next = cubicMinimum(previous, now, bounds)
      previous = now
      now = try evaluate(next)
      count += 1
    }
    return try zoom(bracket ?? [start, now], start, count, evaluate)
  }

  /// Narrows a bracket until a point in it satisfies the conditions.
  private func zoom(
    _ bracket: [LinePoint], _ start: LinePoint, _ count: Int,
    _ evaluate: (Double) throws(GraphError) -> LinePoint
  ) throws(GraphError) -> (point: LinePoint, evaluations: Int) {
    var (bracket, count, isStuck) = (bracket, count, false)
    var low = bracket[0].loss <= bracket[1].loss ? 0 : 1
    while count < limit,
      (bracket[1].length - bracket[0].length).magnitude * stride >= tolerance
    {
      let length = trial(bracket, &isStuck)
      let now = try evaluate(length)
      count += 1
      if isTooHigh(now, start) || now.loss >= bracket[low].loss {
        bracket[1 - low] = now
        low = bracket[0].loss <= bracket[1].loss ? 0 : 1
        continue
      }
      if isFlat(now, start) { return (now, count + 1) }
      if now.slope * (bracket[1 - low].length - bracket[low].length) >= 0 {
        bracket[1 - low] = bracket[low]
      }
      bracket[low] = now
    }
    return (bracket[low], count + 1)
  }

  /// Where to look next: the cubic's minimum, kept away from the ends where it brought little before.
  private func trial(_ bracket: [LinePoint], _ isStuck: inout Bool) -> Double {
    let (a, b) = (bracket[0].length, bracket[1].length)
    let (bottom, top) = (Swift.min(a, b), Swift.max(a, b))
    let length = cubicMinimum(bracket[0], bracket[1], (bottom, top))
    let margin = 0.1 * (top - bottom)
    guard Swift.min(top - length, length - bottom) < margin else {
      isStuck = false
      return length
    }
    guard isStuck || length >= top || length <= bottom else {
      isStuck = true
      return length
    }
    isStuck = false
    return (length - top).magnitude < (length - bottom).magnitude ? top - margin : bottom + margin
  }

  private func isTooHigh(_ point: LinePoint, _ start: LinePoint) -> Bool {
    point.loss > start.loss + decrease * point.length * start.slope
  }

  private func isFlat(_ point: LinePoint, _ start: LinePoint) -> Bool {
    point.slope.magnitude <= -flattening * start.slope
  }

  /// The minimum of the cubic through two points with their slopes, within bounds.
  private func cubicMinimum(
    _ a: LinePoint, _ b: LinePoint, _ bounds: (low: Double, high: Double)
  ) -> Double {
    let bend = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length)
    let square = bend * bend - a.slope * b.slope
    guard square >= 0 else { return (bounds.low + bounds.high) / 2 }
    let root = square.squareRoot()
    let place =
      a.length <= b.length
      ? b.length - (b.length - a.length)
        * ((b.slope + root - bend) / (b.slope - a.slope + 2 * root))
      : a.length - (a.length - b.length)
        * ((a.slope + root - bend) / (a.slope - b.slope + 2 * root))
    return Swift.min(Swift.max(place, bounds.low), bounds.high)
  }
}

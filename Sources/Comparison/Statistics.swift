import AdjointFormats

#if canImport(Glibc)
  import Glibc
#endif

/// What many numbers come to.
public enum Statistics {
  /// The middle one, or the mean of the two in the middle; nil of none.
  public static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The number whose logarithm is the mean of their logarithms; nil of none, and where one is not above 0.
  public static func geometricMean(_ values: [Double]) -> Double? {
    guard !values.isEmpty, values.allSatisfy({ $0 > 0 }) else { return nil }
    return exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
  }
}

import AdjointFormats

/// What measurements of the same steps by several frameworks come to.
public struct Comparison: Sendable {
  /// Every measurement, in the order in which they were taken.
  public let measurements: [Measurement]

  /// How a framework did on a workload, at its better number of processors.
  public struct Standing: Sendable {
    /// The framework.
    public let name: String
    /// The number of processors at which it was fastest.
    public let threads: Int
    /// The median of its rounds at that number, in microseconds.
    public let microseconds: Double
    /// The medians of the rounds at each number of processors.
    public let byThreads: [Int: Double]
    /// The median of the most memory that its processes held, in MiB, at that number.
    public let megabytes: Double?
    /// The median time from the start of the process to the end of its first step, in milliseconds, at that number.
    public let startMilliseconds: Double?
    let isOurs: Bool
    let isCoarse: Bool
  }

  /// A comparison of these.
  public init(_ measurements: [Measurement]) { self.measurements = measurements }

  /// The workloads in the order in which they were first measured; swept sizes are not among them.
  public var workloads: [String] {
    distinct(measurements.filter { $0.sizes.isEmpty }.map { $0.workload })
  }

  /// The frameworks in the order in which they were first measured, on whatever workload.
  public var names: [String] {
    distinct(measurements.filter { $0.sizes.isEmpty }.map { $0.name })
  }

  /// How each framework did on a workload, the fastest first.
  public func standings(_ workload: String) -> [Standing] {
    let own = measurements.filter { $0.workload == workload && $0.sizes.isEmpty }
    return standings(of: own).sorted { $0.microseconds < $1.microseconds }
  }

  /// How many times as long as ours the fastest peer's step takes; nil without a peer, or without ours. Ours is the
  /// fastest of our ways that compute with as many bits as the peers.
  public func ratio(_ workload: String) -> Double? {
    let all = standings(workload)
    guard let ours = all.first(where: { $0.isOurs && !$0.isCoarse }),
      let peer = all.first(where: { !$0.isOurs })
    else { return nil }
    return peer.microseconds / ours.microseconds
  }

  /// The ratios' geometric mean.
  public var meanRatio: Double? { Statistics.geometricMean(workloads.compactMap { ratio($0) }) }

  /// One standing a framework.
  func standings(of measurements: [Measurement]) -> [Standing] {
    distinct(measurements.map { $0.name }).compactMap { name in
      let own = measurements.filter { $0.name == name }
      var times: [Int: Double] = [:]
      for threads in distinct(own.map { $0.threads }) {
        times[threads] = Statistics.median(
          own.filter { $0.threads == threads }.map { $0.microseconds })
      }
      // Of two equally fast, the one with fewer processors, whatever order a dictionary has.
      guard let best = times.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else {
        return nil
      }
      let there = own.filter { $0.threads == best.key }
      return Standing(
        name: name, threads: best.key, microseconds: best.value, byThreads: times,
        megabytes: Statistics.median(there.compactMap { $0.megabytes }),
        startMilliseconds: Statistics.median(there.compactMap { $0.startMilliseconds }),
        isOurs: there[0].isOurs, isCoarse: there[0].isCoarse)
    }
  }
}

/// Each once, in the order of their first places.
func distinct<Element: Hashable>(_ all: [Element]) -> [Element] {
  var seen: Set<Element> = []
  return all.filter { seen.insert($0).inserted }
}

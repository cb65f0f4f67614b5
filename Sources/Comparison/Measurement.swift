import AdjointFormats

/// What one process said of one workload: a line of `adjoint bench --json`, or of a peer that speaks likewise.
public struct Measurement: Sendable {
  /// Which step was timed.
  public let workload: String
  /// Who took it, with what sets this one apart from its other ways: `adjoint`, `adjoint --replay`, `torch-cl`.
  public let name: String
  /// How many processors it was given.
  public let threads: Int
  /// The median step.
  public let microseconds: Double
  /// The most memory that the process ever held, in MiB.
  public let megabytes: Double?
  /// From the start of the process to the end of its first step, in milliseconds.
  public let startMilliseconds: Double?
  /// The sizes of a swept network, by name: depth, width, batch.
  public let sizes: [String: Int]
  /// Whether numbers of fewer bits than float32 were computed with.
  public let isCoarse: Bool

  /// Whether it is this project's.
  public var isOurs: Bool { name.hasPrefix("adjoint") }

  static let sizeNames = ["depth", "width", "batch"]

  /// A measurement from its line; nil where the line is none. `threads` is how many processors the process was given,
  /// `options` what else sets it apart, `started` when it was started, in seconds on the monotonic clock.
  public init?(line: String, threads: Int, options: [String] = [], started: Double? = nil) {
    guard let json = try? JSON(parsing: line), let workload = json["workload"]?.string,
      let framework = json["framework"]?.string, let time = json["us_per_step"]?.double, time > 0
    else { return nil }
    (self.workload, self.threads, microseconds) = (workload, threads, time)
    megabytes = json["peak_rss_mb"]?.double
    let first = json["first_step_at"]?.double
    startMilliseconds = first.flatMap { first in started.map { 1000 * (first - $0) } }
    let precision = json["precision"]?.string ?? "float32"
    isCoarse = precision != "float32" && precision != "float64"
    let kind = json["naive"]?.bool == true ? ["naive"] : []
    name = ([framework] + kind + options).joined(separator: " ")
    sizes = Dictionary(
      uniqueKeysWithValues: Measurement.sizeNames.compactMap { name in
        json[name]?.integer.map { (name, $0) }
      })
  }

  /// As it is kept in a file.
  var json: JSON {
    var members: [JSON.Member] = [
      JSON.Member("workload", .string(workload)), JSON.Member("name", .string(name)),
      JSON.Member("threads", .integer(threads)),
      JSON.Member("us_per_step", .number(microseconds)),
    ]
    if let megabytes { members.append(JSON.Member("peak_rss_mb", .number(megabytes))) }
    if let start = startMilliseconds { members.append(JSON.Member("start_ms", .number(start))) }
    members += Measurement.sizeNames.compactMap { name in
      sizes[name].map { JSON.Member(name, .integer($0)) }
    }
    return .object(members)
  }
}

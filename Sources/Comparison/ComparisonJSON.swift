import AdjointFormats

extension Comparison {
  /// All measurements and what they come to, with facts about the machine, as a text of JSON.
  public func json(facts: [String: String] = [:]) -> String {
    let facts = facts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }
    let results = workloads.map { workload -> JSON in
      let standings = standings(workload).map { standing -> JSON in
        var members: [JSON.Member] = [
          JSON.Member("name", .string(standing.name)),
          JSON.Member("threads", .integer(standing.threads)),
          JSON.Member("us_per_step", .number(standing.microseconds)),
          JSON.Member(
            "us_by_threads",
            .object(
              standing.byThreads.sorted { $0.key < $1.key }.map {
                JSON.Member(String($0.key), .number($0.value))
              })),
        ]
        if let value = standing.megabytes {
          members.append(JSON.Member("peak_rss_mb", .number(value)))
        }
        if let value = standing.startMilliseconds {
          members.append(JSON.Member("start_ms", .number(value)))
        }
        return .object(members)
      }
      return .object([
        JSON.Member("workload", .string(workload)),
        JSON.Member("ratio", ratio(workload).map { .number($0) } ?? .null),
        JSON.Member("standings", .array(standings)),
      ])
    }
    return JSON.object(
      facts + [
        JSON.Member("geometric_mean", meanRatio.map { .number($0) } ?? .null),
        JSON.Member("results", .array(results)),
        JSON.Member("measurements", .array(measurements.map { $0.json })),
      ]
    ).text(indented: true)
  }
}

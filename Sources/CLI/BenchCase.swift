import Adjoint
import AdjointWorkloads

/// What is timed: a workload, or the chain of dense layers with sizes of somebody's choice.
struct BenchCase {
  let name: String
  /// What tells it from others of its name, as members of its line of JSON.
  var details: [(name: String, value: String)] = []
  /// Makes it anew.
  let prepare: () -> (Int) -> Tensor

  init(_ workload: Workload, _ variant: WorkloadVariant) {
    name = workload.rawValue
    details = BenchCase.replayed(variant)
    prepare = { workload.prepare(as: variant) }
  }

  init(_ workload: InferenceWorkload) {
    name = workload.rawValue
    prepare = { workload.prepare() }
  }

  private static func replayed(_ variant: WorkloadVariant) -> [(name: String, value: String)] {
    [
      ("replay", variant.isReplay ? "true" : "false"),
      ("precision", JSONText.string(variant.precision.word)),
    ]
  }

  init(_ chain: DenseChain, _ variant: WorkloadVariant, isNaive: Bool) {
    name = BenchCase.chainName
    details = [
      ("depth", String(chain.depth)), ("width", String(chain.width)),
      ("batch", String(chain.batch)),
    ]
    if isNaive { details.append(("naive", "true")) }
    details += BenchCase.replayed(variant)
    prepare = { isNaive ? chain.prepareNaive() : chain.prepare(as: variant) }
  }

  static let chainName = "dense"
  static let chainOptions = ["--depth", "--width", "--batch", "--naive"]

  /// What the command line names; all workloads where it names none.
  static func all(_ arguments: Arguments) throws -> [BenchCase] {
    let given = chainOptions.filter { arguments.has($0) }
    if let first = given.first, !arguments.operands.contains(chainName) {
      throw CommandError.usage("bench: \(first) is for the workload \(chainName); name it")
    }
    let variant = WorkloadVariant(
      isReplay: arguments.has("--replay"),
      precision: try Precision.asked(arguments) ?? .float32)
    guard !arguments.operands.isEmpty else {
      return Workload.allCases.map { BenchCase($0, variant) }
    }
    return try arguments.operands.map { name in
      if name == chainName { return try chain(arguments, variant) }
      if let inference = InferenceWorkload(rawValue: name) { return BenchCase(inference) }
      return BenchCase(try workload(name), variant)
    }
  }

  private static func chain(
    _ arguments: Arguments, _ variant: WorkloadVariant
  ) throws -> BenchCase {
    let chain = DenseChain(
      depth: try arguments.integer("--depth", in: 1...100_000) ?? 4,
      width: try arguments.integer("--width", in: 1...8192) ?? 256,
      batch: try arguments.integer("--batch", in: 1...65_536) ?? 64)
    return BenchCase(chain, variant, isNaive: arguments.has("--naive"))
  }

  static func workload(_ name: String) throws -> Workload {
    if let workload = Workload(rawValue: name) { return workload }
    throw CommandError.usage(
      "bench: no workload is called \(Suggestion.quoted(name))"
        + Suggestion.hint(for: name, among: names) + "; there are \(names.joined(separator: ", "))")
  }

  static var names: [String] {
    Workload.allCases.map { $0.rawValue } + InferenceWorkload.allCases.map { $0.rawValue } + [
      chainName
    ]
  }
}

import Adjoint
import AdjointWorkloads

/// What is timed: a workload, or the chain of dense layers with sizes of somebody's choice.
struct BenchCase {
  let name: String
  /// What tells it from others of its name, as members of its line of JSON.
  var details: [(name: String, value: String)] = []
  /// Makes it anew.
  let prepare: () -> (Int) -> Tensor

  init(_ workload: Workload) {
    name = workload.rawValue
    prepare = { workload.prepare() }
  }

  init(_ chain: DenseChain, isNaive: Bool) {
    name = BenchCase.chainName
    details = [
      ("depth", String(chain.depth)), ("width", String(chain.width)),
      ("batch", String(chain.batch)),
    ]
    if isNaive { details.append(("naive", "true")) }
    prepare = { isNaive ? chain.prepareNaive() : chain.prepare() }
  }

  static let chainName = "dense"
  static let chainOptions = ["--depth", "--width", "--batch", "--naive"]

  /// What the command line names; all workloads where it names none.
  static func all(_ arguments: Arguments) throws -> [BenchCase] {
    let given = chainOptions.filter { arguments.has($0) }
    if let first = given.first, !arguments.operands.contains(chainName) {
      throw CommandError.usage("bench: \(first) is for the workload \(chainName); name it")
    }
    guard !arguments.operands.isEmpty else { return Workload.allCases.map { BenchCase($0) } }
    return try arguments.operands.map { name in
      if name == chainName { return try chain(arguments) }
      return BenchCase(try workload(name))
    }
  }

  private static func chain(_ arguments: Arguments) throws -> BenchCase {
    let chain = DenseChain(
      depth: try arguments.integer("--depth", in: 1...100_000) ?? 4,
      width: try arguments.integer("--width", in: 1...8192) ?? 256,
      batch: try arguments.integer("--batch", in: 1...65_536) ?? 64)
    return BenchCase(chain, isNaive: arguments.has("--naive"))
  }

  static func workload(_ name: String) throws -> Workload {
    if let workload = Workload(rawValue: name) { return workload }
    throw CommandError.usage(
      "bench: no workload is called \(Suggestion.quoted(name))"
        + Suggestion.hint(for: name, among: names) + "; there are \(names.joined(separator: ", "))")
  }

  static var names: [String] { Workload.allCases.map { $0.rawValue } + [chainName] }
}

import Adjoint
import AdjointComparison
import AdjointWorkloads

/// Ten losses as timed against ten in float64.
struct BenchCheck {
  let workload: Workload
  /// Instead of the workload's own bound.
  let bound: Double?
  let isReplay: Bool
  let precision: Precision

  static let steps = 10

  /// What the help says of it.
  static let details = [
    "--check trains each workload ten steps as it is timed (with --replay, replayed) and ten in float64, from the",
    "same weights and batches, and compares the losses. float64 runs on the plain reference where that takes seconds",
    "(tiny, mlp), on the same device elsewhere. The bound is 1e-5, some hundred roundings of float32, and 0.02 with --precision bf16. resnet20 at its",
    "rate of 0.1 multiplies every rounding by batch norm after batch norm and is checked at a rate of 0.001, which is",
    "an operand of the same plan.",
  ]

  func run() -> LossCheck {
    let rate = BenchCheck.rates[workload.rawValue]
    let timed = workload.prepare(
      as: WorkloadVariant(
        learningRate: rate, isReplay: isReplay, precision: precision))
    let losses = (0..<BenchCheck.steps).map { Double(timed($0).item) }
    let onReference = BenchCheck.small.contains(workload.rawValue)
    let exact = Devices.with(onReference ? ReferenceDevice.shared : Devices.current) {
      let step = workload.prepare(as: WorkloadVariant(element: .float64, learningRate: rate))
      return (0..<BenchCheck.steps).map { Double(step($0).item) }
    }
    return LossCheck(
      workload: workload.rawValue, losses: losses, exact: exact,
      bound: bound ?? (precision == .float32 ? 1e-5 : 0.02))
  }

  private static let small = ["tiny", "mlp"]
  private static let rates = ["resnet20": 0.001]

  /// Checks what the command line names, or everything that trains.
  static func run(_ arguments: Arguments) throws {
    let named = try arguments.operands.map { try BenchCase.workload($0) }
    if let other = named.first(where: { !$0.trains }) {
      throw CommandError.usage("bench: \(other.rawValue) has no loss to check")
    }
    let bound = try arguments.number("--bound", in: 0...1)
    let precision = try Precision.asked(arguments) ?? .float32
    var failed: [String] = []
    for workload in named.isEmpty ? Workload.allCases.filter({ $0.trains }) : named {
      let check = BenchCheck(
        workload: workload, bound: bound, isReplay: arguments.has("--replay"),
        precision: precision
      ).run()
      let name = workload.rawValue + String(repeating: " ", count: 10 - workload.rawValue.count)
      print(arguments.has("--json") ? check.json.text() : name + check.line)
      _ = Process.flushOutput()
      if !check.passes { failed.append(workload.rawValue) }
    }
    guard failed.isEmpty else {
      throw CommandError.failure(
        "bench: losses too far from float64's: \(failed.joined(separator: ", "))")
    }
  }
}

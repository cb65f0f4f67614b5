import AdjointGraph
import AdjointRuntime

/// The steps and gradient differences that stand for the inverse Hessian.
struct LBFGSHistory {
  /// Iterations so far, over all steps.
  private(set) var iterations = 0
  /// The length of the last step along its direction.
  var length = 0.0
  private var direction: [Double] = []
  private var gradient: [Double] = []
  private var differences: [[Double]] = []
  private var steps: [[Double]] = []
  private var scale = 1.0

  init() {}

  /// Where to go from a point with this gradient, and notes what the last step taught.
  mutating func direction(_ new: [Double], keeping size: Int) -> [Double] {
    iterations += 1
    if iterations == 1 {
      direction = new.map { -$0 }
    } else {
      learn(from: new, keeping: size)
      direction = applied(to: new)
    }
    gradient = new
    return direction
  }

  private mutating func learn(from new: [Double], keeping size: Int) {
    let difference = zip(new, gradient).map { $0 - $1 }
    let step = direction.map { $0 * length }
    let curvature = dot(difference, step)
    guard curvature > 1e-10 else { return }
    if differences.count >= Swift.max(size, 1) {
      differences.removeFirst()
      steps.removeFirst()
    }
    differences.append(difference)
    steps.append(step)
    scale = curvature / dot(difference, difference)
  }

  /// Minus the inverse Hessian times a gradient: down the history, and up again.
  private func applied(to gradient: [Double]) -> [Double] {
    var q = gradient.map { -$0 }
    let weights = zip(differences, steps).map { 1 / dot($0, $1) }
    var shares = [Double](repeating: 0, count: steps.count)
    for place in steps.indices.reversed() {
      shares[place] = dot(steps[place], q) * weights[place]
      add(differences[place], times: -shares[place], to: &q)
    }
    for place in q.indices { q[place] *= scale }
    for place in steps.indices {
      let share = dot(differences[place], q) * weights[place]
      add(steps[place], times: shares[place] - share, to: &q)
    }
    return q
  }
}

#if !hasFeature(Embedded)
  extension LBFGSHistory {
    /// What is saved of it.
    var state: OptimizerState {
      let vector = { (values: [Double]) in Tensor(values, shape: [values.count], .float64) }
      let rows = { (values: [[Double]]) in
        Tensor(values.flatMap { $0 }, shape: [values.count, values.first?.count ?? 0], .float64)
      }
      return OptimizerState(
        tensors: [
          ("d", vector(direction)), ("prev_flat_grad", vector(gradient)),
          ("old_dirs", rows(differences)), ("old_stps", rows(steps)),
          ("H_diag_and_t", vector([scale, length])),
        ], counts: [("n_iter", iterations)])
    }

    init(_ reader: inout StateReader) throws(GraphError) {
      iterations = try reader.count("n_iter")
      direction = try reader.tensor("d").doubles
      gradient = try reader.tensor("prev_flat_grad").doubles
      differences = try LBFGSHistory.rows(reader.tensor("old_dirs"), direction.count)
      steps = try LBFGSHistory.rows(reader.tensor("old_stps"), direction.count)
      let numbers = try reader.tensor("H_diag_and_t").doubles
      guard numbers.count == 2, differences.count == steps.count,
        gradient.count == direction.count
      else { throw GraphError("restore", "the history does not fit together") }
      (scale, length) = (numbers[0], numbers[1])
    }

    private static func rows(_ tensor: Tensor, _ width: Int) throws(GraphError) -> [[Double]] {
      guard tensor.rank == 2, tensor.shape[0] == 0 || tensor.shape[1] == width else {
        throw GraphError("restore", "the history does not fit together")
      }
      let values = tensor.doubles
      return (0..<tensor.shape[0]).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
    }
  }
#endif

func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for place in a.indices { sum += a[place] * b[place] }
  return sum
}

/// The largest magnitude.
func largest(_ values: [Double]) -> Double { values.reduce(0) { Swift.max($0, $1.magnitude) } }

private func add(_ values: [Double], times factor: Double, to sum: inout [Double]) {
  for place in sum.indices { sum[place] += values[place] * factor }
}

import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

extension CPUCompiler {
  /// Systems and factorizations. False for everything else.
  mutating func appendMatrices(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) -> Bool {
    guard type.element == .float32 || type.element == .float64 else { return false }
    var job = adj_matrix_job()
    switch operation {
    case let system as TriangularSolve:
      job.kind = Int32(ADJ_TRIANGULAR_SOLVE.rawValue)
      job.is_lower = system.isLower ? 1 : 0
      job.is_transposed = system.isTransposed ? 1 : 0
      job.has_unit_diagonal = system.hasUnitDiagonal ? 1 : 0
    case let system as LinearSolve:
      job.kind = Int32(ADJ_SOLVE.rawValue)
      job.is_transposed = system.isTransposed ? 1 : 0
    case let determinant as Determinant:
      let kind = determinant.isLogarithm ? ADJ_LOG_DETERMINANT : ADJ_DETERMINANT
      job.kind = Int32(kind.rawValue)
    case is Cholesky: job.kind = Int32(ADJ_CHOLESKY.rawValue)
    case is OrthogonalFactor: job.kind = Int32(ADJ_ORTHOGONAL_FACTOR.rawValue)
    case is SymmetricEigenvalues: job.kind = Int32(ADJ_EIGENVALUES.rawValue)
    case is SymmetricEigenvectors: job.kind = Int32(ADJ_EIGENVECTORS.rawValue)
    case is SingularDecomposition: job.kind = Int32(ADJ_SINGULAR_DECOMPOSITION.rawValue)
    case is LUFactors: job.kind = Int32(ADJ_LU_FACTORS.rawValue)
    default: return false
    }
    job.is_double = type.element == .float64 ? 1 : 0
    job.uses_library = device.usesLibrary ? 1 : 0
    let matrices = inputs.map { rowMajor($0) }
    let kernel = MatrixKernel(operation.name, job, matrices, to: value, type, device)
    kernel.scratchSlot = builder.newSlot(bytes: kernel.scratchBytes)
    builder.append(
      kernel, reads: matrices.map { $0.slot }, writes: [value, kernel.scratchSlot],
      canFail: builder.isFirstCheck(operation, inputs))
    locations[value] = .rowMajor(value, type)
    return true
  }
}

/// A system or a factorization, of each matrix of a batch.
private final class MatrixKernel: Kernel {
  var summary: String { "\(name) \(job.batch) of \(job.rows)×\(job.columns)" }
  private let name: String
  private var job: adj_matrix_job
  private let a: Int
  private let b: Int?
  private let output: Int
  private let threads: Int32
  /// Which matrix of each operand an entry of the batch reads.
  private let places: [[Int64]]
  let scratchBytes: Int
  var scratchSlot = 0

  init(
    _ name: String, _ job: adj_matrix_job, _ matrices: [Location], to output: Int,
    _ type: TensorType, _ device: CPUDevice
  ) {
    self.name = name
    self.job = job
    self.output = output
    (a, b) = (matrices[0].slot, matrices.count > 1 ? matrices[1].slot : nil)
    threads = Int32(device.threads)
    let shape = matrices[0].shape
    self.job.rows = Int64(shape[shape.rank - 2])
    self.job.columns = Int64(shape[shape.rank - 1])
    // Only a system's right side broadcasts against the matrices.
    let batch = b == nil ? shape.dropLast(2) : type.shape.dropLast(2)
    self.job.batch = Int64(batch.count)
    if b != nil { self.job.right_columns = Int64(type.shape[type.shape.rank - 1]) }
    places = matrices.map { MatrixKernel.places(of: $0.shape.dropLast(2), in: batch) }
    scratchBytes = Int(adj_matrix_scratch(&self.job, threads))
  }

  private static func places(of own: Shape, in batch: Shape) -> [Int64] {
    let strides = own.strides(broadcastTo: batch)
    return (0..<batch.count).map { entry in
      var (rest, place) = (entry, 0)
      for axis in (0..<batch.rank).reversed() {
        place += rest % batch[axis] * strides[axis]
        rest /= batch[axis]
      }
      return Int64(place)
    }
  }

  func run(_ slots: Slots) throws(GraphError) {
    var job = job
    let wrong = places[0].withUnsafeBufferPointer { a in
      places[places.count - 1].withUnsafeBufferPointer { b in
        job.a_places = a.baseAddress
        job.b_places = b.baseAddress
        return adj_matrix_run(
          &job, slots[self.a], self.b.map { UnsafeRawPointer(slots[$0]) }, slots[output],
          slots[scratchSlot], threads)
      }
    }
    guard wrong < 0 else {
      throw GraphError(name, matrixName(Int(wrong), Int(job.batch)) + " " + problem)
    }
  }

  private var problem: String {
    switch job.kind {
    case Int32(ADJ_TRIANGULAR_SOLVE.rawValue), Int32(ADJ_SOLVE.rawValue): "is singular"
    case Int32(ADJ_CHOLESKY.rawValue): "is not positive definite"
    case Int32(ADJ_ORTHOGONAL_FACTOR.rawValue): "has columns that depend on others"
    default: "does not converge"
    }
  }
}

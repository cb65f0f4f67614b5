import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// The CPU engine: oneDNN for products and convolutions where it is found, own kernels otherwise, bytecode
/// over tiles for everything pointwise, one thread pool for all.
public final class CPUDevice: @unchecked Sendable {
  /// All processors, and the library where it is found.
  public static let shared = CPUDevice()

  /// How many threads a kernel may use. A plan belongs to a number of threads: results depend on it.
  public let threads: Int
  let usesLibrary: Bool

  /// An engine with so many threads (all processors unless given); without the library own kernels serve.
  public init(threads: Int? = nil, usesLibrary: Bool = true) {
    self.threads = max(1, threads ?? Int(adj_processors()))
    self.usesLibrary = usesLibrary && adj_onednn_available() == 1
  }

  /// The version of oneDNN in use, or nil.
  public var libraryVersion: String? {
    usesLibrary ? String(cString: adj_onednn_version()) : nil
  }

  /// Makes this the device on which everything is evaluated from now on.
  public func use() { GraphLock.withLock { Devices.current = self } }

  /// The threads that pay for so many simple operations.
  func threads(forWork work: Int) -> Int { work >= 32_768 ? threads : 1 }
}

extension CPUDevice: Device {
  package var name: String { "cpu" }
  package var identity: UInt64 { 2 | UInt64(threads) << 8 | (usesLibrary ? 1 << 7 : 0) }

  package func runsWhole(_ region: any Region, _ inputs: [TensorType]) -> Bool {
    switch region {
    case is SoftmaxCrossEntropy, is SoftmaxCrossEntropyGradient: true
    case let attention as SelfAttention: hasEnoughHeads(attention.form, inputs[0].shape)
    case let gradient as SelfAttentionGradient: hasEnoughHeads(gradient.form, inputs[0].shape)
    default: false
    }
  }

  package func takesNarrow(
    _ operation: any Operation, _ inputs: [TensorType], _ result: TensorType
  ) -> Bool {
    guard usesLibrary, result.element == .bfloat16, adj_has_bfloat16() == 1 else { return false }
    func hasConvolution(
      _ role: ConvolutionKernel.Role, _ motion: WindowMotion, _ groups: Int
    ) -> Bool {
      let shapes = (inputs[0].shape, inputs[1].shape, result.shape)
      return WinogradKernel.existsInHalves(role, motion, groups: groups, shapes)
        || ConvolutionKernel.existsInHalves(role, motion, groups: groups, shapes)
    }
    switch operation {
    case let product as MatMul: return MatrixProductKernel.paysInHalves(product, inputs)
    case let convolution as Convolution:
      return hasConvolution(.forward, convolution.motion, convolution.groups)
    case let gradient as ConvolutionInputGradient:
      return hasConvolution(.inputGradient, gradient.motion, gradient.groups)
    case let gradient as ConvolutionKernelGradient:
      return hasConvolution(.kernelGradient, gradient.motion, gradient.groups)
    default: return false
    }
  }

  /// Whether every thread finds a head, or there is too little work for more than one.
  private func hasEnoughHeads(_ form: AttentionForm, _ rows: Shape) -> Bool {
    rows[0] * form.keyHeads >= threads || rows.count < 32_768
  }

  package func compile(
    _ program: Program, reuse: [Int], held: [Bool]
  ) throws(GraphError) -> Executable {
    var compiler = CPUCompiler(self, program, held: held)
    return try compiler.compile(reuse: reuse)
  }
}

/// How the runtime finds this engine without importing it.
@_cdecl("adjoint_make_device")
func makeDevice() -> UnsafeMutableRawPointer {
  Unmanaged.passRetained(DeviceBox(CPUDevice.shared)).toOpaque()
}

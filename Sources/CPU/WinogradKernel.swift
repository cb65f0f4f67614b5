import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// A 3×3 convolution that moves by one, or one of its gradients, with 16 multiplications where the sum over the
/// window needs 36.
final class WinogradKernel: Kernel {
  var summary: String {
    let window = shape.window
    return "winograd \(role) \(window.n)×\(window.c)×\(window.h)×\(window.w) to \(shape.o)"
  }
  private let role: ConvolutionKernel.Role
  private let a: Int
  private let b: Int
  private let output: Int
  private let threads: Int32
  private var shape: adj_convolution
  let scratchBytes: Int
  var scratchSlot = 0

  /// Nil where the convolution is not one of those.
  init?(
    _ role: ConvolutionKernel.Role, _ motion: WindowMotion, groups: Int, _ a: Location,
    _ b: Location,
    _ output: Location, _ device: CPUDevice
  ) {
    guard output.type.element == .float32, motion.axes.count == 2 else { return nil }
    self.role = role
    self.a = a.slot
    self.b = b.slot
    self.output = output.slot
    var shape = convolutionShape(
      role, motion, groups: groups, (a.shape, b.shape, output.shape))
    guard adj_winograd_serves(&shape) != 0 else { return nil }
    threads = Int32(device.threads)
    let kind =
      switch role {
      case .forward: ADJ_WINOGRAD_FORWARD
      case .inputGradient: ADJ_WINOGRAD_INPUT_GRADIENT
      case .kernelGradient: ADJ_WINOGRAD_WEIGHT_GRADIENT
      }
    scratchBytes = Int(adj_winograd_scratch(&shape, kind, threads))
    self.shape = shape
  }

  func run(_ slots: Slots) {
    let (a, b, c) = (
      slots[a].assumingMemoryBound(to: Float.self), slots[b].assumingMemoryBound(to: Float.self),
      slots[output].assumingMemoryBound(to: Float.self)
    )
    let scratch = slots[scratchSlot]
    switch role {
    case .forward: adj_winograd_forward(&shape, a, b, c, scratch, threads)
    case .inputGradient: adj_winograd_input_gradient(&shape, a, b, c, scratch, threads)
    case .kernelGradient: adj_winograd_weight_gradient(&shape, a, b, c, scratch, threads)
    }
  }
}

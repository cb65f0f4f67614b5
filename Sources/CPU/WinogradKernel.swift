import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// A 3×3 convolution that moves by one, or one of its gradients, with 16 multiplications where the sum over the
/// window needs 36.
final class WinogradKernel: Kernel {
  var summary: String {
    let window = shape.window
    return (isHalf ? "bfloat16 " : "")
      + "winograd \(role) \(window.n)×\(window.c)×\(window.h)×\(window.w) to \(shape.o)"
  }
  private let role: ConvolutionKernel.Role
  private let a: Int
  private let b: Int
  private let output: Int
  private let isHalf: Bool
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
    isHalf = output.type.element == .bfloat16
    guard isHalf || output.type.element == .float32 else { return nil }
    self.role = role
    self.a = a.slot
    self.b = b.slot
    self.output = output.slot
    guard
      var shape = WinogradKernel.served(
        role, motion, groups: groups, (a.shape, b.shape, output.shape), isHalf: isHalf)
    else { return nil }
    threads = Int32(device.threads)
    let kind = role.choose(
      ADJ_WINOGRAD_FORWARD, ADJ_WINOGRAD_INPUT_GRADIENT, ADJ_WINOGRAD_WEIGHT_GRADIENT)
    scratchBytes = Int(adj_winograd_scratch(&shape, kind, threads))
    self.shape = shape
  }

  /// The convolution, if it is one of those.
  private static func served(
    _ role: ConvolutionKernel.Role, _ motion: WindowMotion, groups: Int,
    _ shapes: (Shape, Shape, Shape), isHalf: Bool
  ) -> adj_convolution? {
    if motion.axes.count != 2 { return nil }
    var shape = convolutionShape(role, motion, groups: groups, shapes)
    let serves = isHalf ? adj_winograd_serves_bfloat16(&shape) : adj_winograd_serves(&shape)
    return serves != 0 ? shape : nil
  }

  /// Whether it takes a convolution of bfloat16.
  static func existsInHalves(
    _ role: ConvolutionKernel.Role, _ motion: WindowMotion, groups: Int,
    _ shapes: (Shape, Shape, Shape)
  ) -> Bool { served(role, motion, groups: groups, shapes, isHalf: true) != nil }

  func run(_ slots: Slots) {
    let memory = ConvolutionMemory(
      a: slots[a], b: slots[b], output: slots[output], scratch: slots[scratchSlot])
    if isHalf {
      let function = role.choose(
        adj_winograd_forward_bfloat16, adj_winograd_input_gradient_bfloat16,
        adj_winograd_weight_gradient_bfloat16)
      memory.call(function, &shape, threads)
    } else {
      let function = role.choose(
        adj_winograd_forward, adj_winograd_input_gradient, adj_winograd_weight_gradient)
      memory.call(function, &shape, threads)
    }
  }
}

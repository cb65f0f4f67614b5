import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// A convolution or one of its gradients, on images that lie channels-last.
final class ConvolutionKernel: Kernel {
  var summary: String {
    (isHalf ? "bfloat16 " : "") + "convolution \(role) \(text(shape.window)) to \(shape.o)"
      + (primitive == nil ? "" : " oneDNN")
  }
  enum Role {
    case forward
    case inputGradient
    case kernelGradient
  }

  private let role: Role
  private let a: Int
  private let b: Int
  private let output: Int
  private let isDouble: Bool
  private let isHalf: Bool
  private let threads: Int32
  private var shape: adj_convolution
  /// oneDNN's primitive, or nil where own kernels serve.
  private let primitive: OpaquePointer?
  /// Where own kernels put their columns.
  var scratchSlot = 0
  let scratchBytes: Int

  init(
    _ role: Role, _ motion: WindowMotion, groups: Int, _ a: Location, _ b: Location,
    _ output: Location, _ device: CPUDevice
  ) {
    self.role = role
    self.a = a.slot
    self.b = b.slot
    self.output = output.slot
    isDouble = output.type.element == .float64
    isHalf = output.type.element == .bfloat16
    shape = convolutionShape(role, motion, groups: groups, (a.shape, b.shape, output.shape))
    let results = role == .inputGradient ? a.shape : role == .forward ? output.shape : b.shape
    let kernels = role == .kernelGradient ? output.shape : b.shape
    threads = Int32(
      device.threads(forWork: results.count * kernels.dimensions.dropFirst().reduce(1, *)))
    var wanted = ConvolutionKernel.wanted(
      shape, axes: max(2, motion.axes.count), isHalf: isHalf)
    let threads = threads
    primitive =
      device.usesLibrary && !isDouble
      ? PlanningCost.library {
        adj_onednn_conv_create(ConvolutionKernel.kind(role), &wanted, threads)
      } : nil
    scratchBytes =
      primitive == nil && !isHalf
      ? Int(adj_convolution_scratch(&shape, isDouble ? 8 : 4, threads)) : 0
  }

  /// Whether the library has a primitive for a convolution of bfloat16. What it has not is computed in float32.
  static func existsInHalves(
    _ role: Role, _ motion: WindowMotion, groups: Int, _ shapes: (Shape, Shape, Shape)
  ) -> Bool {
    var wanted = wanted(
      convolutionShape(role, motion, groups: groups, shapes), axes: max(2, motion.axes.count),
      isHalf: true)
    return adj_onednn_conv_exists(kind(role), &wanted) == 1
  }

  private static func kind(_ role: Role) -> Int32 {
    let kind = role.choose(
      ADJ_CONV_FORWARD, ADJ_CONV_INPUT_GRADIENT, ADJ_CONV_WEIGHT_GRADIENT)
    return Int32(kind.rawValue)
  }

  deinit {
    if let primitive { adj_onednn_conv_destroy(primitive) }
  }

  /// A convolution as the library is told of it.
  static func shape(
    _ motion: WindowMotion, groups: Int, _ images: Shape, _ kernels: Shape, _ results: Shape
  ) -> adj_conv_shape {
    let window = windowShape(images, results, kernel: kernels.spatial, motion)
    return wanted(
      adj_convolution(window: window, o: Int64(kernels[0]), groups: Int64(groups)),
      axes: max(2, motion.axes.count), isHalf: false)
  }

  /// The same as the library wants it.
  private static func wanted(_ s: adj_convolution, axes: Int, isHalf: Bool) -> adj_conv_shape {
    let w = s.window
    var shape = adj_conv_shape()
    (shape.axes, shape.n, shape.c, shape.o) = (Int32(axes), w.n, w.c, s.o)
    shape.groups = s.groups
    shape.is_bfloat16 = isHalf ? 1 : 0
    func choose(_ depth: Int64, _ height: Int64, _ width: Int64) -> (Int64, Int64, Int64) {
      axes == 3 ? (depth, height, width) : (height, width, 0)
    }
    shape.size = choose(w.d, w.h, w.w)
    shape.out = choose(w.out_d, w.out_h, w.out_w)
    shape.kernel = choose(w.kernel_d, w.kernel_h, w.kernel_w)
    shape.stride = choose(w.stride_d, w.stride_h, w.stride_w)
    shape.dilation = choose(w.dilation_d, w.dilation_h, w.dilation_w)
    shape.pad_before = choose(w.pad_d, w.pad_h, w.pad_w)
    // What the last window does not reach is cut off: oneDNN wants the padding that fits exactly.
    func after(
      _ size: Int64, _ out: Int64, _ kernel: Int64, _ stride: Int64, _ dilation: Int64,
      _ before: Int64
    ) -> Int64 { (out - 1) * stride + (kernel - 1) * dilation + 1 - size - before }
    shape.pad_after = choose(
      after(w.d, w.out_d, w.kernel_d, w.stride_d, w.dilation_d, w.pad_d),
      after(w.h, w.out_h, w.kernel_h, w.stride_h, w.dilation_h, w.pad_h),
      after(w.w, w.out_w, w.kernel_w, w.stride_w, w.dilation_w, w.pad_w))
    return shape
  }

  func run(_ slots: Slots) throws(GraphError) {
    if let primitive {
      let failed = adj_onednn_conv_run(
        primitive, slots[a], slots[b], slots[output])
      guard failed == 0 else { throw GraphError("convolution", "oneDNN failed to run it") }
    } else if isHalf {
      throw GraphError("convolution", "oneDNN refused one of bfloat16")
    } else if isDouble {
      runDouble(slots)
    } else {
      runFloat(slots)
    }
  }

  private func runFloat(_ slots: Slots) {
    let function = role.choose(
      adj_convolve_f32, adj_convolution_input_gradient_f32, adj_convolution_weight_gradient_f32)
    place(slots).call(function, &shape, threads)
  }

  private func runDouble(_ slots: Slots) {
    let function = role.choose(
      adj_convolve_f64, adj_convolution_input_gradient_f64, adj_convolution_weight_gradient_f64)
    place(slots).call(function, &shape, threads)
  }

  private func place(_ slots: Slots) -> ConvolutionMemory {
    ConvolutionMemory(
      a: slots[a], b: slots[b], output: slots[output], scratch: slots[scratchSlot])
  }
}

extension ConvolutionKernel.Role {
  /// What is this role's.
  func choose<Choice>(_ forward: Choice, _ inputGradient: Choice, _ kernelGradient: Choice)
    -> Choice
  {
    switch self {
    case .forward: forward
    case .inputGradient: inputGradient
    case .kernelGradient: kernelGradient
    }
  }
}

/// The operands of a convolution, in whatever role, that runs in a kernel of our own.
struct ConvolutionMemory {
  let a: UnsafeMutableRawPointer
  let b: UnsafeMutableRawPointer
  let output: UnsafeMutableRawPointer
  let scratch: UnsafeMutableRawPointer

  func call<Element>(
    _ function: (
      UnsafePointer<adj_convolution>?, UnsafePointer<Element>?, UnsafePointer<Element>?,
      UnsafeMutablePointer<Element>?, UnsafeMutableRawPointer?, Int32
    ) -> Void, _ shape: inout adj_convolution, _ threads: Int32
  ) {
    function(
      &shape, a.assumingMemoryBound(to: Element.self), b.assumingMemoryBound(to: Element.self),
      output.assumingMemoryBound(to: Element.self), scratch, threads)
  }
}

/// Max-pooling, its gradient, or the selection by its winners.
final class PoolKernel: Kernel {
  var summary: String { "max-pool \(role) \(text(window))" }
  enum Role {
    case forward
    case gradient
    case select
  }

  private let role: Role
  private let images: Int
  private let values: Int
  private let output: Int
  private let isDouble: Bool
  private let threads: Int32
  private var window: adj_window

  init(
    _ role: Role, _ pool: PoolWindow, _ images: Location, _ values: Location?, _ output: Location,
    _ device: CPUDevice
  ) {
    self.role = role
    self.images = images.slot
    self.values = values?.slot ?? images.slot
    self.output = output.slot
    isDouble = output.type.element == .float64
    let results = role == .gradient ? values.unsafelyUnwrapped : output
    window = windowShape(images.shape, results.shape, kernel: pool.sizes, pool.motion)
    threads = Int32(device.threads(forWork: images.shape.count))
  }

  func run(_ slots: Slots) {
    if isDouble { runDouble(slots) } else { runFloat(slots) }
  }

  private func runFloat(_ slots: Slots) {
    let (x, v, to) = (
      slots[images].assumingMemoryBound(to: Float.self),
      slots[values].assumingMemoryBound(to: Float.self),
      slots[output].assumingMemoryBound(to: Float.self)
    )
    switch role {
    case .forward: adj_max_pool_f32(&window, x, to, threads)
    case .gradient: adj_max_pool_backward_f32(&window, x, v, to, threads)
    case .select: adj_max_pool_select_f32(&window, x, v, to, threads)
    }
  }

  private func runDouble(_ slots: Slots) {
    let (x, v, to) = (
      slots[images].assumingMemoryBound(to: Double.self),
      slots[values].assumingMemoryBound(to: Double.self),
      slots[output].assumingMemoryBound(to: Double.self)
    )
    switch role {
    case .forward: adj_max_pool_f64(&window, x, to, threads)
    case .gradient: adj_max_pool_backward_f64(&window, x, v, to, threads)
    case .select: adj_max_pool_select_f64(&window, x, v, to, threads)
    }
  }
}

/// A convolution as the C kernels want it; `a` and `b` are the operands of its role.
func convolutionShape(
  _ role: ConvolutionKernel.Role, _ motion: WindowMotion, groups: Int,
  _ shapes: (a: Shape, b: Shape, output: Shape)
) -> adj_convolution {
  let (images, kernels, results) =
    switch role {
    case .forward: (shapes.a, shapes.b, shapes.output)
    case .inputGradient: (shapes.output, shapes.b, shapes.a)
    case .kernelGradient: (shapes.a, shapes.output, shapes.b)
    }
  return adj_convolution(
    window: windowShape(images, results, kernel: kernels.spatial, motion),
    o: Int64(kernels[0]), groups: Int64(groups))
}

/// Channels-last images and results and the window between them, as the C kernels want them: with three spatial
/// axes, of which those in front that are not there have size 1.
private func windowShape(
  _ images: Shape, _ results: Shape, kernel: [Int], _ motion: WindowMotion
) -> adj_window {
  func three(_ numbers: [Int], _ missing: Int) -> [Int64] {
    (Array(repeating: missing, count: 3 - numbers.count) + numbers).map { Int64($0) }
  }
  var window = adj_window()
  window.n = Int64(images[0])
  window.c = Int64(images[1])
  let (size, out) = (three(images.spatial, 1), three(results.spatial, 1))
  (window.d, window.h, window.w) = (size[0], size[1], size[2])
  (window.out_d, window.out_h, window.out_w) = (out[0], out[1], out[2])
  let kernel = three(kernel, 1)
  (window.kernel_d, window.kernel_h, window.kernel_w) = (kernel[0], kernel[1], kernel[2])
  let stride = three(motion.axes.map { $0.stride }, 1)
  (window.stride_d, window.stride_h, window.stride_w) = (stride[0], stride[1], stride[2])
  let pad = three(motion.axes.map { $0.before }, 0)
  (window.pad_d, window.pad_h, window.pad_w) = (pad[0], pad[1], pad[2])
  let dilation = three(motion.axes.map { $0.dilation }, 1)
  (window.dilation_d, window.dilation_h, window.dilation_w) = (
    dilation[0], dilation[1], dilation[2]
  )
  fill(&window.in_strides, strides(images))
  fill(&window.out_strides, strides(results))
  return window
}

/// The strides n, c, d, h, w of channels-last images.
private func strides(_ shape: Shape) -> [Int] {
  var strides = Location.channelsLastStrides(shape)
  while strides.count < 5 {
    let first = shape.rank == 2 + (strides.count - 2) ? shape[2] : 1
    strides.insert(strides[2] * first, at: 2)
  }
  return strides
}

/// "2×3×8×8" of the images.
private func text(_ window: adj_window) -> String {
  [window.n, window.c, window.d, window.h, window.w].map { String($0) }.joined(separator: "×")
}

import AdjointGraph
import AdjointReference
import CKernels

/// A convolution or one of its gradients, on images that lie channels-last.
final class ConvolutionKernel: Kernel {
  var summary: String {
    "convolution \(role) \(window.n)×\(window.c)×\(window.h)×\(window.w) to \(outputChannels)"
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
  private let threads: Int32
  private var window: adj_window
  private let outputChannels: Int64
  /// oneDNN's primitive, or nil where own kernels serve.
  private let primitive: OpaquePointer?
  /// Where own kernels put their columns.
  var scratchSlot = 0
  let scratchBytes: Int

  init(
    _ role: Role, _ motion: WindowMotion, _ a: Location, _ b: Location, _ output: Location,
    _ device: CPUDevice
  ) {
    self.role = role
    self.a = a.slot
    self.b = b.slot
    self.output = output.slot
    isDouble = output.type.element == .float64
    let (images, kernels, results) =
      switch role {
      case .forward: (a, b.shape, output)
      case .inputGradient: (output, b.shape, a)
      case .kernelGradient: (a, output.shape, b)
      }
    window = windowShape(
      images, results, kernel: (kernels[2], kernels[3]), motion)
    outputChannels = Int64(kernels[0])
    threads = Int32(
      device.threads(forWork: results.shape.count * kernels[1] * kernels[2] * kernels[3]))
    primitive =
      device.usesLibrary && !isDouble
      ? ConvolutionKernel.makePrimitive(role, window, outputChannels, motion, threads) : nil
    scratchBytes =
      primitive == nil
      ? Int(adj_convolution_scratch(&window, outputChannels, isDouble ? 8 : 4, threads)) : 0
  }

  deinit {
    if let primitive { adj_onednn_conv_destroy(primitive) }
  }

  private static func makePrimitive(
    _ role: Role, _ w: adj_window, _ outputChannels: Int64, _ motion: WindowMotion, _ threads: Int32
  ) -> OpaquePointer? {
    // What the last window does not reach is cut off: oneDNN wants the padding that fits exactly.
    let reachH = (w.out_h - 1) * w.stride_h + w.kernel_h
    let reachW = (w.out_w - 1) * w.stride_w + w.kernel_w
    var shape = adj_conv_shape(
      n: w.n, c: w.c, h: w.h, w: w.w, o: outputChannels, out_h: w.out_h, out_w: w.out_w,
      kernel_h: w.kernel_h, kernel_w: w.kernel_w, stride_h: w.stride_h, stride_w: w.stride_w,
      pad_top: w.pad_h, pad_left: w.pad_w, pad_bottom: reachH - w.h - w.pad_h,
      pad_right: reachW - w.w - w.pad_w)
    let kind =
      switch role {
      case .forward: ADJ_CONV_FORWARD
      case .inputGradient: ADJ_CONV_INPUT_GRADIENT
      case .kernelGradient: ADJ_CONV_WEIGHT_GRADIENT
      }
    return adj_onednn_conv_create(Int32(kind.rawValue), &shape, threads)
  }

  func run(_ slots: Slots) throws(GraphError) {
    if let primitive {
      let failed = adj_onednn_conv_run(
        primitive, slots[a].assumingMemoryBound(to: Float.self),
        slots[b].assumingMemoryBound(to: Float.self),
        slots[output].assumingMemoryBound(to: Float.self))
      guard failed == 0 else { throw GraphError("convolution", "oneDNN failed to run it") }
    } else if isDouble {
      runDouble(slots)
    } else {
      runFloat(slots)
    }
  }

  private func runFloat(_ slots: Slots) {
    let (a, b, c) = (
      slots[a].assumingMemoryBound(to: Float.self), slots[b].assumingMemoryBound(to: Float.self),
      slots[output].assumingMemoryBound(to: Float.self)
    )
    let scratch = slots[scratchSlot]
    switch role {
    case .forward: adj_convolution_f32(&window, outputChannels, a, b, c, scratch, threads)
    case .inputGradient:
      adj_convolution_input_gradient_f32(&window, outputChannels, a, b, c, scratch, threads)
    case .kernelGradient:
      adj_convolution_weight_gradient_f32(&window, outputChannels, a, b, c, scratch, threads)
    }
  }

  private func runDouble(_ slots: Slots) {
    let (a, b, c) = (
      slots[a].assumingMemoryBound(to: Double.self), slots[b].assumingMemoryBound(to: Double.self),
      slots[output].assumingMemoryBound(to: Double.self)
    )
    let scratch = slots[scratchSlot]
    switch role {
    case .forward: adj_convolution_f64(&window, outputChannels, a, b, c, scratch, threads)
    case .inputGradient:
      adj_convolution_input_gradient_f64(&window, outputChannels, a, b, c, scratch, threads)
    case .kernelGradient:
      adj_convolution_weight_gradient_f64(&window, outputChannels, a, b, c, scratch, threads)
    }
  }
}

/// Max-pooling, its gradient, or the selection by its winners.
final class PoolKernel: Kernel {
  var summary: String { "max-pool \(role) \(window.n)×\(window.c)×\(window.h)×\(window.w)" }
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
    window = windowShape(images, results, kernel: (pool.height, pool.width), pool.motion)
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

/// Images, results and the window between them, as the C kernels want them.
private func windowShape(
  _ images: Location, _ results: Location, kernel: (h: Int, w: Int), _ motion: WindowMotion
) -> adj_window {
  var window = adj_window()
  window.n = Int64(images.shape[0])
  window.c = Int64(images.shape[1])
  window.h = Int64(images.shape[2])
  window.w = Int64(images.shape[3])
  window.out_h = Int64(results.shape[2])
  window.out_w = Int64(results.shape[3])
  window.kernel_h = Int64(kernel.h)
  window.kernel_w = Int64(kernel.w)
  window.stride_h = Int64(motion.strideH)
  window.stride_w = Int64(motion.strideW)
  window.pad_h = Int64(motion.top)
  window.pad_w = Int64(motion.left)
  fill(&window.in_strides, images.strides)
  fill(&window.out_strides, results.strides)
  return window
}

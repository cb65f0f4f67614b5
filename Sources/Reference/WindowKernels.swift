import AdjointGraph

/// Which of the three convolutions a kernel computes.
enum ConvolutionRole {
  case forward
  case inputGradient
  case kernelGradient
}

/// One loop nest for all three: every (image, output channel, output place, kernel place) once.
final class ConvolutionKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "convolution " + output.shape.description }
  private let role: ConvolutionRole
  private let a: Operand
  private let b: Operand
  private let output: Operand
  private let motion: WindowMotion
  private let images: Shape
  private let kernels: Shape
  private let results: Shape

  init(
    _ role: ConvolutionRole, _ motion: WindowMotion, _ a: Operand, _ b: Operand, _ output: Operand
  ) {
    self.role = role
    self.motion = motion
    self.a = a
    self.b = b
    self.output = output
    switch role {
    case .forward: (images, kernels, results) = (a.shape, b.shape, output.shape)
    case .inputGradient: (images, kernels, results) = (output.shape, b.shape, a.shape)
    case .kernelGradient: (images, kernels, results) = (a.shape, output.shape, b.shape)
    }
  }

  func run(_ slots: Slots) {
    let a = slots[a.slot].assumingMemoryBound(to: Scalar.self)
    let b = slots[b.slot].assumingMemoryBound(to: Scalar.self)
    let out = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    for place in 0..<output.shape.count { out[place] = .zero }
    for n in 0..<results[0] {
      for o in 0..<results[1] {
        for y in 0..<results[2] {
          for x in 0..<results[3] { visit(n, o, y, x, a, b, out) }
        }
      }
    }
  }

  /// All kernel places of one result.
  private func visit(
    _ n: Int, _ o: Int, _ y: Int, _ x: Int, _ a: UnsafeMutablePointer<Scalar>,
    _ b: UnsafeMutablePointer<Scalar>, _ out: UnsafeMutablePointer<Scalar>
  ) {
    let result = ((n * results[1] + o) * results[2] + y) * results[3] + x
    var sum = Scalar.zero
    for c in 0..<kernels[1] {
      for i in 0..<kernels[2] {
        let row = y * motion.strideH + i - motion.top
        guard row >= 0, row < images[2] else { continue }
        for j in 0..<kernels[3] {
          let column = x * motion.strideW + j - motion.left
          guard column >= 0, column < images[3] else { continue }
          let image = ((n * images[1] + c) * images[2] + row) * images[3] + column
          let kernel = ((o * kernels[1] + c) * kernels[2] + i) * kernels[3] + j
          switch role {
          case .forward: sum = sum + a[image] * b[kernel]
          case .inputGradient: out[image] = out[image] + a[result] * b[kernel]
          case .kernelGradient: out[kernel] = out[kernel] + a[image] * b[result]
          }
        }
      }
    }
    if role == .forward { out[result] = sum }
  }
}

/// Which of the three pooling operations a kernel computes.
enum PoolRole {
  case forward
  case gradient
  case select
}

final class MaxPoolKernel<Scalar: ReferenceScalar>: Kernel {
  var summary: String { "maxPool " + output.shape.description }
  private let role: PoolRole
  private let window: PoolWindow
  private let images: Operand
  /// What is sent back (gradient) or fetched (select).
  private let values: Operand?
  private let output: Operand
  private let pooled: Shape

  init(
    _ role: PoolRole, _ window: PoolWindow, _ images: Operand, _ values: Operand?, _ output: Operand
  ) {
    self.role = role
    self.window = window
    self.images = images
    self.values = values
    self.output = output
    pooled = role == .gradient ? values!.shape : output.shape
  }

  func run(_ slots: Slots) {
    let x = slots[images.slot].assumingMemoryBound(to: Scalar.self)
    let out = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    let values = slots[self.values?.slot ?? images.slot].assumingMemoryBound(to: Scalar.self)
    if role == .gradient {
      for place in 0..<output.shape.count { out[place] = .zero }
    }
    for plane in 0..<(pooled[0] * pooled[1]) {
      for i in 0..<pooled[2] {
        for j in 0..<pooled[3] {
          let place = winner(x, plane, i, j)
          let result = (plane * pooled[2] + i) * pooled[3] + j
          switch role {
          // A window over nothing but padding has no winner.
          case .forward: out[result] = place < 0 ? Scalar.lowest : x[place]
          case .select: out[result] = place < 0 ? .zero : values[place]
          case .gradient: if place >= 0 { out[place] = out[place] + values[result] }
          }
        }
      }
    }
  }

  /// Where the largest element under one window stands; the first of equals, and a NaN before all.
  private func winner(_ x: UnsafeMutablePointer<Scalar>, _ plane: Int, _ i: Int, _ j: Int) -> Int {
    let (height, width) = (images.shape[2], images.shape[3])
    var best = -1
    for p in 0..<window.height {
      let row = i * window.motion.strideH + p - window.motion.top
      guard row >= 0, row < height else { continue }
      for q in 0..<window.width {
        let column = j * window.motion.strideW + q - window.motion.left
        guard column >= 0, column < width else { continue }
        let place = (plane * height + row) * width + column
        if best < 0 || x[place] > x[best] || (x[place].isNotANumber && !x[best].isNotANumber) {
          best = place
        }
      }
    }
    return best
  }
}

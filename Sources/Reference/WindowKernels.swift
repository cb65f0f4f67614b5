import AdjointGraph

/// The sizes of three spatial axes; missing ones in front are 1.
private struct Extent {
  let depth: Int
  let height: Int
  let width: Int

  init(_ sizes: [Int]) {
    depth = sizes.count > 2 ? sizes[sizes.count - 3] : 1
    height = sizes.count > 1 ? sizes[sizes.count - 2] : 1
    width = sizes[sizes.count - 1]
  }

  func place(_ z: Int, _ y: Int, _ x: Int) -> Int { (z * height + y) * width + x }
  var count: Int { depth * height * width }
}

/// A window's motion along three spatial axes; along missing ones in front it does not move.
private struct Motion {
  let z: WindowAxis
  let y: WindowAxis
  let x: WindowAxis

  init(_ motion: WindowMotion) {
    let axes = motion.axes
    z = axes.count > 2 ? axes[axes.count - 3] : WindowAxis()
    y = axes.count > 1 ? axes[axes.count - 2] : WindowAxis()
    x = axes[axes.count - 1]
  }
}

extension WindowAxis {
  /// Where an element of the window lies in the image: outside of it where that is padding.
  fileprivate func source(_ place: Int, _ element: Int) -> Int {
    place * stride + element * dilation - before
  }
}

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
  private let motion: Motion
  private let count: Int
  private let imageChannels: Int
  private let channelsAGroup: Int
  private let resultChannels: Int
  private let resultsAGroup: Int
  private let image: Extent
  private let window: Extent
  private let result: Extent

  init(
    _ role: ConvolutionRole, _ motion: WindowMotion, groups: Int, _ a: Operand, _ b: Operand,
    _ output: Operand
  ) {
    self.role = role
    self.motion = Motion(motion)
    self.a = a
    self.b = b
    self.output = output
    let (images, kernels, results) =
      switch role {
      case .forward: (a.shape, b.shape, output.shape)
      case .inputGradient: (output.shape, b.shape, a.shape)
      case .kernelGradient: (a.shape, output.shape, b.shape)
      }
    count = results[0]
    (imageChannels, channelsAGroup) = (images[1], kernels[1])
    (resultChannels, resultsAGroup) = (results[1], results[1] / groups)
    (image, window, result) = (
      Extent(images.spatial), Extent(kernels.spatial), Extent(results.spatial)
    )
  }

  func run(_ slots: Slots) {
    let a = slots[a.slot].assumingMemoryBound(to: Scalar.self)
    let b = slots[b.slot].assumingMemoryBound(to: Scalar.self)
    let out = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    for place in 0..<output.shape.count { out[place] = .zero }
    for n in 0..<count {
      for o in 0..<resultChannels {
        for z in 0..<result.depth {
          for y in 0..<result.height {
            for x in 0..<result.width { visit(n, o, z, y, x, a, b, out) }
          }
        }
      }
    }
  }

  /// All kernel places of one result.
  private func visit(
    _ n: Int, _ o: Int, _ z: Int, _ y: Int, _ x: Int, _ a: UnsafeMutablePointer<Scalar>,
    _ b: UnsafeMutablePointer<Scalar>, _ out: UnsafeMutablePointer<Scalar>
  ) {
    let place = (n * resultChannels + o) * result.count + result.place(z, y, x)
    let first = n * imageChannels + o / resultsAGroup * channelsAGroup
    var sum = Scalar.zero
    for c in 0..<channelsAGroup {
      for h in 0..<window.depth {
        let layer = motion.z.source(z, h)
        guard layer >= 0, layer < image.depth else { continue }
        for i in 0..<window.height {
          let row = motion.y.source(y, i)
          guard row >= 0, row < image.height else { continue }
          for j in 0..<window.width {
            let column = motion.x.source(x, j)
            guard column >= 0, column < image.width else { continue }
            let source = (first + c) * image.count + image.place(layer, row, column)
            let kernel = (o * channelsAGroup + c) * window.count + window.place(h, i, j)
            switch role {
            case .forward: sum = .sum(sum, .product(a[source], b[kernel]))
            case .inputGradient: out[source] = .sum(out[source], .product(a[place], b[kernel]))
            case .kernelGradient: out[kernel] = .sum(out[kernel], .product(a[source], b[place]))
            }
          }
        }
      }
    }
    if role == .forward { out[place] = sum }
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
  private let motion: Motion
  private let images: Operand
  /// What is sent back (gradient) or fetched (select).
  private let values: Operand?
  private let output: Operand
  private let planes: Int
  private let image: Extent
  private let window: Extent
  private let result: Extent

  init(
    _ role: PoolRole, _ window: PoolWindow, _ images: Operand, _ values: Operand?, _ output: Operand
  ) {
    self.role = role
    motion = Motion(window.motion)
    self.images = images
    self.values = values
    self.output = output
    let pooled = role == .gradient ? values!.shape : output.shape
    planes = pooled[0] * pooled[1]
    (image, self.window, result) = (
      Extent(images.shape.spatial), Extent(window.sizes), Extent(pooled.spatial)
    )
  }

  func run(_ slots: Slots) {
    let x = slots[images.slot].assumingMemoryBound(to: Scalar.self)
    let out = slots[output.slot].assumingMemoryBound(to: Scalar.self)
    let values = slots[self.values?.slot ?? images.slot].assumingMemoryBound(to: Scalar.self)
    if role == .gradient {
      for place in 0..<output.shape.count { out[place] = .zero }
    }
    for plane in 0..<planes {
      for z in 0..<result.depth {
        for i in 0..<result.height {
          for j in 0..<result.width {
            let best = winner(x + plane * image.count, z, i, j)
            let source = plane * image.count + best
            let place = plane * result.count + result.place(z, i, j)
            switch role {
            // A window over nothing but padding has no winner.
            case .forward: out[place] = best < 0 ? Scalar.lowest : x[source]
            case .select: out[place] = best < 0 ? .zero : values[source]
            case .gradient: if best >= 0 { out[source] = .sum(out[source], values[place]) }
            }
          }
        }
      }
    }
  }

  /// Where the largest element under one window stands; the first of equals, and a NaN before all.
  private func winner(_ x: UnsafeMutablePointer<Scalar>, _ z: Int, _ i: Int, _ j: Int) -> Int {
    var best = -1
    for r in 0..<window.depth {
      let layer = motion.z.source(z, r)
      guard layer >= 0, layer < image.depth else { continue }
      for p in 0..<window.height {
        let row = motion.y.source(i, p)
        guard row >= 0, row < image.height else { continue }
        for q in 0..<window.width {
          let column = motion.x.source(j, q)
          guard column >= 0, column < image.width else { continue }
          let place = image.place(layer, row, column)
          if best < 0 || x[place] > x[best] || (x[place].isNotANumber && !x[best].isNotANumber) {
            best = place
          }
        }
      }
    }
    return best
  }
}

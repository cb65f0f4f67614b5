import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// 3×3 convolutions by 16 multiplications where the sum takes 36.
@Suite struct WinogradTests {
  /// Images, outputs and padding: odd sizes whose last tiles reach over the edge, wide and narrow, channels of one to
  /// many vectors, patches of more than one block and more than one part.
  private static let cases: [(images: Shape, outputs: Int, padding: (Int, Int))] = [
    ([2, 16, 16, 16], 16, (1, 1)), ([3, 32, 9, 13], 48, (1, 1)), ([5, 48, 7, 11], 16, (0, 0)),
    ([4, 16, 10, 9], 80, (2, 2)), ([2, 64, 11, 14], 64, (0, 2)), ([1, 112, 14, 14], 32, (2, 1)),
    ([9, 16, 32, 7], 32, (1, 0)), ([1, 256, 14, 14], 144, (1, 1)),
  ]

  private static func motion(_ padding: (Int, Int)) -> WindowMotion {
    WindowMotion([padding.0, padding.1].map { WindowAxis(stride: 1, before: $0, after: $0) })
  }

  /// The convolution and both gradients of one case.
  private func results(
    _ place: Int, _ element: ElementType, _ number: (Shape, Int) -> Tensor
  ) -> [Tensor] {
    let (images, outputs, padding) = Self.cases[place]
    let motion = Self.motion(padding)
    let (x, k) = (number(images, 1), number([outputs, images[1], 3, 3], 2))
    let places = [images[2] + 2 * padding.0 - 2, images[3] + 2 * padding.1 - 2]
    let g = number([images[0], outputs, places[0], places[1]], 3)
    let operands = [x, k, g].map { $0.cast(to: element).evaluated() }
    return [
      Convolution(motion, groups: 1).apply(operands[0], operands[1]),
      ConvolutionInputGradient(motion, groups: 1, x.shape).apply(operands[2], operands[1]),
      ConvolutionKernelGradient(motion, groups: 1, k.shape).apply(operands[0], operands[2]),
    ]
  }

  private func wholeNumbers(_ shape: Shape, _ seed: Int) -> Tensor {
    round(Tensor.uniform(shape, -3, 3, key: RandomKey(seed))).evaluated()
  }

  /// Of small whole numbers every step is exact, in any order.
  @Test(arguments: [CPUDevice.Kernels.best, .upToAVX2, .portable])
  func theyAreExactWhereNumbersAreWhole(kernels: CPUDevice.Kernels) {
    for place in Self.cases.indices {
      let expected = results(place, .float64, wholeNumbers).map { $0.doubles }
      let found = alone {
        CPUDevice.shared.with(kernels) {
          Engine.removePlans()
          return results(place, .float32, wholeNumbers).map { $0.doubles }
        }
      }
      for role in expected.indices {
        let isSame = found[role] == expected[role]
        #expect(isSame, "\(Self.cases[place]), result \(role)")
      }
    }
  }

  /// Within a few roundings of the greatest sum of what is added up, as the plain sum is.
  @Test func theyRoundLittle() {
    func normal(_ shape: Shape, _ seed: Int) -> Tensor { .normal(shape, key: RandomKey(seed)) }
    func sizes(_ shape: Shape, _ seed: Int) -> Tensor { abs(normal(shape, seed)) }
    for place in Self.cases.indices {
      let exact = results(place, .float64, normal).map { $0.doubles }
      let scale = results(place, .float64, sizes).map { $0.doubles.max() ?? 0 }
      let found = results(place, .float32, normal).map { $0.doubles }
      for role in exact.indices {
        let worst = zip(found[role], exact[role]).map { abs($0 - $1) }.max() ?? 0
        #expect(worst < 3e-7 * scale[role], "\(Self.cases[place]), \(role): \(worst / scale[role])")
      }
    }
  }

  @Test func theyAreTheSameForAnyNumberOfThreads() {
    func normal(_ shape: Shape, _ seed: Int) -> Tensor { .normal(shape, key: RandomKey(seed)) }
    for place in Self.cases.indices {
      let all = (1...5).map { threads in
        alone(on: CPUDevice(threads: threads)) {
          results(place, .float32, normal).map { $0.floats.map { $0.bitPattern } }
        }
      }
      #expect(all.allSatisfy { $0 == all[0] }, "\(Self.cases[place])")
    }
  }

  private func kernels(_ images: Shape, _ outputs: Int, _ motion: WindowMotion, groups: Int = 1)
    -> [String]
  {
    alone {
      Engine.removePlans()
      let x = Tensor.normal(images, key: RandomKey(1)).evaluated()
      let k = Tensor.normal([outputs, images[1] / groups, 3, 3], key: RandomKey(2)).evaluated()
      Profile.set(true)
      defer { Profile.set(false) }
      _ = Convolution(motion, groups: groups).apply(x, k).floats
      return Profile.entries.map { $0.summary }.filter { $0.contains("winograd") }
    }
  }

  @Test func theyServeWhatTheyAreFor() {
    let plain = Self.motion((1, 1))
    #expect(kernels([8, 16, 16, 16], 32, plain) == ["winograd forward 8×16×16×16 to 32"])
    #expect(kernels([8, 24, 16, 16], 32, plain).isEmpty, "channels of one and a half vectors")
    #expect(kernels([8, 32, 16, 16], 32, plain, groups: 2).isEmpty)
    let far = WindowMotion([1, 1].map { WindowAxis(stride: 2, before: $0, after: $0) })
    #expect(kernels([8, 16, 16, 16], 32, far).isEmpty)
    let wide = WindowMotion(
      [1, 1].map { WindowAxis(stride: 1, before: $0, after: $0, dilation: 2) })
    #expect(kernels([8, 16, 16, 16], 32, wide).isEmpty)
    #expect(kernels([1, 16, 8, 8], 16, plain).isEmpty, "too few patches")
    let cut = WindowMotion([1, 1].map { WindowAxis(stride: 1, before: $0, after: -1) })
    #expect(kernels([8, 16, 17, 17], 16, cut).isEmpty, "a last row that no window sees")
  }
}

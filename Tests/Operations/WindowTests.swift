import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Convolutions and pooling of random sizes and motions on every engine, and what is refused.
@Suite struct WindowTests {
  /// Numbers that a key gives, one after another.
  private struct Draws {
    let key: RandomKey
    var count = 0

    mutating func next(_ range: ClosedRange<Int>) -> Int {
      defer { count += 1 }
      return range.lowerBound + Int(key.bits(at: count) % UInt64(range.count))
    }

    /// Small integers, so that every order of adding them up gives the same bits.
    mutating func tensor(_ shape: Shape) -> [Double] {
      (0..<shape.count).map { _ in Double(next(-3...3)) }
    }
  }

  /// One random configuration: shapes of images and windows that fit, and the motion between them.
  private struct Draft {
    var draws: Draws
    let motion: WindowMotion
    let images: Shape
    let window: [Int]
    let places: [Int]

    init(_ seed: Int, batch: ClosedRange<Int>, channels: Int, mostPadding: (Int) -> Int) {
      draws = Draws(key: RandomKey(seed))
      let rank = draws.next(1...3)
      var axes: [WindowAxis] = []
      var (sizes, window, places) = ([Int](), [Int](), [Int]())
      while axes.count < rank {
        let size = draws.next(1...9)
        let kernel = draws.next(1...4)
        let dilation = draws.next(1...3)
        let most = mostPadding((kernel - 1) * dilation + 1)
        let axis = WindowAxis(
          stride: draws.next(1...3), before: draws.next(0...most), after: draws.next(0...most),
          dilation: dilation)
        let room = size + axis.before + axis.after - axis.reach(kernel)
        guard room >= 0 else { continue }
        axes.append(axis)
        sizes.append(size)
        window.append(kernel)
        places.append(room / axis.stride + 1)
      }
      motion = WindowMotion(axes)
      images = Shape([draws.next(batch), channels] + sizes)
      self.window = window
      self.places = places
    }
  }

  /// The results of one configuration in one list, so that they are one plan.
  private func agree(_ name: String, _ results: (_ element: ElementType) -> [Tensor]) {
    func values(_ device: any Device, _ element: ElementType) -> [Double] {
      Devices.with(device) { concatenated(results(element).map { $0.flattened() }).doubles }
    }
    let expected = values(ReferenceDevice.shared, .float64)
    for (device, element) in Self.engines {
      let found = values(device, element)
      let isSame = found == expected
      #expect(isSame, "\(name) in \(element.name), library: \(device.libraryVersion ?? "none")")
    }
  }

  private static let engines: [(CPUDevice, ElementType)] = [
    (CPUDevice.shared, .float32), (CPUDevice(threads: 2, usesLibrary: false), .float32),
    (CPUDevice.shared, .float64),
  ]

  @Test func randomConvolutionsAgree() {
    for seed in 0..<2000 {
      var shape = Draws(key: RandomKey(seed + 10_000))
      let isDepthwise = shape.next(0...3) == 0
      let groups = isDepthwise ? shape.next(2...40) : shape.next(1...3)
      let (inner, outer) = isDepthwise ? (1, 1) : (shape.next(1...11), shape.next(1...11))
      var draft = Draft(seed, batch: 0...3, channels: groups * inner) { _ in 3 }
      let motion = draft.motion
      let kernels = Shape([groups * outer, inner] + draft.window)
      let results = Shape([draft.images[0], groups * outer] + draft.places)
      let (x, k, g) = (
        draft.draws.tensor(draft.images), draft.draws.tensor(kernels), draft.draws.tensor(results)
      )
      agree("seed \(seed): \(draft.images) by \(kernels) in \(groups) groups, \(motion)") {
        let x = Tensor(x, shape: draft.images, $0)
        let (k, g) = (Tensor(k, shape: kernels, $0), Tensor(g, shape: results, $0))
        return [
          Convolution(motion, groups: groups).apply(x, k),
          ConvolutionInputGradient(motion, groups: groups, x.shape).apply(g, k),
          ConvolutionKernelGradient(motion, groups: groups, k.shape).apply(x, g),
        ]
      }
    }
  }

  @Test func randomPoolsAgree() {
    for seed in 0..<1200 {
      var shape = Draws(key: RandomKey(seed + 20_000))
      var draft = Draft(seed + 30_000, batch: 0...3, channels: shape.next(1...20)) { $0 / 2 }
      let window = PoolWindow(draft.window, draft.motion)
      let pooled = Shape([draft.images[0], draft.images[1]] + draft.places)
      let (x, v, g) = (
        draft.draws.tensor(draft.images), draft.draws.tensor(draft.images),
        draft.draws.tensor(pooled)
      )
      agree("seed \(seed): \(draft.images) under \(draft.window), \(draft.motion)") {
        let x = Tensor(x, shape: draft.images, $0)
        return [
          MaxPool(window).apply(x),
          MaxPoolSelect(window).apply(x, Tensor(v, shape: x.shape, $0)),
          MaxPoolGradient(window).apply(x, Tensor(g, shape: pooled, $0)),
        ]
      }
    }
  }

  /// What is not a number wins wherever it stands; where a window is padding alone, nothing does.
  @Test func notANumberWins() {
    for device in testDevices {
      Devices.with(device) {
        let x = Tensor([1, .nan, 3, 2], shape: [1, 1, 4], .float64)
        #expect(x.maxPool(2).doubles.map { $0.isNaN } == [true, false])
        let empty = Tensor.zeros([1, 1, 0]).maxPool(2, stride: 1, padding: 1)
        #expect(empty.floats == [-.infinity])
      }
    }
  }

  /// A batch of kernels is one grouped convolution, not a loop: the graph does not grow with the batch.
  @Test func aBatchOfKernelsIsOneConvolution() {
    let x = Tensor.normal([5, 2, 3, 8, 8], key: RandomKey(1))
    let k = Tensor.normal([5, 4, 3, 3, 3], key: RandomKey(2))
    let images = vmap({ [convolution($0[0], $0[1], padding: 1)] }, [x, k])[0]
    let slopes = gradients(of: images.sum(), withRespectTo: [x, k])
    #expect(operations([images] + slopes.compactMap { $0 }) < 40)
    let none = vmap({ convolution(x[0], $0) }, Tensor.zeros([0, 4, 3, 3, 3]))
    #expect(none.shape == [0, 2, 4, 6, 6])
  }

  private func operations(_ roots: [Tensor]) -> Int {
    GraphLock.withLock {
      let walk = Walk.take()
      defer { walk.giveBack() }
      walk.order(roots: roots.map { $0.node }, stoppingAtValues: false)
      return walk.count
    }
  }
}

/// Wrong windows: each call is refused with a text that says what is wrong.
@Suite struct WindowErrorTests {
  private static let x = Tensor.zeros([2, 4, 8, 8])
  private static let k = Tensor.zeros([6, 4, 3, 3])

  private static let calls: [(String, @Sendable () -> Tensor)] = [
    ("kernels [6, 4, 9, 3] do not fit images", { convolution(x, Tensor.zeros([6, 4, 9, 3])) }),
    ("kernels [6, 4, 3, 3] do not fit images", { convolution(x, k, dilation: 4) }),
    ("kernels [6, 4, 0, 3] do not fit images", { convolution(x, Tensor.zeros([6, 4, 0, 3])) }),
    ("channels differ: images [2, 4, 8, 8]", { convolution(x, Tensor.zeros([6, 3, 3, 3])) }),
    ("(2 ≠ 4) in 2 groups", { convolution(x, k, groups: 2) }),
    ("3 groups do not divide the channels", { convolution(x, k, groups: 3) }),
    ("0 groups do not divide the channels", { convolution(x, k, groups: 0) }),
    ("stride [0, 0] and dilation [1, 1] must be above 0", { convolution(x, k, stride: 0) }),
    ("dilation [1, -1] must be above 0", { convolution(x, k, dilation: [1, -1]) }),
    ("stride and dilation need one number or 2", { convolution(x, k, stride: [1, 1, 1]) }),
    ("padding needs one number or 2", { convolution(x, k, padding: [1]) }),
    ("padding -1, -1 must not be below 0", { convolution(x, k, padding: -1) }),
    ("padding for 1 axes where", { convolution(x, k, padding: .sides([(1, 1)])) }),
    ("must be above 0 and below 2³¹", { convolution(x, k, stride: Int.max) }),
    ("must be above 0 and below 2³¹", { convolution(x, k, dilation: Int.max) }),
    ("must not be below 0 or above", { convolution(x, k, padding: Int.max) }),
    ("a bias for 6 channels should be [6], not [4]", { convolution(x, k, bias: .zeros([4])) }),
    ("of rank 3, 4 or 5", { convolution(Tensor.zeros([2, 3]), Tensor.zeros([2, 3])) }),
    ("of rank 3, 4 or 5", { convolution(x, Tensor.zeros([6, 4, 3])) }),
    ("of one type", { convolution(x, k.cast(to: .float64)) }),
    ("of one type", { convolution(x, Tensor.zeros([6, 4, 3, 3], .int64)) }),
    ("does not match kernels [6, 4, 3, 3]", { transposedConvolution(x, k) }),
    (
      "output padding 2 must be below the stride 2",
      { transposedConvolution(x, k, stride: 2, outputPadding: 2) }
    ),
    ("leave nothing of axis 2", { transposedConvolution(x, k, padding: 6) }),
    (
      "no tensor has the shape",
      { transposedConvolution(x, .zeros([4, 6, 3, 3]), stride: Int(Int32.max)) }
    ),
    ("a window of 9×9 does not fit images", { x.maxPool(9) }),
    ("padding 2 is more than half a window of 3×3", { x.maxPool(3, padding: 2) }),
    ("size and padding need one number or 2", { x.maxPool([2, 2, 2]) }),
    ("stride and dilation need one number or 2", { x.averagePool(2, stride: [1]) }),
    ("averagePool: a window of 0×0 does not fit images", { x.averagePool(0, stride: 1) }),
    ("maxPool: takes images [N, C, …] with 1 to 3", { Tensor.zeros([2, 3]).maxPool(2) }),
    ("averagePool: takes floating-point", { Tensor.zeros([1, 2, 3], .int64).averagePool(2) }),
    ("needs one size above 0 or 2", { x.adaptiveAveragePool(to: 0) }),
    ("needs one size above 0 or 2", { x.adaptiveMaxPool(to: [1, 2, 3]) }),
    ("spatial axes that are not empty", { Tensor.zeros([1, 2, 0]).adaptiveMaxPool(to: 2) }),
    ("globalAveragePool: takes floating-point", { Tensor.zeros([1, 2]).globalAveragePool() }),
    ("needs one size or 2", { x.interpolated(to: [4]) }),
    ("cannot make images of sizes [0, 4]", { x.interpolated(to: [0, 4]) }),
    ("cannot make images of sizes", { x.interpolated(to: Int.max) }),
    ("needs factors above 0", { x.interpolated(scale: -1) }),
    ("needs factors above 0", { x.interpolated(scale: .nan, mode: .linear) }),
  ]

  @Test func areNamed() {
    for (text, call) in Self.calls {
      var found = "nothing"
      do throws(GraphError) { try checked { _ = call() } } catch { found = error.description }
      #expect(found.contains(text))
    }
  }

  /// The first error is the one that is told, whatever is made of the result.
  @Test func aFailedConvolutionStaysTheReason() {
    let bad: [(Tensor) -> Tensor] = [
      { $0.maxPool(2) }, { $0.averagePool(2) }, { $0.adaptiveMaxPool(to: 2) },
      { $0.interpolated(to: 4) }, { convolution($0, Self.k) }, { $0.globalAveragePool() },
      { transposedConvolution(Self.x, $0, padding: .same) }, { $0.interpolated(scale: 2) },
    ]
    for (number, next) in bad.enumerated() {
      var found = ""
      do throws(GraphError) {
        try checked { _ = next(convolution(Self.x, Self.k, groups: 3)) }
      } catch { found = error.description }
      #expect(found.contains("3 groups"), "function \(number)")
    }
  }
}

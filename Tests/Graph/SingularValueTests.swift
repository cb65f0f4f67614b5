import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// What must hold of U, σ and V whatever the matrix, to a few units in the last place; and σ against known values.
@Suite struct SingularValueTests {
  static let devices: [any Device] = [
    ReferenceDevice.shared, CPUDevice(threads: 1, usesLibrary: false), CPUDevice(threads: 2),
  ]
  static let elements: [ElementType] = [.float64, .float32]

  private static func normal(_ shape: Shape, _ element: ElementType) -> Tensor {
    Tensor.normal(shape, key: RandomKey(shape.count + shape.rank), element)
  }

  private func hilbert(_ size: Int) -> Tensor {
    let places = Tensor.iota(size).cast(to: .float64) + 1
    return 1 / (places.reshaped([size, 1]) + places - 1)
  }

  private func graded(_ sizes: [Double]) -> Tensor {
    Tensor([1, 2, 3, 4, 5, 7, 2, -1, 8, -3, 2, 1], shape: [4, 3], .float64)
      * Tensor(sizes, .float64)
  }

  /// Uᵀ U = 1, Vᵀ V = 1, A = U σ Vᵀ and σ descending, on every engine.
  private func check(
    _ name: String, _ a: Tensor, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let a = a.evaluated()
    let (rows, columns) = (a.shape[-2], a.shape[-1])
    let size = min(rows, columns)
    let unit = a.element == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
    let tolerance = 6 * unit * Double(max(rows, columns) + 8).squareRoot()
    for device in Self.devices {
      let (u, values, v) = Devices.with(device) {
        let (u, values, v) = svd(a)
        return (u.evaluated(), values.evaluated(), v.evaluated())
      }
      let text = "\(name) \(a.element.name) \(a.shape) on \(device.name)"
      #expect(u.shape[-2] == rows && v.shape[-2] == columns, sourceLocation: sourceLocation)
      let numbers = values.doubles
      for start in stride(from: 0, to: numbers.count, by: max(size, 1)) {
        let row = Array(numbers[start..<start + size])
        #expect(row == row.sorted(by: >), "\(text) \(row)", sourceLocation: sourceLocation)
        #expect(row.allSatisfy { $0 >= 0 }, "\(text)", sourceLocation: sourceLocation)
      }
      guard size > 0, a.count > 0 else { continue }
      let (left, right) = (u.cast(to: .float64), v.cast(to: .float64))
      for (side, vectors) in [("U", left), ("V", right)] {
        let away = matmul(vectors, vectors, transposingA: true) - .unitMatrix(size, .float64)
        let far = away.norm(.infinity).item
        #expect(far <= tolerance, "\(text): \(side) by \(far)", sourceLocation: sourceLocation)
      }
      let top = max(numbers.max() ?? 0, Double(Float.leastNormalMagnitude))
      let sizes = (values.cast(to: .float64) / top).unsqueezed(-2)
      let back = matmul(left * sizes, right, transposingB: true) - a.cast(to: .float64) / top
      let far = back.norm(.infinity).item
      #expect(far <= tolerance, "\(text): U σ Vᵀ by \(far)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: elements) func ordinaryMatrices(element: ElementType) {
    let shapes: [Shape] = [
      [1, 1], [1, 9], [9, 1], [6, 6], [17, 5], [5, 17], [33, 32], [40, 40], [3, 2, 7, 4],
      [2, 4, 7],
    ]
    for shape in shapes { check("normal", Self.normal(shape, element)) }
    for shape in [[3, 0], [0, 3], [0, 0], [0, 4, 3], [2, 0, 3]] as [Shape] {
      check("empty", Tensor.zeros(shape, element))
    }
  }

  @Test(arguments: elements) func largeMatricesOfOwnKernelsAndLibrary(element: ElementType) {
    for shape in [[150, 140], [131, 180], [200, 66]] as [Shape] {
      check("normal", Self.normal(shape, element))
    }
  }

  @Test(arguments: elements) func deficientMatrices(element: ElementType) {
    for size in [8, 12] { check("Hilbert", hilbert(size).cast(to: element)) }
    for shape in [[9, 5], [5, 9], [6, 6]] as [Shape] {
      check("zero", Tensor.zeros(shape, element))
      check("one", Tensor.ones(shape, element))
      let thin = matmul(
        Self.normal([shape[0], 2], element), Self.normal([2, shape[1]], element))
      check("rank 2", thin)
      check("unit", thin * 0 + equal(Tensor.iota(shape[0]).reshaped([-1, 1]), .iota(shape[1])))
    }
    let turned = qr(Self.normal([12, 12], .float64)).q
    check("orthogonal", turned.cast(to: element))
    let pairs = Tensor([5, 5, 2, 2, 2, 1e-3, 1e-3, 0, 0, 0, 0, 0], .float64)
    check("equal", matmul(turned * pairs, turned.transposed).cast(to: element))
  }

  @Test func elementsOfAllSizes() {
    let a = Self.normal([7, 4], .float64)
    let powers = Tensor([1e-150, 1, 1e150, 1e-75], .float64)
    for graded in [a * powers, a * powers.flipped([0]), a * 1e-300, a * 1e300] {
      check("graded", graded)
      check("graded", graded.transposed)
    }
    let b = Self.normal([4, 4], .float64)
    check("rows and columns", b * powers)
    check("rows and columns", b * powers.reshaped([4, 1]))
    let small = Tensor([1e-20, 1, 1e-10, 1e10], .float32)
    check("graded", Self.normal([7, 4], .float32) * small)
  }

  /// Figures by arithmetic of hundreds of digits (mpmath).
  @Test func knownValues() {
    let cases: [(Tensor, [Double], Double)] = [
      (Tensor([1, 2, 2, 4, 3, 6], shape: [3, 2], .float64), [Double(70).squareRoot()], 4e-16),
      (
        Tensor([3, 0, 4, 5], shape: [2, 2], .float64),
        [Double(45).squareRoot(), Double(5).squareRoot()], 8e-16
      ),
      (
        graded([1e-150, 1, 1e150]),
        [1.1090536506409416e+151, 4.903126594990595, 3.764185209871734e-150], 2e-15
      ),
      (
        graded([1e12, 1e-12, 1]), [5477225575051.661, 7.646349891723937, 4.887444645756755e-12],
        2e-15
      ),
      (
        graded([1e12, 1e-12, 1]).transposed,
        [5477225575051.661, 7.646349891723937, 4.887444645756755e-12], 2e-15
      ),
    ]
    for (a, expected, tolerance) in cases {
      for device in Self.devices {
        let found = Devices.with(device) { singularValues(a).doubles }
        for (x, y) in zip(found, expected) {
          #expect(abs(x - y) <= tolerance * abs(y), "\(x), not \(y), on \(device.name)")
        }
      }
    }
    let values = singularValues(hilbert(8)).doubles
    let expected = [
      1.6959389969219494, 0.2981252113169307, 0.026212843578119052, 0.001467688117741847,
      5.4369433697508964e-05, 1.2943320918741794e-06, 1.7988737460063012e-08,
      1.1115389694888081e-10,
    ]
    for (x, y) in zip(values, expected) { #expect(abs(x - y) < 1e-15, "\(x), not \(y)") }
  }

  /// The sign is told by the shorter side, on every engine alike.
  @Test func theLargestElementOfTheShorterSideIsPositive() {
    for a in [Self.normal([7, 4], .float64), Self.normal([4, 7], .float64)] {
      let first = Devices.with(Self.devices[0]) { svd(a) }
      let isTall = a.shape[0] > a.shape[1]
      for device in Self.devices {
        let (u, _, v) = Devices.with(device) { svd(a) }
        let shorter = (isTall ? v : u).transposed
        let places = abs(shorter).argmax(-1).unsqueezed(-1)
        #expect(shorter.taken(along: 1, places).doubles.allSatisfy { $0 > 0 })
        expectClose(u.doubles, first.u.doubles, 1e-13, device.name)
        expectClose(v.doubles, first.v.doubles, 1e-13, device.name)
      }
    }
  }

  @Test func whatIsNotFiniteGivesNotANumber() {
    for wrong in [Double.nan, .infinity] {
      let a = stacked([
        Tensor([1, wrong, 2, 3, 4, 5], shape: [3, 2], .float64), .ones([3, 2], .float64),
      ])
      for device in Self.devices {
        let values = Devices.with(device) { singularValues(a).doubles }
        #expect(values[0].isNaN && values[1].isNaN)
        expectClose(Array(values[2...]), [Double(6).squareRoot(), 0], 1e-15, device.name)
      }
    }
  }

  @Test func halvesAreRoundedOnce() {
    let a = Self.normal([6, 4], .float16)
    let (u, values, v) = svd(a)
    #expect(u.element == .float16 && values.element == .float16 && v.element == .float16)
    let wide = svd(a.cast(to: .float32))
    #expect(values.doubles == wide.values.cast(to: .float16).doubles)
    #expect(u.doubles == wide.u.cast(to: .float16).doubles)
  }
}

/// Derivatives where values are equal or 0, and of what does not depend on the choice of vectors.
@Suite struct SingularGradientTests {
  /// Every value of a matrix of rank 1 has its gradient u vᵀ, and none is NaN.
  @Test func valuesThatAreZero() {
    let a = Tensor([1, 2, 2, 4, 3, 6], shape: [3, 2], .float64)
    let slope = gradient(of: singularValues(a)[0], withRespectTo: a)
    expectClose(slope.doubles, (a / Double(70).squareRoot()).doubles, 1e-14, "the first")
    let last = gradient(of: singularValues(a)[1], withRespectTo: a)
    #expect(abs(last.norm().item - 1) < 1e-14 && abs((last * a).sum().item) < 1e-14)
    let zeros = Tensor.zeros([3, 2], .float64)
    let any = gradient(of: singularValues(zeros).sum(), withRespectTo: zeros)
    #expect(abs(any.norm().item - Double(2).squareRoot()) < 1e-14)
  }

  /// U Vᵀ is the nearest orthogonal matrix, and smooth where values are equal too: of an orthogonal matrix Q it moves by
  /// the part of dA that turns, Q (Qᵀ dA − dAᵀ Q) / 2.
  @Test func theNearestOrthogonalMatrixOfOneThatIs() {
    let q = qr(Tensor.normal([5, 5], key: RandomKey(3), .float64)).q.evaluated()
    let along = Tensor.normal([5, 5], key: RandomKey(4), .float64)
    let (value, moved) = valueAndDerivative(nearest, at: q, along: along)
    expectClose(value.doubles, q.doubles, 1e-13, "itself")
    let inner = matmul(q, along, transposingA: true)
    let expected = matmul(q, (inner - inner.transposed) * 0.5)
    expectClose(moved.doubles, expected.doubles, 1e-12, "derivative")
    let slope = gradient(of: (nearest(q) * along).sum(), withRespectTo: q)
    expectClose(slope.doubles, expected.doubles, 1e-12, "gradient")
  }

  private func nearest(_ a: Tensor) -> Tensor {
    let (u, _, v) = svd(a)
    return matmul(u, v, transposingB: true)
  }

  /// Through projections, tall and wide: the matrix of rank 2 that is nearest.
  @Test func projectionsOfTallAndWideMatrices() {
    for shape in [[6, 3], [3, 6], [2, 5, 3], [4, 4]] as [Shape] {
      let a = Tensor.normal(shape, key: RandomKey(7), .float64)
      let cut: ([Tensor]) -> Tensor = {
        let (u, values, v) = svd($0[0])
        let kept = values.slice(axis: -1, start: 0, length: 2).unsqueezed(-2)
        let (left, right) = (
          u.slice(axis: -1, start: 0, length: 2), v.slice(axis: -1, start: 0, length: 2)
        )
        return matmul(left * kept, right, transposingB: true)
      }
      checkGradient([a], 0, "rank 2 of \(shape)", cut)
    }
  }
}

import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// What must hold of P, L and U of any matrix, on every engine.
@Suite struct LUTests {
  static let devices: [any Device] = SingularValueTests.devices
  static let elements: [ElementType] = [.float64, .float32]

  @Test func whatIsNoNumberHasNoFactors() {
    let wrong = Tensor([[0, 1], [.nan, 1]], .float64)
    for device in Self.devices {
      Devices.with(device) {
        #expect(determinant(wrong).item.isNaN, "\(device.name)")
        #expect(lu(wrong).u.doubles.contains { $0.isNaN }, "\(device.name)")
      }
    }
  }

  @Test(arguments: elements) func factorsGiveTheMatrix(element: ElementType) {
    let unit = element == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
    let shapes: [Shape] = [
      [1, 1], [6, 6], [9, 4], [4, 9], [1, 5], [5, 1], [40, 40], [33, 70], [130, 65], [2, 3, 5, 4],
      [3, 2, 4],
    ]
    for shape in shapes {
      let a = Tensor.normal(shape, key: RandomKey(shape.count), element)
      let (rows, columns) = (shape[-2], shape[-1])
      let size = min(rows, columns)
      for device in Self.devices {
        Devices.with(device) {
          let (p, l, u) = lu(a)
          #expect(p.shape[-2] == rows && p.shape[-1] == rows, "\(shape)")
          #expect(l.shape[-2] == rows && l.shape[-1] == size, "\(shape)")
          #expect(u.shape[-2] == size && u.shape[-1] == columns, "\(shape)")
          let far = (matmul(p, matmul(l, u)) - a).norm(.infinity).item
          #expect(far <= 8 * unit * Double(size), "\(shape) by \(far) on \(device.name)")
          #expect(l.norm(.infinity).item == 1, "the largest of a column is the pivot")
          #expect(u.doubles == u.upperTriangle().doubles && l.doubles == l.lowerTriangle().doubles)
          let ones = matmul(p, p, transposingA: true) - .unitMatrix(rows, element)
          #expect(ones.norm(.infinity).item == 0)
          let order = p.argmax(-2)
          #expect(
            matmul(p, a, transposingA: true).doubles
              == a.taken(along: -2, order.unsqueezed(-1).expanded(to: shape)).doubles)
        }
      }
    }
  }

  @Test func singularAndEmptyMatricesHaveFactors() {
    let a = Tensor([1, 2, 3, 2, 4, 7, 3, 6, 10], shape: [3, 3], .float64)
    for matrix in [a, Tensor.zeros([4, 4], .float64), Tensor.zeros([5, 3], .float64)] {
      for device in Self.devices {
        let (p, l, u) = Devices.with(device) { lu(matrix) }
        expectClose(matmul(p, matmul(l, u)).doubles, matrix.doubles, 1e-14, device.name)
        #expect(u.doubles.contains(0))
      }
    }
    for shape in [[0, 0], [3, 0], [0, 3], [0, 2, 2]] as [Shape] {
      let (p, l, u) = lu(Tensor.zeros(shape))
      #expect(matmul(p, matmul(l, u)).shape == shape)
    }
  }

  /// The example of SciPy's documentation, by scipy.linalg.lu.
  @Test func knownFactors() {
    let a = Tensor([2, 5, 8, 7, 5, 2, 2, 8, 7, 5, 6, 6, 5, 4, 4, 8], shape: [4, 4], .float64)
    let (p, l, u) = lu(a)
    #expect(p.argmax(-2).integers == [2, 0, 3, 1])
    expectClose(
      l.doubles,
      [
        1, 0, 0, 0, 2.0 / 7, 1, 0, 0, 5.0 / 7, 3.0 / 25, 1, 0, 5.0 / 7, -11.0 / 25, -0.461538461538,
        1,
      ],
      1e-11, "L")
    let found = determinant(p).item * u.matrixDiagonal.product().item
    #expect(abs(found - determinant(a).item) < 1e-10)
  }

  @Test func halvesKeepTheOrderOfRows() {
    let a = Tensor.normal([600, 2], key: RandomKey(1), .bfloat16)
    let (p, l, u) = lu(a)
    #expect(p.element == .bfloat16 && l.element == .bfloat16 && u.element == .bfloat16)
    #expect(p.sum().item == 600)
    let far = matmul(p, matmul(l, u)) - a
    #expect(far.norm(.infinity).item < 0.05)
  }
}

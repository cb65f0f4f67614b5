import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Composites over views and indices, against plain loops.
@Suite struct ShapeFunctionTests {
  static let m = Tensor((0..<12).map { Double($0) }, shape: [3, 4], .float64)
  static let v = Tensor([3.0, 1, 2], .float64)

  @Test func axesComeAndGo() {
    let m = Self.m
    #expect(m.unsqueezed(1).shape == [3, 1, 4])
    #expect(m.unsqueezed(-1).shape == [3, 4, 1])
    #expect(m.unsqueezed(0).squeezed(0).shape == [3, 4])
    #expect(Tensor.zeros([1, 3, 1]).squeezed().shape == [3])
    #expect(Self.v.expanded(to: [2, -1]).doubles == [3, 1, 2, 3, 1, 2])
    let x = Tensor.normal([2, 3, 4], key: RandomKey(1))
    #expect(x.permuted([-1, 0, 1]).shape == [4, 2, 3])
    #expect(x.movingAxis(0, to: -1).shape == [3, 4, 2])
    #expect(x.movingAxis(0, to: -1).floats == x.transposed([1, 2, 0]).floats)
    #expect(x.swappingAxes(0, 2).floats == x.transposed([2, 1, 0]).floats)
  }

  @Test func flippedAndRolled() {
    let m = Self.m
    #expect(m.flipped().doubles == Array(m.doubles.reversed()))
    #expect(m.flipped([0]).doubles == [8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3])
    #expect(m.flipped([-1])[0].doubles == [3, 2, 1, 0])
    #expect(Self.v.rolled(1).doubles == [2, 3, 1])
    #expect(Self.v.rolled(-4).doubles == [1, 2, 3])
    #expect(m.rolled(1, axis: 1)[2].doubles == [11, 8, 9, 10])
  }

  @Test func tiledAndRepeated() {
    #expect(Self.v.tiled([2]).doubles == [3, 1, 2, 3, 1, 2])
    #expect(Self.v.tiled([2, 1]).shape == [2, 3])
    #expect(Self.m.tiled([2, 3]).shape == [6, 12])
    #expect(Self.m.tiled([2, 3])[4, 5...8].doubles == [5, 6, 7, 4])
    #expect(Self.v.repeated(2).doubles == [3, 3, 1, 1, 2, 2])
    #expect(Self.m.repeated(2, axis: -1)[0].doubles == [0, 0, 1, 1, 2, 2, 3, 3])
    #expect(Self.v.tiled([0]).shape == [0])
  }

  @Test func joinedAndSplit() {
    let m = Self.m
    #expect(stacked([Self.v, Self.v + 1], axis: -1).doubles == [3, 4, 1, 2, 2, 3])
    #expect(stacked([Self.v, Self.v]).shape == [2, 3])
    #expect(concatenated([Tensor([1, 2]), Tensor([0.5])]).floats == [1, 2, 0.5])
    let parts = m.split([1, 0, 3], axis: 1)
    #expect(parts.map { $0.shape } == [[3, 1], [3, 0], [3, 3]])
    #expect(parts[2].doubles == [1, 2, 3, 5, 6, 7, 9, 10, 11])
    #expect(concatenated(parts, axis: 1).doubles == m.doubles)
    #expect(m.chunked(3, axis: 1).map { $0.shape[1] } == [2, 2])
    #expect(m.chunked(2).map { $0.shape[0] } == [2, 1])
  }

  @Test func padding() {
    let x = Tensor([1.0, 2, 3], .float64)
    #expect(x.padded([(1, 2)]).doubles == [0, 1, 2, 3, 0, 0])
    #expect(x.padded([(1, 0)], with: -7).doubles == [-7, 1, 2, 3])
    #expect(
      Self.m.padded([(1, 0), (0, 1)], with: .infinity)[1].doubles == [0, 1, 2, 3, .infinity])
    #expect(x.padded(axis: 0, 2, 2, .reflect).doubles == [3, 2, 1, 2, 3, 2, 1])
    #expect(x.padded(axis: 0, 2, 4, .replicate).doubles == [1, 1, 1, 2, 3, 3, 3, 3, 3])
    #expect(x.padded(axis: 0, 2, 3, .circular).doubles == [2, 3, 1, 2, 3, 1, 2, 3])
  }

  @Test(arguments: [-4, -2, -1, 0, 1, 3, 5]) func diagonalsAndTriangles(offset: Int) {
    for m in [Self.m, Self.m.transposed, Self.m.reshaped([2, 6])] {
      let (rows, columns, all) = (m.shape[0], m.shape[1], m.doubles)
      let places = (0..<rows).flatMap { i in (0..<columns).map { (i, $0) } }
      let onDiagonal = places.filter { $0.1 == $0.0 + offset }.map { all[$0.0 * columns + $0.1] }
      #expect(m.diagonal(offset: offset).doubles == onDiagonal)
      let lower = places.map { $0.1 <= $0.0 + offset ? all[$0.0 * columns + $0.1] : 0 }
      #expect(m.lowerTriangle(offset: offset).doubles == lower)
      let upper = places.map { $0.1 >= $0.0 + offset ? all[$0.0 * columns + $0.1] : 0 }
      #expect(m.upperTriangle(offset: offset).doubles == upper)
    }
    let square = stacked([Self.v, Self.v * 2]).diagonalMatrix(offset: offset)
    #expect(square.shape == [2, 3 + abs(offset), 3 + abs(offset)])
    #expect(square.diagonal(offset: offset).doubles == [3, 1, 2, 6, 2, 4])
    #expect(square.sum().item == 18)
  }

  @Test func takingAlongAnAxis() {
    let m = Self.m
    let places = Tensor([3, 0, 1, 1, 2, 2], shape: [3, 2])
    #expect(m.taken(along: 1, places).doubles == [3, 0, 5, 5, 10, 10])
    #expect(m.transposed.taken(along: 0, places.transposed).doubles == [3, 5, 10, 0, 5, 10])
    #expect(m.gather(Tensor([2, 0]), axis: 1).shape == [3, 2])
    let set = m.setting(along: 1, places, Tensor([20.0, 30]))
    #expect(set.doubles == [30, 1, 2, 20, 4, 30, 6, 7, 8, 9, 30, 11])
    let added = m.adding(along: 1, places, Tensor([20.0, 30]))
    #expect(added.doubles == [30, 1, 2, 23, 4, 55, 6, 7, 8, 9, 60, 11])
  }

  @Test func settingAndAddingByIndex() {
    let m = Self.m
    let indices = Tensor([1, 1, 2])
    let set = m.scattering(indices, Tensor((100..<109).map { $0 }, shape: [3, 3]), axis: 1)
    #expect(set.doubles == [0, 101, 102, 3, 4, 104, 105, 7, 8, 107, 108, 11])
    #expect(set.element == .float64)
    #expect(m.scattering(Tensor([Int]()), Self.v.sum()).doubles == m.doubles)
    let added = m.scatterAdding(indices, Tensor([1.0, 1, 1]), axis: 1)
    #expect(added.doubles == [0, 3, 3, 3, 4, 7, 7, 7, 8, 11, 11, 11])
    #expect(Self.v.setting(Tensor(9.0), where: greater(Self.v, Tensor(1.5))).doubles == [9, 1, 9])
  }

  @Test func windowsAsColumns() {
    let x = Tensor.normal([2, 3, 6, 5], key: RandomKey(1), .float64)
    let w = Tensor.normal([4, 3, 3, 3], key: RandomKey(2), .float64)
    for (stride, padding) in [(1, 0), (2, 1), (3, 2)] {
      let expected = convolution(x, w, stride: stride, padding: padding)
      let columns = x.unfolded(3, stride: stride, padding: padding)
      let found = matmul(w.reshaped([4, 27]), columns).reshaped(expected.shape)
      expectClose(found.doubles, expected.doubles, 1e-12, "stride \(stride)")
      // Folding is the adjoint of unfolding.
      let upstream = Tensor.normal(columns.shape, key: RandomKey(3), .float64)
      let adjoint = gradient(of: (columns * upstream).sum(), withRespectTo: x)
      let folded = upstream.folded(to: 6, 5, 3, stride: stride, padding: padding)
      expectClose(folded.doubles, adjoint.doubles, 1e-12, "folded by stride \(stride)")
    }
  }

  @Test func gradientsFlow() {
    let places = Tensor([3, 0, 1, 1, 2, 2], shape: [3, 2])
    let functions: [(Tensor) -> Tensor] = [
      { $0.flipped([1]).rolled(2, axis: 1) }, { $0.tiled([2, 2]).repeated(2) },
      { $0.padded([(1, 2), (0, 1)], with: 3) }, { $0.padded(axis: 1, 2, 3, .reflect) },
      { $0.diagonal(offset: 1).diagonalMatrix(offset: -1) }, { $0.lowerTriangle(offset: 1) },
      { $0.taken(along: 1, places) }, { $0.sorted() }, { $0.sorted(axis: 0, descending: true) },
      { $0.topK(2).values }, { $0.adding(along: 1, places, $0[.all, ..<2] * $0[.all, 2...]) },
      { $0.setting(along: 1, places, $0[.all, 1...2] * 3) }, { $0[.every(-2), 1...] },
      { $0[1, .newAxis, ..<2] },
      { $0.scattering(Tensor([2, 0, 2]), $0 * $0) },
      { $0.updating([0, TensorIndex(1..<3)], with: $0[1, 2...]) },
    ]
    let x = Tensor.normal([3, 4], key: RandomKey(3), .float64)
    for (number, f) in functions.enumerated() {
      let g: (Tensor) -> Tensor = { x in
        let y = f(x)
        return (y * y * Tensor.normal(y.shape, key: RandomKey(8), .float64)).sum()
      }
      let slope = gradient(of: g(x), withRespectTo: x).doubles
      let steps = (0..<12).map { place -> Double in
        let h = Tensor((0..<12).map { $0 == place ? 1e-5 : 0 }, shape: [3, 4], .float64)
        return (g(x + h).item - g(x - h).item) / 2e-5
      }
      expectClose(slope, steps, 1e-7, "function \(number)")
    }
  }

  @Test func functionsTakeBatches() {
    let x = Tensor.normal([3, 4, 5], key: RandomKey(3), .float64)
    let functions: [(Tensor) -> Tensor] = [
      { $0.sorted() }, { $0.padded(axis: 1, 2, 3, .circular) }, { $0.upperTriangle() },
      { $0.flipped() }, { $0[1, .every(-2)] }, { $0.diagonal(offset: 1) },
      { $0.updating([2], with: $0[0]) }, { $0.tiled([1, 2]) },
    ]
    for (number, f) in functions.enumerated() {
      let loop = (0..<3).flatMap { f(x[$0]).doubles }
      expectClose(vmap(f, x).doubles, loop, 0, "function \(number)")
    }
  }
}

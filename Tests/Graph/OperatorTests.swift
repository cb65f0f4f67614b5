import Adjoint
import Testing

/// Operators and nested literals read as one would write them.
@Suite struct OperatorTests {
  @Test func nestedLiterals() throws {
    let m = Tensor([[1.0, 2, 3], [4, 5, 6]])
    #expect(m.shape == [2, 3] && m.element == .float32 && m.floats == [1, 2, 3, 4, 5, 6])
    #expect(Tensor([[1, 2], [3, 4]]).element == .int64)
    #expect(Tensor([[true], [false]]).booleans == [true, false])
    #expect(Tensor([[[1.0, 2]], [[3, 4]]], .float64).shape == [2, 1, 2])
    #expect(Tensor([[Float]]()).shape == [0, 0])
    #expect(Tensor([[1.0], []].suffix(1) + [[1.0]].prefix(0)).shape == [1, 0])
    let error = #expect(throws: GraphError.self) { try checked { Tensor([[1.0, 2], [3]]) } }
    #expect(
      error?.description
        == "tensor: row 1 has 1 elements, row 0 has 2; all rows need the same number")
  }

  @Test func comparisonsAndLogic() {
    let x = Tensor([-1.0, 0, 2])
    #expect((x > 0).booleans == [false, false, true])
    #expect((0 < x).booleans == [false, false, true])
    #expect((x <= 0).booleans == [true, true, false])
    #expect((x >= Tensor([0.0, 0, 3])).booleans == [false, true, false])
    #expect((0 >= x).booleans == [true, true, false])
    #expect(((x > -1) & (x < 2)).booleans == [false, true, false])
    #expect((!(x > 0) | (x < -5)).booleans == [true, true, false])
    #expect(((x > 0) ^ (x < 0)).booleans == [true, false, true])
    #expect((Tensor([6, 3]) & Tensor([3, 5])).integers == [2, 1])
    // A fraction beside integers is not cut.
    #expect((Tensor([1, 2]) > 1.5).booleans == [false, true])
    #expect(equal(x, 2).booleans == [false, false, true])
    #expect(maximum(x, 0).floats == [0, 0, 2] && minimum(x, 1).floats == [-1, 0, 1])
    #expect(select(x > 0, x, 0).floats == [0, 0, 2] && select(x > 0, 1, x).floats == [-1, 0, 1])
    #expect(remainder(Tensor([7, -7]), 4).integers == [3, 1])
    #expect(floorDivide(Tensor([7, -7]), 4).integers == [1, -2])
  }

  @Test func assignment() {
    var x = Tensor([1.0, 2])
    x += 1
    x *= Tensor([2.0, 3])
    x -= Tensor([1.0, 1])
    x /= 2
    #expect(x.floats == [1.5, 4])
  }
}

/// Products of matrices with vectors.
@Suite struct VectorProductTests {
  @Test func aVectorIsARowOnTheLeftAndAColumnOnTheRight() throws {
    let m = Tensor([[1.0, 2, 3], [4, 5, 6]])
    let v = Tensor([1.0, 0, -1])
    let w = Tensor([2.0, 1])
    #expect(matmul(m, v).shape == [2] && matmul(m, v).floats == [-2, -2])
    #expect(matmul(w, m).floats == [6, 9, 12])
    #expect(matmul(m, w, transposingA: true).floats == [6, 9, 12])
    #expect(matmul(v, m, transposingB: true).floats == [-2, -2])
    #expect(matmul(v, v).shape == [] && matmul(v, v).item == 2)
    #expect(matmul(Tensor.ones([4, 2, 3]), v).shape == [4, 2])
    #expect(throws: GraphError.self) { try checked { matmul(m, w) } }
    let slope = gradient(of: matmul(m, v).sum(), withRespectTo: v)
    #expect(slope.floats == [5, 7, 9])
  }
}

import Adjoint
import Testing

/// Swift numbers as tensors and beside tensors.
@Suite struct NumberTests {
  @Test func scalarsHaveTheirOwnType() {
    let n = 7
    #expect(Tensor(n).element == .int64 && Tensor(n).integers == [7])
    #expect(Tensor(3).element == Tensor([3]).element && Tensor(3).shape.isScalar)
    #expect(Tensor(3.0).element == .float32)
    #expect(Tensor(Float(2)).element == .float32 && Tensor(Float(2)).item == 2)
    #expect(Tensor(true).element == .bool && Tensor(true).booleans == [true])
    #expect(Tensor(Int8(3)).element == .int8 && Tensor(Int8(3)).array(of: Int8.self) == [3])
    #expect(Tensor(UInt8(3)).element == .uint8 && Tensor(Int16(3)).element == .int16)
    #expect(Tensor(0, .float64).element == .float64 && Tensor(0.5, .float64).item == 0.5)
    let float = Float(0.5)
    #expect(Tensor(float, .float64).item == 0.5)
  }

  @Test func integersAreExact() {
    let large = 9_007_199_254_740_993
    #expect(Tensor(large).integers == [large])
    #expect(Tensor(large, .int64).integers == [large])
    #expect(Tensor(-large, .int64).integers == [-large])
    #expect(Tensor.full([2], 9_007_199_254_740_993, .int64).integers == [large, large])
    #expect(Tensor([large, 1], .int64).integers == [large, 1])
    #expect(Tensor([large], .int8).array(of: Int8.self) == [1])
    #expect(Tensor(Int.min, .int64).integers == [.min])
    #expect(Tensor.full([1], 1).element == .float32)
  }

  @Test func arraysTakeAType() {
    let n = 3
    let floats: [Float] = [0.5, 2]
    #expect(Tensor([n], .float32).floats == [3])
    #expect(Tensor(floats, .float64).doubles == [0.5, 2])
    #expect(Tensor(floats, .int64).integers == [0, 2])
    #expect(Tensor([1, 2.5], .float64).doubles == [1, 2.5])
    #expect(Tensor([[n, 1], [2, 3]], .float32).shape == [2, 2])
    let deep = Tensor([[[[1.0, 2]], [[3, 4]], [[5, 6]]]])
    #expect(deep.shape == [1, 3, 1, 2] && deep.floats == [1, 2, 3, 4, 5, 6])
    #expect(Tensor([[[[n]]]], .int8).element == .int8)
    #expect(Tensor([[[[n, 4]]]]).integers == [3, 4])
    #expect(throws: GraphError.self) {
      try checked { _ = Tensor([[[[1.0, 2]], [[3, 4], [5, 6]]]]) }
    }
  }

  @Test func everySwiftIntegerStandsBesideATensor() {
    let x = Tensor([1.0, 2])
    #expect((x + Int64(1)).floats == [2, 3] && (Int32(2) * x).floats == [2, 4])
    #expect((x - UInt8(1)).floats == [0, 1] && (x / Int8(2)).floats == [0.5, 1])
    #expect((Tensor([1, 2]) + Int16(3)).integers == [4, 5])
  }

  @Test func numbersInFunctionsOfTwo() {
    let x = Tensor([-1.0, 0, 2])
    let k = Tensor([5, 6, 7])
    let n = 2
    #expect(greaterEqual(x, 0).booleans == [false, true, true])
    #expect(lessEqual(x, 0).booleans == [true, true, false])
    #expect(lessEqual(1, x).booleans == [false, false, true])
    #expect(maximum(0, x).floats == [0, 0, 2] && minimum(0, x).floats == [-1, 0, 0])
    #expect(floorDivide(20, k).integers == [4, 3, 2] && remainder(20, k).integers == [0, 2, 6])
    #expect(bitwiseAnd(k, 1).integers == [1, 0, 1] && bitwiseOr(k, 8).integers == [13, 14, 15])
    #expect(bitwiseXor(1, k).integers == [4, 7, 6])
    #expect(shiftLeft(k, n).integers == [20, 24, 28] && shiftRight(k, 1).integers == [2, 3, 3])
    #expect(atan2(x, 1).shape == [3] && hypot(3, Tensor([4.0])).floats == [5])
    #expect(pow(x, n).floats == [1, 0, 4] && pow(2, x).floats == [0.5, 1, 4])
    #expect(pow(k, 3).integers == [125, 216, 343] && pow(k, 0.5).element == .float32)
    #expect(select(x > 0, 1, 0).integers == [0, 0, 1])
    #expect(select(x > 0, 1.5, 0).floats == [0, 0, 1.5])
  }

  @Test func operatorsOfIntegersAndTruthValues() {
    let k = Tensor([-5, 6, 7])
    let truth = Tensor([true, false, true])
    #expect((k % 3).integers == [1, 0, 1] && (k % k).integers == [0, 0, 0])
    #expect((Tensor([5.5]) % -2).floats == [-0.5] && (20 % k).integers == [0, 2, 6])
    #expect((~k).integers == [4, -7, -8] && (~truth).booleans == [false, true, false])
    #expect((k << 1).integers == [-10, 12, 14] && (k >> 1).integers == [-3, 3, 3])
    #expect((k << Tensor([0, 1, 2])).integers == [-5, 12, 28])
    #expect(
      (k .== 6).booleans == [false, true, false] && (k .!= k).booleans == [false, false, false])
    #expect((k .== Tensor([-5, 5, 7])).booleans == [true, false, true])
    #expect((k .!= 6).booleans == [true, false, true])
  }

  @Test func reductionsOverOneAxis() {
    let x = Tensor([[1.0, 2], [3, 5]])
    #expect(x.sum(0).floats == [4, 7] && x.sum(-1).floats == [3, 8])
    #expect(x.mean(0).floats == [2, 3.5] && x.product(1).floats == [2, 15])
    #expect(x.max(0, keepingDimensions: true).shape == [1, 2] && x.min(1).floats == [1, 3])
    #expect(
      x.variance(0).floats == [1, 2.25] && x.standardDeviation(0, correction: 1).shape == [2])
    #expect((x > 2).any(0).booleans == [true, true] && (x > 2).all(1).booleans == [false, true])
    #expect((x > 2).countNonZero(0).integers == [1, 1] && x.norm(2, 0).shape == [2])
    #expect(x.logSumExp(0).shape == [2] && x.flipped(0).floats == [3, 5, 1, 2])
  }

  @Test func shapesAreLikeArrays() {
    let sizes = [2, 3]
    let shape = Tensor.zeros(sizes).shape
    #expect(shape.first == 2 && shape.last == 3 && shape.map { $0 * 2 } == [4, 6])
    #expect(Shape().first == nil && Shape().last == nil && Shape().isEmpty)
    #expect(Set([shape, [2, 3], [3, 2]]).count == 2)
    #expect(Tensor.ones(sizes, .int8).integers == [1, 1, 1, 1, 1, 1])
    #expect(Tensor.zeros([2]).shape == [2])
  }
}

import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Which type two element types promote to.
@Suite struct PromotionTests {
  static let order: [ElementType] = [
    .bool, .int64, .float32, .float64, .float16, .bfloat16, .int32, .int16, .int8, .uint8,
  ]

  /// PyTorch's `promote_types` over all pairs, in this order.
  static let table = [
    "bool int64 float32 float64 float16 bfloat16 int32 int16 int8 uint8",
    "int64 int64 float32 float64 float16 bfloat16 int64 int64 int64 int64",
    "float32 float32 float32 float64 float32 float32 float32 float32 float32 float32",
    "float64 float64 float64 float64 float64 float64 float64 float64 float64 float64",
    "float16 float16 float32 float64 float16 float32 float16 float16 float16 float16",
    "bfloat16 bfloat16 float32 float64 float32 bfloat16 bfloat16 bfloat16 bfloat16 bfloat16",
    "int32 int64 float32 float64 float16 bfloat16 int32 int32 int32 int32",
    "int16 int64 float32 float64 float16 bfloat16 int32 int16 int16 int16",
    "int8 int64 float32 float64 float16 bfloat16 int32 int16 int8 int16",
    "uint8 int64 float32 float64 float16 bfloat16 int32 int16 int16 uint8",
  ]

  @Test func isPyTorchs() {
    #expect(PromotionTests.order.count == ElementType.allCases.count)
    for (row, a) in PromotionTests.order.enumerated() {
      let names = PromotionTests.table[row].split(separator: " ")
      for (b, wanted) in zip(PromotionTests.order, names) {
        #expect(a.promoted(with: b).name == wanted, "\(a.name) with \(b.name)")
        let (x, y) = (Tensor.ones([2], a), Tensor.ones([2], b))
        let joined = concatenated([x, y])
        #expect(joined.element.name == wanted)
        #expect(joined.doubles == [1, 1, 1, 1])
        guard wanted != "bool" else { continue }
        #expect((x + y).element.name == wanted)
        #expect((x + y).doubles == [2, 2])
        #expect(equal(x, y).booleans == [true, true])
      }
    }
  }

  @Test func quotientsOfIntegersAreFloat32() {
    for a in PromotionTests.order {
      for b in PromotionTests.order {
        let common = a.promoted(with: b)
        let quotient = Tensor.ones([2], a) / Tensor.ones([2], b)
        #expect(quotient.element == (common.isFloating ? common : .float32))
      }
    }
  }
}

import Adjoint
import AdjointGraph
import FoundationEssentials
import Testing

/// Elements as bytes, in and out.
@Suite struct DataTests {
  @Test func bytesAreLittleEndianAndRowMajor() {
    #expect(Array(Tensor([1, -2] as [Int16]).data) == [1, 0, 254, 255])
    #expect(Array(Tensor([1 as Float]).data) == [0, 0, 0x80, 0x3F])
    #expect(Array(Tensor([1, -2] as [Float16]).data) == [0, 0x3C, 0, 0xC0])
    #expect(Array(Tensor([BFloat16(1)]).data) == [0x80, 0x3F])
    #expect(Array(Tensor([true, false]).data) == [1, 0])
    #expect(Array(Tensor(2, .int32).data) == [2, 0, 0, 0])
    let turned = Tensor([1, 2, 3, 4] as [UInt8], shape: [2, 2]).transposed
    #expect(Array(turned.data) == [1, 3, 2, 4])
    #expect(Tensor(Data([0, 7, 255]), shape: [3], .bool).booleans == [false, true, true])
    #expect(Array(Tensor(Data([0, 7]), shape: [2], .bool).data) == [0, 1])
  }

  @Test(arguments: ElementType.allCases) func everyTypeComesBack(element: ElementType) {
    let x = Tensor([0, 1, 1, 0, 1, 1], shape: [2, 3], element)
    let data = x.data
    #expect(data.count == 6 * element.byteCount)
    let back = Tensor(data, shape: [2, 3], element)
    #expect(back.type == x.type)
    #expect(back.doubles == x.doubles)
    #expect(
      Tensor(data.dropFirst(element.byteCount), shape: [5], element).doubles == [1, 1, 0, 1, 1])
    #expect(Tensor(Data(), shape: [0, 3], element).data.isEmpty)
  }

  @Test func wrongCountsAreOneClearError() {
    let text = "tensor: 7 bytes do not fill float16 [2, 2], which takes 4 · 2"
    do {
      _ = try checked { Tensor(Data(count: 7), shape: [2, 2], .float16) }
      Issue.record("no error")
    } catch {
      #expect(error.description == text)
    }
  }
}

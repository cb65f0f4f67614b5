import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Order, and what is found by value.
@Suite struct SortingTests {
  @Test func sortingIsStableAndPutsNaNLast() {
    let x = Tensor([2, .nan, -1, 2, .infinity, -1], .float64)
    #expect(x.argSorted().integers == [2, 5, 0, 3, 4, 1])
    #expect(x.argSorted(descending: true).integers == [4, 0, 3, 2, 5, 1])
    #expect(x.sorted().doubles.prefix(5) == [-1, -1, 2, 2, .infinity])
    let whole = Tensor([Int.max, Int.max - 1, 0])
    #expect(whole.sorted().array(of: Int.self) == [0, Int.max - 1, Int.max])
  }

  @Test(arguments: [0, 1, 2]) func everyAxisIsSorted(axis: Int) {
    let x = Tensor.normal([4, 5, 6], key: RandomKey(4), .float64)
    let rows = x.sorted(axis: axis).movingAxis(axis, to: -1).reshaped([-1, x.shape[axis]])
    let given = x.movingAxis(axis, to: -1).reshaped([-1, x.shape[axis]])
    for row in 0..<rows.shape[0] {
      #expect(rows[row].doubles == given[row].doubles.sorted())
    }
  }

  @Test func largestAndSmallest() {
    let x = Tensor([5.0, 1, 4, 9, 2, 2], shape: [2, 3])
    let (values, indices) = x.topK(2)
    #expect(values.floats == [5, 4, 9, 2])
    #expect(indices.integers == [0, 2, 0, 1])
    #expect(x.topK(1, axis: 0, largest: false).values.floats == [5, 1, 2])
  }

  @Test func searching() {
    let sorted = Tensor([1.0, 3, 3, 6])
    let values = Tensor([0.0, 1, 3, 5, 7, .nan])
    #expect(sorted.searchSorted(values).integers == [0, 0, 1, 3, 4, 4])
    #expect(sorted.searchSorted(values, right: true).integers == [0, 1, 3, 3, 4, 4])
    #expect(Tensor([1, 2]).searchSorted(Tensor([1.5])).integers == [1])
  }

  @Test func placesThatAreNotZero() {
    let x = Tensor([0, 3, 0, 0, 0, -1], shape: [2, 3])
    #expect(x.nonzero().integers == [0, 1, 1, 2])
    #expect(x.nonzero().shape == [2, 2])
    #expect(Tensor.zeros([3]).nonzero().shape == [0, 1])
    #expect(x.nonzero(size: 3).integers == [0, 1, 1, 2, -1, -1])
    #expect(x.nonzero(size: 1, fill: 7).integers == [0, 1])
    #expect(x.nonzero(size: 6, fill: 7).integers.suffix(8).allSatisfy { $0 == 7 })
  }

  @Test func differentElements() {
    let x = Tensor([3, 1, 3, 2, 1, 3], shape: [2, 3])
    let (values, counts, inverse) = x.unique()
    #expect(values.integers == [1, 2, 3])
    #expect(counts.integers == [2, 1, 3])
    #expect(inverse.shape == [2, 3])
    #expect(values.gather(inverse).integers == x.integers)
    #expect(Tensor([Int]()).unique().values.shape == [0])
    #expect(Tensor([true, false, true]).unique().values.booleans == [false, true])
  }
}

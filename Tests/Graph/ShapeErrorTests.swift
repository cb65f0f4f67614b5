import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Wrong shapes, pieces and indices are thrown with their text.
@Suite struct ShapeErrorTests {
  typealias Call = BadInputTests.Call
  static let m = Tensor.zeros([2, 3])
  static let v = Tensor([1, 2, 3])

  static let calls: [Call] = [
    Call("stridedSlice: 3 places from 0 by 2 along axis 0 do not fit [4]") {
      _ = Tensor.zeros([4]).strided(0, AxisStride(start: 0, step: 2, count: 3))
    },
    Call("stridedSlice: 2 places from 0 by 0 along axis 0") {
      _ = v.strided(0, AxisStride(start: 0, step: 0, count: 2))
    },
    Call("stridedSlice: 2 places from 1 by 9223372036854775807") {
      _ = v.strided(0, AxisStride(start: 1, step: .max, count: 2))
    },
    Call("stridedSlice: axis 5 is outside [3]") {
      _ = v.strided(5, AxisStride(start: 0, step: 1, count: 1))
    },
    Call("stridedPlace: 3 places from 2 by -2 along axis 0 do not fit [5]") {
      _ = v.stridedPlaced(0, AxisStride(start: 2, step: -2, count: 3), in: 5)
    },
    Call("concatenate: float32 [2, 3] and float32 [3, 3] do not fit along axis 1") {
      _ = concatenated([m, Tensor.zeros([3, 3])], axis: 1)
    },
    Call("concatenate: needs at least one tensor") { _ = concatenated([]) },
    Call("concatenate: axis 2 is outside [2, 3]") { _ = concatenated([m], axis: 2) },
    Call("argSorted: axis 1 is outside [3]") { _ = v.argSorted(axis: 1) },
    Call("sorted: takes numbers, not bool") { _ = greater(v, v).sorted() },
    Call("searchSorted: the sorted values must be a vector") { _ = m.searchSorted(m) },
    Call("lastWriter: index 3 is outside an axis of 3") {
      _ = v.scattering(Tensor([3]), v[0]).integers
    },
    Call("scattering: values [3] do not fit indices int64 [2] along axis 0 of [3]") {
      _ = v.scattering(Tensor([0, 1]), v)
    },
    Call("taken: indices int64 [3] do not fit [2, 3] along axis 0") { _ = m.taken(along: 0, v) },
    Call("taken: values [3] do not fit indices [2]") {
      _ = v.setting(along: 0, Tensor([0, 1]), v)
    },
    Call("index: 4 at place 0 is not from 0 to 2") {
      _ = v.taken(along: 0, Tensor([4])).integers
    },
    Call("squeezed: axis 0 of [2, 3] is not of size 1") { _ = m.squeezed(0) },
    Call("unsqueezed: axis 3 is outside [2, 3]") { _ = m.unsqueezed(3) },
    Call("expanded: axis 0 has no size") { _ = v.expanded(to: [-1, 3]) },
    Call("flipped: axis 2 is outside") { _ = m.flipped([2]) },
    Call("tiled: [3] cannot be repeated -1 times") { _ = v.tiled([-1]) },
    Call("split: sizes [1, 1] do not fill axis 0 of [3]") { _ = v.split([1, 1]) },
    Call("chunked: [3] has no 0 pieces along axis 0") { _ = v.chunked(0) },
    Call("padded: the widths do not fit [2, 3]") { _ = m.padded([(1, 1)]) },
    Call("padded: 3 and 0 places cannot be made") { _ = v.padded(axis: 0, 3, 0, .reflect) },
    Call("diagonal: needs two axes") { _ = v.diagonal() },
    Call("triangle: needs two axes") { _ = v.lowerTriangle() },
    Call("nonzero: 4 places are more than [3] has") { _ = v.nonzero(size: 4) },
    Call("subscript: place 3 is outside axis 0 of [3]") { _ = v[3] },
    Call("subscript: place -4 is outside axis 0 of [3]") { _ = v[-4] },
    Call("subscript: the range from 1 to 5 leaves axis 0 of [3]") { _ = v[1..<5] },
    Call("subscript: 2 indices are too many for [3]") { _ = v[0, 0] },
    Call("subscript: the step is 0") { _ = v[.every(0)] },
    Call("subscript: has two ellipses") { _ = m[.ellipsis, .ellipsis] },
    Call("subscript: the mask [2] does not fit [3] at axis 0") { _ = v[Tensor([true, false])] },
    Call("subscript: an index tensor must hold integers or bool") { _ = v[m] },
    Call("gather: index -4 is outside an axis of 3") { _ = v[Tensor([-7])].integers },
    Call("subscript: [3] does not fill the part, [2]") {
      _ = v.updating([TensorIndex(..<2)], with: v)
    },
    Call("gather: index 7 is outside an axis of 3") { _ = v[Tensor([7])].integers },
    Call("evaluate: a function under vmap, scan or recomputed cannot read") {
      _ = vmap({ $0[greater($0, Tensor(0))] }, m)
    },
    Call("unfolded: windows of 3 by stride 1 and padding 0 do not fit [1, 1, 2, 2]") {
      _ = Tensor.zeros([1, 1, 2, 2]).unfolded(3)
    },
    Call("folded: windows of 2 by stride 1 and padding 0 do not fit [1, 4, 5]") {
      _ = Tensor.zeros([1, 4, 5]).folded(to: 3, 3, 2)
    },
    Call("range: cannot count from 0 to 3 by 0") { _ = Tensor.range(0, 3, by: 0) },
    Call("range: cannot count") { _ = Tensor.range(0.0, 1.0, by: 0) },
    Call("permutation: cannot order -1 numbers") { _ = Tensor.permutation(-1, key: RandomKey(1)) },
    Call("randomIntegers: no numbers from 3 to below 3") {
      _ = Tensor.randomIntegers([2], 3, 3, key: RandomKey(1))
    },
    Call("truncatedNormal: the limit 0.0") {
      _ = Tensor.truncatedNormal([2], limit: 0, key: RandomKey(1))
    },
    Call("categorical: takes rows of logits") { _ = Tensor.categorical(v, key: RandomKey(1)) },
  ]

  @Test(arguments: calls) func isThrownWithItsText(call: Call) {
    do throws(GraphError) {
      try checked { call.run() }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.description.contains(call.text), "\(error.description)")
    }
  }
}

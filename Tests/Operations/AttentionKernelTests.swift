import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Attention in one kernel against its body, in shapes beyond one block of rows and beside whole vectors.
@Suite struct AttentionKernelTests {
  private static let forms: [(rows: Shape, AttentionForm)] = [
    ([2, 130, 3 * 4 * 8], AttentionForm(heads: 4, keyHeads: 4, isCausal: true, scale: 0.3)),
    ([1, 200, (6 + 2 * 3) * 5], AttentionForm(heads: 6, keyHeads: 3, isCausal: true, scale: 0.5)),
    ([3, 65, (4 + 2) * 7], AttentionForm(heads: 4, keyHeads: 1, isCausal: false, scale: 1)),
    ([2, 1, 9], AttentionForm(heads: 1, keyHeads: 1, isCausal: true, scale: 2)),
  ]

  /// The result and the gradient of a sum of it, weighted.
  private static func found(
    _ form: (rows: Shape, AttentionForm), _ element: ElementType, whole: Bool
  ) -> [[Double]] {
    let rows = Tensor.normal(form.rows, key: RandomKey(3), .float64).cast(to: element)
    let region = SelfAttention(form.1)
    let result = whole ? region.apply(rows) : region.body([rows])
    let weights = Tensor.normal(result.shape, key: RandomKey(4), .float64).cast(to: element)
    let gradient = gradients(of: (result * weights).sum(), withRespectTo: [rows])[0]!
    return [result.doubles, gradient.doubles]
  }

  @Test(arguments: forms.indices) func theKernelIsItsBody(place: Int) {
    let form = Self.forms[place]
    let exact = Devices.with(ReferenceDevice.shared) { Self.found(form, .float64, whole: false) }
    let results = onEveryEngine { name in
      (name, Self.found(form, .float64, whole: true), Self.found(form, .float32, whole: true))
    }
    for (name, double, single) in results {
      #expect(distance(double, exact) < 1e-13, "\(name)")
      #expect(distance(single, exact) < 2e-5, "\(name)")
    }
  }

  /// Scores that are finite although queries times keys are not, before the scale.
  @Test func largeNumbersOverflowNoSoonerThanInItsBody() {
    let rows = Tensor.full([1, 3, 12], 1e19, .float32)
    let form = AttentionForm(heads: 1, keyHeads: 1, isCausal: true, scale: 0.1)
    #expect(SelfAttention(form).apply(rows).floats.allSatisfy { $0 == 1e19 })
  }

  @Test func threadsChangeNoBits() {
    let one = Devices.with(CPUDevice(threads: 1)) {
      Self.found(Self.forms[0], .float32, whole: true)
    }
    let two = Devices.with(CPUDevice(threads: 2)) {
      Self.found(Self.forms[0], .float32, whole: true)
    }
    #expect(one == two)
  }

  @Test func whatIsNotSeenDoesNotMatter() {
    var numbers = Tensor.normal([1, 70, 6], key: RandomKey(5)).floats
    let form = AttentionForm(heads: 1, keyHeads: 1, isCausal: true, scale: 1)
    let before = SelfAttention(form).apply(Tensor(numbers, shape: [1, 70, 6])).floats
    for place in (60 * 6)..<numbers.count { numbers[place] += 100 }
    let after = SelfAttention(form).apply(Tensor(numbers, shape: [1, 70, 6])).floats
    #expect(before.prefix(120) == after.prefix(120))
    #expect(before.suffix(20) != after.suffix(20))
  }

  /// The largest difference, beside the largest number.
  private func distance(_ a: [[Double]], _ b: [[Double]]) -> Double {
    zip(a, b).map { a, b in
      let size = b.map { abs($0) }.max() ?? 1
      return zip(a, b).map { abs($0 - $1) }.max()! / max(size, 1)
    }.max()!
  }
}

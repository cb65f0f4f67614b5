import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointRuntime
import Testing

/// Sums that are taken along the pass which makes what they sum.
@Suite struct GroupSumTests {
  /// Rows, columns and all; whole vectors and not; one tile and many; one piece and many.
  private static let shapes: [Shape] = [
    [3], [70_001], [4, 3], [300, 257], [7, 20_011], [5000, 24], [333, 1024], [64, 4097],
    [2, 3, 5, 7], [40, 16, 9, 11], [33, 65, 50],
  ]

  @Test(arguments: [ElementType.float32, .float64])
  func theyAreRightForAnyAxes(element: ElementType) {
    for shape in GroupSumTests.shapes {
      let x = Tensor.normal(shape, mean: 0.5, key: RandomKey(shape.count), element)
      let exact = (x.cast(to: .float64) * 2).doubles
      for mask in 1..<(1 << shape.rank) {
        let axes = (0..<shape.rank).filter { mask >> $0 & 1 == 1 }
        let found = (x * 2).sum(axes).cast(to: .float64).doubles
        let (sums, sizes) = plainSums(exact, shape, axes)
        let tolerance = element == .float64 ? 1e-13 : 2e-6
        let worst = zip(zip(found, sums), sizes).map { abs($0.0 - $0.1) / ($1 + 1) }.max() ?? 0
        #expect(found.count == sums.count && worst < tolerance, "\(shape) over \(axes): \(worst)")
      }
    }
  }

  /// Of each result: the sum of doubles, and that of their sizes.
  private func plainSums(
    _ numbers: [Double], _ shape: Shape, _ axes: [Int]
  ) -> (sums: [Double], sizes: [Double]) {
    let strides = shape.strides
    let kept = (0..<shape.rank).filter { !axes.contains($0) }
    let count = kept.reduce(1) { $0 * shape[$1] }
    var (sums, sizes) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for (place, number) in numbers.enumerated() {
      let to = kept.reduce(0) { $0 * shape[$1] + place / strides[$1] % shape[$1] }
      sums[to] += number
      sizes[to] += abs(number)
    }
    return (sums, sizes)
  }

  @Test func theyAreTheSameForAnyNumberOfThreads() {
    for shape in GroupSumTests.shapes {
      let x = Tensor.normal(shape, key: RandomKey(1))
      let all = (1...5).map { threads in
        alone(on: CPUDevice(threads: threads)) {
          [[0], [shape.rank - 1], nil].map { exp(x).sum($0).bits }
        }
      }
      #expect(all.allSatisfy { $0 == all[0] }, "\(shape)")
    }
  }

  @Test func theyAreTheSameAlone() {
    for shape in GroupSumTests.shapes {
      let x = Tensor.normal(shape, key: RandomKey(1))
      for axes in [[0], [shape.rank - 1], nil] {
        let together = exp(x).sum(axes)
        let made = exp(x).evaluated().detached
        #expect(together.bits == made.sum(axes).bits, "\(shape) over \(axes ?? [])")
      }
    }
  }

  /// Nor does anything else that is computed or summed with it change a sum.
  @Test func theyAreTheSameInCompany() throws {
    let x = Tensor.uniform([4000, 6, 16], 0, 1, key: RandomKey(3)).evaluated()
    let b = Tensor.normal([6, 16], key: RandomKey(4)).evaluated()
    func bits(_ make: () -> [Tensor]) throws -> [UInt64] {
      try alone {
        let made = make()
        try Engine.evaluate(made)
        return made[0].bits
      }
    }
    #expect(
      try bits { [x.sum([0, 1])] } == bits { [x.sum([0, 1]), x.sum([1, 2]), (x + b).sum([0])] })
    #expect(
      try bits { [exp(x).sum([0, 1])] }
        == bits {
          let y = exp(x)
          return [y.sum([0, 1]), y + b, y.sum([1, 2]), y.sum()]
        })
  }

  @Test(arguments: [CPUDevice.Kernels.best, .upToAVX2, .portable])
  func sumsOfOneNumberEach(kernels: CPUDevice.Kernels) {
    let found = alone {
      CPUDevice.shared.with(kernels) {
        Engine.removePlans()
        let numbers = [2.0, 3, 5].map { Tensor($0).broadcast(to: [1000]) }
        let sums = numbers.map { ($0 * 2).sum() } + numbers.map { ($0 + 1).sum() }
        try? Engine.evaluate(sums)
        return sums.map { $0.item }
      }
    }
    #expect(found == [4000, 6000, 10_000, 3000, 4000, 6000])
  }

  @Test func asManySumsAsSomebodyAsksFor() throws {
    let x = Tensor.normal([40, 50], key: RandomKey(1), .float64).evaluated()
    let values = (0..<24).map { x * Double($0) }
    let sums = values.flatMap { [$0.sum(), $0.sum([0]), $0.sum([1])] }
    try Engine.evaluate(sums)
    for (index, sum) in sums.enumerated() {
      let total = x.doubles.reduce(0, +) * Double(index / 3)
      #expect(abs(sum.doubles.reduce(0, +) - total) < 1e-9)
    }
  }

  @Test func onePassTakesAllSums() {
    let x = Tensor.normal([512, 128], key: RandomKey(1)).evaluated()
    let kernels = alone {
      Engine.removePlans()
      let y = tanh(x)
      Profile.set(true)
      defer { Profile.set(false) }
      let sums = [y.sum([0]), y.sum([1]), (y * x).sum([0]), y.sum()]
      try? Engine.evaluate(sums)
      return Profile.entries.map { $0.summary }
    }
    #expect(kernels == ["group of 2 over 65536 elements with 4 sums"])
  }

  /// What is written over an input while that is summed would be summed too.
  @Test func anInputIsSummedBeforeItIsOverwritten() throws {
    let cell = Cell(Tensor.normal([2000], key: RandomKey(4)).evaluated())
    let before = cell.value.doubles.reduce(0, +)
    let total = cell.value.sum()
    try Engine.commit([total], [CellUpdate(cell, cell.value * 3 + 1)])
    #expect(abs(total.item - before) < 1e-3)
    #expect(abs(cell.value.sum().item - (3 * before + 2000)) < 1e-2)
  }
}

extension Tensor {
  var bits: [UInt64] { cast(to: .float64).doubles.map { $0.bitPattern } }
}

/// Where in a scan's dense result things lie: outputs of all steps, the carries before each step, sums, and the
/// carries after the last.
package struct ScanLayout: Sendable {
  package let length: Int
  /// The shapes of one step's outputs, of the carries, and of the sums.
  package let outputs: [Shape]
  package let carries: [Shape]
  package let sums: [Shape]

  /// Where each begins, in elements.
  package let outputStarts: [Int]
  package let savedStarts: [Int]
  package let sumStarts: [Int]
  package let carryStarts: [Int]
  /// Elements of the whole.
  package let count: Int

  init(length: Int, outputs: [Shape], carries: [Shape], sums: [Shape]) {
    self.length = length
    self.outputs = outputs
    self.carries = carries
    self.sums = sums
    var next = 0
    func places(_ shapes: [Shape], times: Int) -> [Int] {
      shapes.map { shape in
        defer { next += shape.count * times }
        return next
      }
    }
    outputStarts = places(outputs, times: length)
    savedStarts = places(carries, times: length)
    sumStarts = places(sums, times: 1)
    carryStarts = places(carries, times: 1)
    count = next
  }

  /// The parts of a result, of an upstream gradient, or of anything else that is laid out so.
  func pieces(of whole: Tensor) -> ScanPieces {
    ScanPieces(
      whole: whole, outputs: stacks(whole, outputs, outputStarts),
      saved: stacks(whole, carries, savedStarts),
      sums: zip(sums, sumStarts).map { piece(whole, $0, $1) },
      carries: zip(carries, carryStarts).map { piece(whole, $0, $1) })
  }

  private func stacks(_ whole: Tensor, _ shapes: [Shape], _ starts: [Int]) -> [Tensor] {
    zip(shapes, starts).map { piece(whole, $0.stacked(length), $1) }
  }

  private func piece(_ whole: Tensor, _ shape: Shape, _ start: Int) -> Tensor {
    whole.strided(0, AxisStride(start: start, step: 1, count: shape.count)).reshaped(shape)
  }
}

/// The parts of a scan's result.
struct ScanPieces {
  let whole: Tensor
  /// One a step.
  let outputs: [Tensor]
  /// The carries before each step.
  let saved: [Tensor]
  let sums: [Tensor]
  /// The carries after the last step.
  let carries: [Tensor]
}

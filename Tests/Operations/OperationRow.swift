import Adjoint
import AdjointGraph
import AdjointRuntime

/// How the elements of a test input are chosen.
enum Fill: Sendable {
  /// Normal, around 0.
  case normal
  /// Between 0.5 and 2.
  case positive
  /// Normal, but nowhere near 0, where a kink would spoil finite differences.
  case awayFromZero
  /// All different by at least 0.01, in random order: for maxima.
  case distinct
  /// Given integers.
  case indices([Int])
  /// Given truth values.
  case flags([Bool])
}

/// One row of the table: an operation applied to inputs of some shapes.
struct OperationRow: Sendable, CustomStringConvertible {
  let operation: String
  let inputs: [(Shape, Fill)]
  /// Where an operation has a kink or a jump in this row, finite differences are left out, with the reason.
  let withoutDerivative: String?
  /// False where the row needs elements that differ: one value many times would not do.
  let repeats: Bool
  let apply: @Sendable ([Tensor]) -> Tensor

  init(
    _ operation: String, _ inputs: [(Shape, Fill)], withoutDerivative: String? = nil,
    repeats: Bool = true, _ apply: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.operation = operation
    self.inputs = inputs
    self.withoutDerivative = withoutDerivative
    self.repeats = repeats
    self.apply = apply
  }

  var description: String {
    operation + " " + inputs.map { $0.0.description }.joined(separator: " ")
  }

  /// The inputs, the same every time.
  func makeInputs(_ element: ElementType, seed: Int = 0) -> [Tensor] {
    inputs.enumerated().map { index, input in
      let key = RandomKey(seed).split(index)
      let (shape, fill) = input
      switch fill {
      case .normal: return Tensor.normal(shape, key: key, element)
      case .positive: return Tensor.uniform(shape, 0.5, 2, key: key, element)
      case .awayFromZero:
        return tensor(shape, element) {
          let x = key.normal(at: $0)
          return x + (x < 0 ? -0.2 : 0.2)
        }
      case .distinct:
        let order = (0..<shape.count).sorted { key.bits(at: $0) < key.bits(at: $1) }
        var values = [Double](repeating: 0, count: shape.count)
        for (rank, place) in order.enumerated() {
          values[place] = Double(rank) * 0.07 - Double(shape.count) * 0.03
        }
        return tensor(shape, element) { values[$0] }
      case .indices(let list): return Tensor(list, shape: shape)
      case .flags(let list): return Tensor(list, shape: shape)
      }
    }
  }

  private func tensor(
    _ shape: Shape, _ element: ElementType, _ value: (Int) -> Double
  ) -> Tensor {
    Tensor((0..<shape.count).map(value), shape: shape, element)
  }

  /// Which inputs a derivative can be taken of.
  func floatingInputs(_ inputs: [Tensor]) -> [Int] {
    inputs.indices.filter { inputs[$0].element.isFloating }
  }
}

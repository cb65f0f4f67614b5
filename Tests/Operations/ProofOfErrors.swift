import Adjoint
import AdjointGraph
import Testing

extension Proof {
  /// The wrong calls with their texts; and whatever else is made wrong of the rows' inputs is refused by a
  /// sentence or computed, and never a trap.
  mutating func wrongCallsAreRefused() {
    for call in wrongCalls where call.operation == operation.name {
      let error = refusal { _ = call.run() }
      #expect(
        error?.description == "\(operation.name): \(call.text)",
        "\(error?.description ?? "nothing was refused")")
      note(.error)
    }
    for row in rows {
      for node in row.nodes(row.makeInputs(.float32)) { spoil(node) }
    }
  }

  /// Each input in turn of another type, of a shape that fits nothing, a scalar.
  private mutating func spoil(_ node: Node) {
    let inputs = (0..<node.inputCount).map { Tensor(node.input($0)) }
    for place in inputs.indices {
      let (shape, element) = (inputs[place].shape, inputs[place].element)
      let others: [Tensor] = [
        .zeros(shape, element == .bool ? .float32 : .bool),
        .zeros(shape, element == .int64 ? .float64 : .int64),
        .zeros([7, 5, 11], element), .zeros([], element),
        .zeros([13, 1, 1, 1, 1, 1, 1, 17], element),
      ]
      for wrong in others {
        guard let error = refusal({ _ = node.operation.apply(inputs.replacing(place, wrong)) })
        else { continue }
        #expect(error.operation == operation.name, "\(error)")
        #expect(error.message.count > 8 && !error.message.contains("\n"), "\(error)")
        note(.error)
      }
    }
  }
}

func refusal(_ body: () -> Void) -> GraphError? {
  do throws(GraphError) {
    try checked { body() }
    return nil
  } catch {
    return error
  }
}

import AdjointGraph
import AdjointRuntime

extension Tensor {
  /// The parts at some places along axis 0, copied here and now, without a plan: batches are made beside the
  /// training step.
  package func rows(_ places: [Int]) throws -> Tensor {
    let source = try tryEvaluated()
    guard rank > 0, let memory = source.node.storage else {
      throw DataError("data set", "has no examples")
    }
    let rowBytes = shape[0] == 0 ? 0 : memory.byteCount / shape[0]
    let result = Shape([places.count] + shape.dimensions.dropFirst())
    let target = Storage.make(byteCount: result.count * element.byteCount)
    for (row, place) in places.enumerated() {
      guard place >= 0, place < shape[0] else {
        throw DataError("data set", "has no example \(place); it has \(shape[0])")
      }
      (target.pointer + row * rowBytes).copyMemory(
        from: memory.pointer + place * rowBytes, byteCount: rowBytes)
    }
    return Tensor(Node(Constant.shared, TensorType(result, element), storage: target))
  }
}

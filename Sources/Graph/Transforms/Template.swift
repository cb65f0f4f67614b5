/// A piece of graph with holes: traced once from a function, filled with other inputs at will.
///
/// Whatever the function uses beside its arguments (parameters, data, numbers) becomes an input as well, so
/// that the template itself holds no values and keeps none alive.
package final class Template: Sendable {
  private let holes: [Tensor]
  private let result: Tensor
  /// Two lanes of a hash over its operations and how they are connected.
  package let fingerprint: [Int]

  /// Traces `function` on arguments of these types. `captured` are the values from outside that it uses.
  package static func trace(
    _ types: [TensorType], _ function: ([Tensor]) -> Tensor
  ) -> (template: Template, captured: [Tensor]) {
    let arguments = types.map { Tensor.placeholder($0) }
    let result = function(arguments)
    let captured = outsideLeaves(of: result, arguments)
    let holes = arguments + captured.map { Tensor.placeholder($0.type) }
    let closed = filled(result, arguments + captured, with: holes)
    return (Template(holes, closed), captured)
  }

  private init(_ holes: [Tensor], _ result: Tensor) {
    self.holes = holes
    self.result = result
    fingerprint = Template.hash(result, holes)
  }

  package var type: TensorType { result.type }

  /// The graph over these inputs: the arguments, then what was captured.
  package func callAsFunction(_ inputs: [Tensor]) -> Tensor {
    Template.filled(result, holes, with: inputs)
  }

  private static func walked<Result>(
    _ root: Tensor, _ boundary: [Tensor], _ body: (Walk) -> Result
  ) -> Result {
    GraphLock.withLock {
      let walk = Walk.take()
      defer { walk.giveBack() }
      walk.order(
        roots: [root.node], boundary: boundary.map { $0.node }, stoppingAtValues: true)
      return body(walk)
    }
  }

  /// Leaves that are neither arguments nor part of the structure.
  private static func outsideLeaves(of root: Tensor, _ arguments: [Tensor]) -> [Tensor] {
    walked(root, arguments) { walk in
      (arguments.count..<walk.count).compactMap { index in
        let node = walk.node(index)
        let isStructure = node.storage == nil && !(node.operation is ScalarOperand)
        let isLeaf = walk.inputStart[index] == walk.inputStart[index + 1]
        return isLeaf && !isStructure ? Tensor(node) : nil
      }
    }
  }

  private static func filled(_ root: Tensor, _ holes: [Tensor], with inputs: [Tensor]) -> Tensor {
    walked(root, holes) { walk in
      // Filling makes nodes and may walk other graphs: the places are noted first.
      let place = Int(root.node.ordinal)
      var values = inputs
      for index in holes.count..<walk.count {
        let below = (walk.inputStart[index]..<walk.inputStart[index + 1]).map {
          values[Int(walk.inputs[Int($0)])]
        }
        let node = walk.node(index)
        values.append(below.isEmpty ? Tensor(node) : node.operation.apply(below))
      }
      return values[place]
    }
  }

  private static func hash(_ root: Tensor, _ holes: [Tensor]) -> [Int] {
    walked(root, holes) { walk in
      var (a, b) = (Signature.of("template"), Signature.of("fingerprint"))
      for index in 0..<walk.count {
        a = Signature.mix(a, walk.node(index).signature)
        b = Signature.mix(b, a &+ UInt64(index))
        for place in walk.inputStart[index]..<walk.inputStart[index + 1] {
          a = Signature.mix(a, UInt64(walk.inputs[Int(place)]))
        }
      }
      return [Int(truncatingIfNeeded: a), Int(truncatingIfNeeded: b)]
    }
  }
}

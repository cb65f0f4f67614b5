/// A piece of graph with holes: traced once from a function, filled with other inputs at will.
///
/// Whatever the function uses beside its arguments (parameters, data, numbers) becomes an input as well, so
/// that the template itself holds no values and keeps none alive.
package final class Template: Sendable {
  /// What its inputs stand for: the arguments, then what was captured.
  package let holes: [Tensor]
  package let results: [Tensor]
  /// Two lanes of a hash over its operations and how they are connected.
  package let fingerprint: [Int]

  /// What of the values from outside becomes an input.
  package enum Capture {
    /// Data and numbers: what is computed of them belongs to the template.
    case leaves
    /// What does not depend on the arguments, as it is: it is computed once, outside.
    case invariants
  }

  /// Traces `function` on arguments of these types. `captured` are the values from outside that it uses.
  package static func trace(
    _ types: [TensorType], _ function: ([Tensor]) -> Tensor
  ) -> (template: Template, captured: [Tensor]) {
    trace(types, capturing: .leaves) { [function($0)] }
  }

  /// Traces a function of several results.
  package static func trace(
    _ types: [TensorType], capturing: Capture, _ function: ([Tensor]) -> [Tensor]
  ) -> (template: Template, captured: [Tensor]) {
    let arguments = types.map { Tensor.placeholder($0) }
    let results = function(arguments)
    let captured =
      switch capturing {
      case .leaves: outsideLeaves(of: results, arguments)
      case .invariants: invariants(of: results, arguments)
      }
    let holes = arguments + captured.map { Tensor.placeholder($0.type) }
    let closed = filled(results, arguments + captured, with: holes)
    return (Template(holes, closed), captured)
  }

  private init(_ holes: [Tensor], _ results: [Tensor]) {
    self.holes = holes
    self.results = results
    fingerprint = Template.hash(results, holes)
  }

  package var type: TensorType { results[0].type }

  /// The graph over these inputs: the arguments, then what was captured.
  package func callAsFunction(_ inputs: [Tensor]) -> Tensor { all(inputs)[0] }

  /// The graphs of all results over these inputs.
  package func all(_ inputs: [Tensor]) -> [Tensor] {
    Template.filled(results, holes, with: inputs)
  }

  private static func walked<Result>(
    _ roots: [Tensor], _ boundary: [Tensor], _ body: (Walk) -> Result
  ) -> Result {
    GraphLock.withLock {
      let walk = Walk.take()
      defer { walk.giveBack() }
      walk.order(
        roots: roots.map { $0.node }, boundary: boundary.map { $0.node }, stoppingAtValues: true)
      return body(walk)
    }
  }

  /// Leaves that are neither arguments nor part of the structure.
  private static func outsideLeaves(of roots: [Tensor], _ arguments: [Tensor]) -> [Tensor] {
    walked(roots, arguments) { walk in
      (arguments.count..<walk.count).compactMap { index in
        let isLeaf = walk.inputStart[index] == walk.inputStart[index + 1]
        return isLeaf && !isStructure(walk.node(index)) ? Tensor(walk.node(index)) : nil
      }
    }
  }

  /// A leaf that is the same whenever the function runs.
  private static func isStructure(_ leaf: Node) -> Bool {
    leaf.storage == nil && !(leaf.operation is ScalarOperand) && !(leaf.operation is Placeholder)
  }

  /// Values that do not depend on the arguments and are read by what does, or asked for. What is made of the
  /// structure alone stays inside.
  private static func invariants(of roots: [Tensor], _ arguments: [Tensor]) -> [Tensor] {
    walked(roots, arguments) { walk in
      var varies = [Bool](repeating: false, count: walk.count)
      var isFixed = [Bool](repeating: false, count: walk.count)
      var isWanted = [Bool](repeating: false, count: walk.count)
      for index in 0..<walk.count {
        let inputs = (walk.inputStart[index]..<walk.inputStart[index + 1]).map {
          Int(walk.inputs[Int($0)])
        }
        varies[index] = index < arguments.count || inputs.contains { varies[$0] }
        isFixed[index] =
          !varies[index]
          && (inputs.isEmpty ? isStructure(walk.node(index)) : inputs.allSatisfy { isFixed[$0] })
        if varies[index] { for input in inputs { isWanted[input] = true } }
      }
      for root in roots { isWanted[Int(root.node.ordinal)] = true }
      return (arguments.count..<walk.count).compactMap { index in
        isWanted[index] && !varies[index] && !isFixed[index] ? Tensor(walk.node(index)) : nil
      }
    }
  }

  private static func filled(
    _ roots: [Tensor], _ holes: [Tensor], with inputs: [Tensor]
  ) -> [Tensor] {
    walked(roots, holes) { walk in
      // Filling makes nodes and may walk other graphs: the places are noted first.
      let places = roots.map { Int($0.node.ordinal) }
      var values = inputs
      for index in holes.count..<walk.count {
        let below = (walk.inputStart[index]..<walk.inputStart[index + 1]).map {
          values[Int(walk.inputs[Int($0)])]
        }
        let node = walk.node(index)
        values.append(below.isEmpty ? Tensor(node) : node.operation.apply(below))
      }
      return places.map { values[$0] }
    }
  }

  private static func hash(_ roots: [Tensor], _ holes: [Tensor]) -> [Int] {
    walked(roots, holes) { walk in
      var (a, b) = (Signature.of("template"), Signature.of("fingerprint"))
      for index in 0..<walk.count {
        a = Signature.mix(a, walk.node(index).signature)
        b = Signature.mix(b, a &+ UInt64(index))
        for place in walk.inputStart[index]..<walk.inputStart[index + 1] {
          a = Signature.mix(a, UInt64(walk.inputs[Int(place)]))
        }
      }
      for root in roots { a = Signature.mix(a, UInt64(root.node.ordinal)) }
      return [Int(truncatingIfNeeded: a), Int(truncatingIfNeeded: b)]
    }
  }
}

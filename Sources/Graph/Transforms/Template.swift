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

  /// What of the values from outside becomes an input, beside data and numbers.
  package enum Capture {
    /// What a gradient may be asked for. What is made of integers alone (a mask of a key) belongs to the template.
    case gradientPaths
    /// All that does not depend on the arguments, as it is: it is computed once, outside.
    case invariants
  }

  /// Traces `function` on arguments of these types. `captured` are the values from outside that it uses.
  package static func trace(
    _ types: [TensorType], _ function: ([Tensor]) -> Tensor
  ) -> (template: Template, captured: [Tensor]) {
    trace(types, capturing: .gradientPaths) { [function($0)] }
  }

  /// Traces a function of several results.
  package static func trace(
    _ types: [TensorType], capturing: Capture, _ function: ([Tensor]) -> [Tensor]
  ) -> (template: Template, captured: [Tensor]) {
    let arguments = types.map { Tensor.placeholder($0) }
    let results = function(arguments)
    if results.contains(where: { $0.node.isPoisoned }) {
      return (Template(arguments, results), [])
    }
    let captured = outsideValues(of: results, arguments, capturing)
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

  /// What the function gave where it met a wrong operation inside `checked`.
  package var poison: Tensor? { results.first { $0.node.isPoisoned } }

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

  /// The values that do not depend on the arguments and become inputs. What is made of the structure alone never
  /// does.
  private static func outsideValues(
    of roots: [Tensor], _ arguments: [Tensor], _ capturing: Capture
  ) -> [Tensor] {
    walked(roots, arguments) { walk in
      func inputs(_ index: Int) -> [Int] {
        (walk.inputStart[index]..<walk.inputStart[index + 1]).map { Int(walk.inputs[Int($0)]) }
      }
      var varies = [Bool](repeating: false, count: walk.count)
      var isTaken = [Bool](repeating: false, count: walk.count)
      for index in 0..<walk.count {
        let (node, below) = (walk.node(index), inputs(index))
        varies[index] = index < arguments.count || below.contains { varies[$0] }
        let mayMatter = capturing == .invariants || node.element.isFloating
        isTaken[index] =
          mayMatter && (below.isEmpty ? !isStructure(node) : below.contains { isTaken[$0] })
      }
      var isWanted = [Bool](repeating: false, count: walk.count)
      for root in roots { isWanted[Int(root.node.ordinal)] = true }
      var found: [Tensor] = []
      for index in (arguments.count..<walk.count).reversed() where isWanted[index] {
        let (node, below) = (walk.node(index), inputs(index))
        if !varies[index], isTaken[index] || (below.isEmpty && !isStructure(node)) {
          found.append(Tensor(node))
        } else {
          for input in below { isWanted[input] = true }
        }
      }
      return found.reversed()
    }
  }

  /// A leaf that is the same whenever the function runs.
  private static func isStructure(_ leaf: Node) -> Bool {
    leaf.storage == nil && !(leaf.operation is ScalarOperand) && !(leaf.operation is Placeholder)
  }

  /// Graphs over `holes`, each another node, over these inputs instead.
  package static func filled(
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

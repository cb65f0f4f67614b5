import CSupport

/// What kind of work an operation is: how a planner may treat it.
package enum OperationKind: Sendable {
  /// A value given from outside.
  case leaf
  /// Element by element, as a scalar expression: any group of these fuses.
  case pointwise
  /// The same elements in another shape or order.
  case view
  case reduction
  /// The same elements, as they are, in other places.
  case movement
  /// Runs by a kernel of its own.
  case kernel
  /// A named composite with a body of primitives.
  case region
}

/// One operation, stated in one place: what it takes, what it gives, and how it is differentiated and batched.
///
/// Nothing has a default: a rule that is missing does not compile.
package protocol Operation: AnyObject, Sendable {
  var name: String { get }
  /// All that tells this operation from others of the same name.
  var attributes: [Int] { get }
  /// Name and attributes hashed, once, by `Signature`.
  var signature: UInt64 { get }
  var kind: OperationKind { get }

  /// The type rule.
  func infer(_ inputs: Inputs) throws(GraphError) -> TensorType
  /// Reverse rule: adds to each needed input what the upstream gradient contributes.
  func reverse(_ step: Reverse)
  /// Forward rule: the tangent of the output. Called only where an input has a tangent.
  func forward(_ step: Forward) -> Tensor
  /// Batching rule: the operation over inputs some of which carry a batch as axis 0, giving axis 0 as batch.
  func batch(_ step: BatchStep) -> Tensor

  /// This operation as what it also is (Embedded Swift cannot ask by `as? any`).
  var asPointwise: (any PointwiseOperation)? { get }
  var asRegion: (any Region)? { get }
  /// The input whose values are checked when the operation runs, and the bound they must be below: what can
  /// fail there.
  func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)?
}

extension Operation {
  package var asPointwise: (any PointwiseOperation)? { nil }
  package var asRegion: (any Region)? { nil }
  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? { nil }
}

extension Region {
  package var asRegion: (any Region)? { self }
}

/// True where an operation works on narrow elements as they are: pointwise ones round by themselves, what only moves
/// elements has nothing to round, and functions and scans are the operations recorded in them. All others are given
/// wide elements.
package func takesNarrowElements(_ operation: any Operation) -> Bool {
  operation.asPointwise != nil || operation.kind == .view || operation.kind == .movement
    || operation is FunctionRegion || operation is Scan
}

/// A composite: one node with a body of primitives.
package protocol Region: Operation {
  func body(_ inputs: [Tensor]) -> Tensor
}

/// The types of a node's inputs, while its own is being inferred.
package struct Inputs {
  unowned(unsafe) let node: Node
  @inline(__always) init(_ node: Node) { self.node = node }
  package var count: Int { node.inputCount }
  @inline(__always) package subscript(index: Int) -> TensorType {
    node.unmanagedInput(index)._withUnsafeGuaranteedRef { TensorType($0.shape, $0.element) }
  }
}

/// A stable hash of an operation's name and attributes.
package enum Signature {
  package static func of(_ name: String, _ attributes: [Int] = []) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for byte in name.utf8 { hash = mix(hash, UInt64(byte)) }
    for value in attributes { hash = mix(hash, UInt64(bitPattern: Int64(value))) }
    return hash
  }

  static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    let product = (hash ^ value).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low ^ (hash &+ 0xA076_1D64_78BD_642F)
  }
}

extension Operation {
  @inline(__always)
  package func apply(_ a: Tensor) -> Tensor {
    let node = Node(self)
    node.append(a.node)
    return finish(node)
  }

  @inline(__always)
  package func apply(_ a: Tensor, _ b: Tensor) -> Tensor {
    let node = Node(self)
    node.append(a.node)
    node.append(b.node)
    return finish(node)
  }

  @inline(__always)
  package func apply(_ a: Tensor, _ b: Tensor, _ c: Tensor) -> Tensor {
    let node = Node(self)
    node.append(a.node)
    node.append(b.node)
    node.append(c.node)
    return finish(node)
  }

  package func apply(_ inputs: [Tensor]) -> Tensor {
    let node = Node(self)
    for input in inputs { node.append(input.node) }
    return finish(node)
  }

  @inline(__always)
  private func finish(_ node: Node) -> Tensor {
    #if hasFeature(Embedded)
      return finishAny(node)
    #else
      return finishNode(node) { () throws(GraphError) in try infer(Inputs(node)) }
    #endif
  }
}

#if hasFeature(Embedded)
  /// One copy for all operations, so that the browser's module stays small.
  @inline(never)
  private func finishAny(_ node: Node) -> Tensor {
    finishNode(node) { () throws(GraphError) in try node.operation.infer(Inputs(node)) }
  }
#endif

@inline(__always)
private func finishNode(_ node: Node, _ infer: () throws(GraphError) -> TensorType) -> Tensor {
  if node.isPoisoned { return poison(from: node) }
  do throws(GraphError) {
    let type = try infer()
    node.shape = type.shape
    node.element = type.element
    return Tensor(node)
  } catch {
    return fail(error)
  }
}

/// True where two operations are the same, attributes included. Names are compared by their hash within the
/// signature: comparing text would carry the tables of Unicode into the browser.
package func isSame(_ a: any Operation, _ b: any Operation) -> Bool {
  a === b || (a.signature == b.signature && a.attributes == b.attributes)
}

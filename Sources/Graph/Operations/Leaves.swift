// Values given from outside. They have no inputs, so no rules: `Leaf` says so once for all.

/// A node without inputs.
protocol Leaf: Operation {}

extension Leaf {
  package var kind: OperationKind { .leaf }
  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    fatalError("a leaf is given its type")
  }
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { fatalError("a leaf has no inputs") }
  package func batch(_ step: BatchStep) -> Tensor { fatalError("a leaf has no inputs") }
}

/// Data in memory.
package final class Constant: Leaf, PlainOperation {
  package static let shared = Constant()
  package let name = "constant"
  package let signature = Signature.of("constant")
}

/// A number that may change from step to step: an operand, not structure.
package final class ScalarOperand: Leaf, PlainOperation {
  package static let shared = ScalarOperand()
  package let name = "scalar"
  package let signature = Signature.of("scalar")
}

/// A number that belongs to the structure.
package final class Literal: Leaf {
  package let name = "literal"
  package let attributes: [Int]
  package let signature: UInt64
  package let value: Double

  init(_ value: Double, _ element: ElementType) {
    self.value = value
    attributes = [
      Int(truncatingIfNeeded: Int64(bitPattern: value.bitPattern) >> 32),
      Int(truncatingIfNeeded: value.bitPattern & 0xFFFF_FFFF), Int(element.rawValue),
    ]
    signature = Signature.of(name, attributes)
  }
}

/// Stands for an input of a function that is traced to be transformed.
package final class Placeholder: Leaf, PlainOperation {
  package static let shared = Placeholder()
  package let name = "placeholder"
  package let signature = Signature.of("placeholder")
}

/// The result of a wrong operation inside `checked`.
package final class Poison: Leaf {
  package let name = "poison"
  package let attributes: [Int] = []
  package let signature = Signature.of("poison")
  package let error: GraphError
  package init(_ error: GraphError) { self.error = error }
}

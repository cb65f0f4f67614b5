/// A function of some inputs that has a name: one node, whose body is what the function builds of primitives. All
/// its rules are those of the body.
///
/// Name and attributes must tell everything that decides the body beside the types of the inputs.
package final class Composite: Region {
  package let name: String
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.region
  private let type: TensorType
  private let function: @Sendable ([Tensor]) -> Tensor

  /// A region that gives this type.
  package init(
    _ name: String, _ attributes: [Int], _ type: TensorType,
    _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.name = name
    self.attributes = attributes
    self.type = type
    self.function = function
    signature = Signature.of(name, attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType { type }
  package func body(_ inputs: [Tensor]) -> Tensor { function(inputs) }
  package func reverse(_ step: Reverse) { step.throughBody(self) }
  package func forward(_ step: Forward) -> Tensor { step.throughBody(self) }
  package func batch(_ step: BatchStep) -> Tensor { step.throughBody(self) }
}

extension Double {
  /// The bits as attributes of an operation, whose integers have 32 bits in the browser.
  var asAttributes: [Int] {
    [
      Int(truncatingIfNeeded: Int64(bitPattern: bitPattern) >> 32),
      Int(truncatingIfNeeded: bitPattern & 0xFFFF_FFFF),
    ]
  }
}

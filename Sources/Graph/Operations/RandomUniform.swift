/// Numbers spread evenly over [0, 1): for each key a block of a shape, whose element i is number i of that key.
///
/// The numbers are those of `RandomKey`. Keys are operands, so that a new key every step is the same plan.
package final class RandomUniform: Operation {
  package let name = "randomUniform"
  package let attributes: [Int]
  package let signature: UInt64
  package let kind = OperationKind.kernel
  /// The shape of the numbers of one key.
  package let shape: Shape
  package let element: ElementType

  package init(_ shape: Shape, _ element: ElementType) {
    self.shape = shape
    self.element = element
    attributes = shape.dimensions + [Int(element.rawValue)]
    signature = Signature.of("randomUniform", attributes)
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    let keys = inputs[0]
    guard keys.element == .int64 else {
      throw GraphError(name, "keys are int64, not \(keys.element.name); see RandomKey.operand")
    }
    guard element == .float32 || element == .float64 else {
      throw GraphError(name, "draws float32 or float64, not \(element.name)")
    }
    var whole = keys.shape
    for axis in 0..<shape.rank { whole.append(shape[axis]) }
    guard whole.isValid else {
      throw GraphError(
        name, "no tensor holds \(shape.description) for each of keys \(keys.shape.description)")
    }
    return TensorType(whole, element)
  }

  /// Chance does not change by degrees: no gradient flows.
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
  package func batch(_ step: BatchStep) -> Tensor { apply(step.inputs[0]) }
}

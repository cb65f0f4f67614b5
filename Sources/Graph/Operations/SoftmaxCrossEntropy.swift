/// The mean over rows of −log softmax(row)[target]: logits [N, C], targets [N] as integer class indices.
///
/// A region: backends may run it whole; the body defines it.
package final class SoftmaxCrossEntropy: Region, PlainOperation {
  package static let shared = SoftmaxCrossEntropy()
  package let name = "softmaxCrossEntropy"
  package let signature = Signature.of("softmaxCrossEntropy")
  package let kind = OperationKind.region

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (1, inputs[0].shape[1])
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try requireClasses(name, inputs)
    return TensorType(Shape(), inputs[0].element)
  }

  package func body(_ inputs: [Tensor]) -> Tensor {
    let (logits, targets) = (inputs[0], inputs[1])
    let shifted = logits - logits.max([1], keepingDimensions: true).detached
    let logarithm = log(exp(shifted).sum([1]))
    // Chosen, not multiplied by 0: a class that is ruled out by −∞ must not make NaN of the others.
    let zero = Tensor.literal(0, logits.element)
    let chosen = select(areTargets(targets, logits), shifted, zero).sum([1])
    return (logarithm - chosen).mean()
  }

  package func reverse(_ step: Reverse) {
    step.add(
      to: 0,
      SoftmaxCrossEntropyGradient.shared.apply(step.input(0), step.input(1), step.upstream))
  }

  package func forward(_ step: Forward) -> Tensor {
    let gradient = SoftmaxCrossEntropyGradient.shared.apply(
      step.input(0), step.input(1), .literal(1, step.output.element))
    return (gradient * step.tangent(0)!).sum()
  }

  package func batch(_ step: BatchStep) -> Tensor { step.throughBody(self) }
}

/// upstream / N · (softmax(logits) − one-hot(targets)): the gradient of `SoftmaxCrossEntropy`.
package final class SoftmaxCrossEntropyGradient: Region, PlainOperation {
  package static let shared = SoftmaxCrossEntropyGradient()
  package let name = "softmaxCrossEntropyGradient"
  package let signature = Signature.of("softmaxCrossEntropyGradient")
  package let kind = OperationKind.region

  package func check(_ inputs: [TensorType]) -> (input: Int, bound: Int)? {
    (1, inputs[0].shape[1])
  }

  package func infer(_ inputs: Inputs) throws(GraphError) -> TensorType {
    try requireClasses(name, inputs)
    guard inputs[2].shape.isScalar, inputs[2].element == inputs[0].element else {
      throw GraphError(
        name,
        "upstream must be a \(inputs[0].element.name) scalar, not \(inputs[2].shape.description)")
    }
    return inputs[0]
  }

  package func body(_ inputs: [Tensor]) -> Tensor {
    let (logits, targets, upstream) = (inputs[0], inputs[1], inputs[2])
    let exponentials = exp(logits - logits.max([1], keepingDimensions: true).detached)
    let softmax = exponentials / exponentials.sum([1], keepingDimensions: true)
    let rows = Tensor.literal(1 / Double(logits.shape[0]), logits.element)
    let error = softmax - areTargets(targets, logits).cast(to: logits.element)
    return error * (upstream * rows)
  }

  package func reverse(_ step: Reverse) { step.throughBody(self) }
  package func forward(_ step: Forward) -> Tensor { step.throughBody(self) }
  package func batch(_ step: BatchStep) -> Tensor { step.throughBody(self) }
}

/// True at each row's target. A target that is no class is an error, not a row without one.
private func areTargets(_ targets: Tensor, _ logits: Tensor) -> Tensor {
  let (rows, classes) = (logits.shape[0], logits.shape[1])
  let checked = CheckedIndices(below: classes, what: "target").apply(targets)
  return equal(checked.reshaped([rows, 1]), .iota(classes))
}

private func requireClasses(_ name: String, _ inputs: Inputs) throws(GraphError) {
  let (logits, targets) = (inputs[0], inputs[1])
  guard logits.shape.rank == 2, logits.element.isFloating else {
    throw GraphError(
      name,
      "logits must be floating-point [N, C], not \(logits.element.name) \(logits.shape.description)"
    )
  }
  guard targets.element == .int64, targets.shape == [logits.shape[0]] else {
    throw GraphError(
      name,
      "targets must be integers [\(logits.shape[0])], not \(targets.element.name) \(targets.shape.description)"
    )
  }
}

/// The mean over rows of −log softmax(row)[target]: logits [N, C], targets [N] as integer class indices.
public func softmaxCrossEntropy(_ logits: Tensor, _ targets: Tensor) -> Tensor {
  SoftmaxCrossEntropy.shared.apply(logits, targets.asIndices)
}

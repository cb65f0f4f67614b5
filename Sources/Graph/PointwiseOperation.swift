// Pointwise operations, and the families of them that share a form of rule.

/// An operation that works element by element and says so as a scalar expression.
package protocol PointwiseOperation: Operation {
  typealias Value = Expression.Value
  /// Writes the expression of one element.
  func express(_ body: inout Expression, _ x: [Value]) -> Value
}

extension PointwiseOperation {
  package var asPointwise: (any PointwiseOperation)? { self }
  package var kind: OperationKind { .pointwise }
  package func batch(_ step: BatchStep) -> Tensor { step.transparent() }
}

/// An operation without attributes: all of its nodes share one.
package protocol PlainOperation: Operation {
  static var shared: Self { get }
}

extension PlainOperation {
  package var attributes: [Int] { [] }
}

/// A smooth function of one number. Its derivative, said once, is both rules.
package protocol UnaryFunction: PointwiseOperation {
  /// `flow` · f′(x), where y = f(x).
  func moved(_ flow: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor
}

extension UnaryFunction {
  @inline(__always)
  package func reverse(_ step: Reverse) {
    step.add(to: 0, moved(step.upstream, step.input(0), step.output))
  }

  package func forward(_ step: Forward) -> Tensor {
    moved(step.tangent(0)!, step.input(0), step.output)
  }
}

/// A smooth function of two numbers, by its two partial derivatives.
package protocol BinaryFunction: PointwiseOperation {
  /// `flow` · ∂f/∂a, where y = f(a, b).
  func alongA(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor
  /// `flow` · ∂f/∂b, where y = f(a, b).
  func alongB(_ flow: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) -> Tensor
}

extension BinaryFunction {
  @inline(__always)
  package func reverse(_ step: Reverse) {
    step.add(to: 0, alongA(step.upstream, step.input(0), step.input(1), step.output))
    step.add(to: 1, alongB(step.upstream, step.input(0), step.input(1), step.output))
  }

  package func forward(_ step: Forward) -> Tensor {
    let (a, b, y) = (step.input(0), step.input(1), step.output)
    return step.sum(
      step.tangent(0).map { alongA($0, a, b, y) }, step.tangent(1).map { alongB($0, a, b, y) })
  }
}

/// An operation whose result changes by jumps alone: its derivative is 0 where it has one.
package protocol StepFunction: PointwiseOperation {}

extension StepFunction {
  package func reverse(_ step: Reverse) {
    for place in 0..<step.inputCount { step.add(to: place, step.flatSlope(place)) }
  }

  package func forward(_ step: Forward) -> Tensor { step.zero() }
}

/// An operation on whole numbers or truth values, or one that gives them: no gradient flows.
package protocol DiscreteOperation: PointwiseOperation {}

extension DiscreteOperation {
  package func reverse(_ step: Reverse) {}
  package func forward(_ step: Forward) -> Tensor { step.zero() }
}

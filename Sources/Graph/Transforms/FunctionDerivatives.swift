// Derivatives of functions at a point, as `jacobian` and `hessian` are: what `gradient(of:withRespectTo:)` says of a
// value, said of a function. Where inputs were computed from each other, what flows through both is counted.

/// The gradient of a scalar function at a point.
public func gradient(of f: (Tensor) -> Tensor, at x: Tensor) -> Tensor {
  gradient(of: f(x), withRespectTo: x)
}

/// The gradients of a scalar function of several inputs, one for each.
public func gradient(of f: ([Tensor]) -> Tensor, at inputs: [Tensor]) -> [Tensor] {
  gradient(of: f(inputs), withRespectTo: inputs)
}

/// The gradients of a scalar function of two inputs.
public func gradient(
  of f: (Tensor, Tensor) -> Tensor, at a: Tensor, _ b: Tensor
) -> (Tensor, Tensor) {
  let slopes = gradient(of: f(a, b), withRespectTo: [a, b])
  return (slopes[0], slopes[1])
}

/// The gradients of a scalar function of three inputs.
public func gradient(
  of f: (Tensor, Tensor, Tensor) -> Tensor, at a: Tensor, _ b: Tensor, _ c: Tensor
) -> (Tensor, Tensor, Tensor) {
  let slopes = gradient(of: f(a, b, c), withRespectTo: [a, b, c])
  return (slopes[0], slopes[1], slopes[2])
}

/// The value of a scalar function at a point, and its gradient.
public func valueAndGradient(
  of f: (Tensor) -> Tensor, at x: Tensor
) -> (value: Tensor, gradient: Tensor) {
  let value = f(x)
  return (value, gradient(of: value, withRespectTo: x))
}

/// The value of a scalar function of several inputs, and its gradients.
public func valueAndGradient(
  of f: ([Tensor]) -> Tensor, at inputs: [Tensor]
) -> (value: Tensor, gradients: [Tensor]) {
  let value = f(inputs)
  return (value, gradient(of: value, withRespectTo: inputs))
}

/// The derivatives of `f` at `x` weighted by `v`, one weight for each element of the value: vᵀ J, by one walk
/// backward.
public func vectorJacobian(of f: (Tensor) -> Tensor, at x: Tensor, along v: Tensor) -> Tensor {
  valueAndPullback(of: f, at: x).pullback(v)
}

/// The derivative of `f` at `x` along a direction: J v, by one walk forward.
public func jacobianVector(of f: (Tensor) -> Tensor, at x: Tensor, along v: Tensor) -> Tensor {
  valueAndDerivative(f, at: x, along: v).derivative
}

/// The value of `f` at `x` and its directional derivative along `tangent`.
public func valueAndDerivative(
  of f: (Tensor) -> Tensor, at x: Tensor, along tangent: Tensor
) -> (value: Tensor, derivative: Tensor) {
  valueAndDerivative(f, at: x, along: tangent)
}

/// `f`, a function of one example, over a batch of them along axis 0.
public func vmap(of f: (Tensor) -> Tensor, over input: Tensor) -> Tensor { vmap(f, input) }

/// `f`, a function of examples, over a batch of them along axis 0 of every input.
public func vmap(of f: ([Tensor]) -> [Tensor], over inputs: [Tensor]) -> [Tensor] {
  vmap(f, inputs)
}

/// `f`, a function of two examples, over a batch of them along axis 0 of both inputs.
public func vmap(_ f: (Tensor, Tensor) -> Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  vmap({ [f($0[0], $0[1])] }, [a, b])[0]
}

/// `f`, a function of three examples, over a batch of them along axis 0 of all inputs.
public func vmap(
  _ f: (Tensor, Tensor, Tensor) -> Tensor, _ a: Tensor, _ b: Tensor, _ c: Tensor
) -> Tensor {
  vmap({ [f($0[0], $0[1], $0[2])] }, [a, b, c])[0]
}

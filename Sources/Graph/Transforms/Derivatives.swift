// What people ask of derivatives, made of the three transformations: reverse, forward, batching.

/// A value and its vector-Jacobian product: the function returned turns an upstream gradient of the value into
/// the gradient of `x`.
public func valueAndPullback(
  of f: (Tensor) -> Tensor, at x: Tensor
) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
  let value = f(x)
  return (value, { upstream in pulledBack(upstream, through: value, to: x) })
}

private func pulledBack(_ upstream: Tensor, through value: Tensor, to x: Tensor) -> Tensor {
  guard upstream.shape == value.shape, upstream.element == value.element else {
    return fail(
      GraphError(
        "pullback",
        "the upstream, \(upstream.element.name) \(upstream.shape.description), must be of the value's type, \(value.element.name) \(value.shape.description)"
      ))
  }
  return gradients(of: value, withRespectTo: [x], upstream: upstream)[0] ?? zeros(x.type)
}

private func zeros(_ type: TensorType) -> Tensor {
  Tensor.literal(0, type.element).broadcast(to: type.shape)
}

/// The identity as rows of a given shape: the basis that a Jacobian is read off with.
private func basis(_ type: TensorType) -> Tensor {
  let count = type.shape.count
  var shape = type.shape
  shape.insert(count, at: 0)
  return Tensor.iota(count).oneHot(count, type.element).reshaped(shape)
}

/// How a Jacobian is computed: row by row backward, or column by column forward.
public enum DerivativeMode: Sendable {
  case reverse
  case forward
}

/// The derivatives of every element of `f(x)` with respect to every element of `x`: the shape is that of the
/// value followed by that of `x`. Reverse pays for few outputs, forward for few inputs.
public func jacobian(
  of f: (Tensor) -> Tensor, at x: Tensor, mode: DerivativeMode = .reverse
) -> Tensor {
  let value = f(x)
  var shape = value.shape
  for axis in 0..<x.rank { shape.append(x.shape[axis]) }
  guard shape.isValid else {
    return fail(
      GraphError(
        "jacobian",
        "the derivatives of \(value.shape.description) by \(x.shape.description) have more than 8 axes or are too many"
      ))
  }
  switch mode {
  case .reverse:
    return vmap({ pulledBack($0, through: value, to: x) }, basis(value.type)).reshaped(shape)
  case .forward:
    let columns = vmap(
      { pushForward([value], at: [x], along: [$0])[0] ?? zeros(value.type) }, basis(x.type))
    // [inputs, value...] becomes [value..., inputs].
    return columns.transposed(Array(1..<columns.rank) + [0]).reshaped(shape)
  }
}

/// The second derivatives of a scalar function: the shape of `x` twice.
public func hessian(of f: (Tensor) -> Tensor, at x: Tensor) -> Tensor {
  jacobian(of: { gradient(of: f($0), withRespectTo: $0) }, at: x, mode: .forward)
}

/// The Hessian of a scalar function times a vector, without the Hessian: forward over reverse.
public func hessianVector(of f: (Tensor) -> Tensor, at x: Tensor, along v: Tensor) -> Tensor {
  valueAndDerivative({ gradient(of: f($0), withRespectTo: $0) }, at: x, along: v).derivative
}

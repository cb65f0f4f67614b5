// Type rules that many operations share.

extension Inputs {
  /// One floating-point input gives the same type.
  @inline(__always)
  func sameFloating(_ name: String) throws(GraphError) -> TensorType {
    let a = self[0]
    guard a.element.isFloating else { throw notFloating(name, a) }
    return TensorType(a.shape, a.element)
  }

  /// One input of numbers gives the same type.
  func sameNumber(_ name: String) throws(GraphError) -> TensorType {
    let a = self[0]
    guard a.element != .bool else { throw noArithmetic(name) }
    return TensorType(a.shape, a.element)
  }

  /// Two floating-point inputs of one element type broadcast to one shape.
  func floatingPair(_ name: String) throws(GraphError) -> TensorType {
    guard self[0].element.isFloating else { throw notFloating(name, self[0]) }
    return try broadcastPair(name)
  }

  /// One or two inputs of truth values.
  func truth(_ name: String) throws(GraphError) -> TensorType {
    guard self[0].element == .bool else { throw GraphError(name, "takes bool; cast first") }
    return count == 1 ? TensorType(self[0].shape, .bool) : try broadcastPair(name)
  }

  /// Two inputs of one type of integers.
  func integers(_ name: String) throws(GraphError) -> TensorType {
    guard self[0].element.isInteger else { throw GraphError(name, "takes integers; cast first") }
    return try broadcastPair(name)
  }

  /// One input of numbers without the axes that are reduced.
  func reducedNumbers(
    _ name: String, over axes: AxisSet, _ keepsDimensions: Bool
  ) throws(GraphError) -> TensorType {
    let type = try sameNumber(name)
    guard Int(axes.mask) < 1 << type.shape.rank else {
      throw GraphError(name, "an axis is outside \(type.shape.description)")
    }
    return TensorType(
      type.shape.reduced(over: axes, keepingDimensions: keepsDimensions), type.element)
  }

  /// Two numbers of one element type broadcast to one shape.
  @inline(__always)
  func numberPair(_ name: String) throws(GraphError) -> TensorType {
    guard self[0].element != .bool else { throw noArithmetic(name) }
    return try broadcastPair(name)
  }

  /// Two inputs of one element type broadcast to one shape.
  @inline(__always)
  func broadcastPair(_ name: String) throws(GraphError) -> TensorType {
    let a = self[0]
    let b = self[1]
    guard a.element == b.element else { throw differentTypes(name, a, b) }
    if a.shape == b.shape { return TensorType(a.shape, a.element) }
    guard let shape = a.shape.broadcast(with: b.shape) else { throw doNotBroadcast(name, a, b) }
    return TensorType(shape, a.element)
  }
}

private func notFloating(_ name: String, _ a: TensorType) -> GraphError {
  GraphError(name, "takes floating-point numbers, not \(a.element.name) \(a.shape.description)")
}

private func differentTypes(_ name: String, _ a: TensorType, _ b: TensorType) -> GraphError {
  GraphError(
    name,
    "element types differ: \(a.element.name) \(a.shape.description) and \(b.element.name) \(b.shape.description)"
  )
}

private func doNotBroadcast(_ name: String, _ a: TensorType, _ b: TensorType) -> GraphError {
  GraphError(
    name, "shapes do not broadcast: \(a.shape.description) and \(b.shape.description)")
}

private func noArithmetic(_ name: String) -> GraphError {
  GraphError(name, "takes numbers, not bool; cast first")
}

extension Reverse {
  /// The contribution of an operation that is flat almost everywhere: zeros.
  func flatSlope(_ place: Int) -> Tensor {
    .literal(0, upstream.element).broadcast(to: input(place).shape)
  }
}

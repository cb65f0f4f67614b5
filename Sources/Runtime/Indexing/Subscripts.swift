import AdjointGraph

// Subscripts by the number of their indices, up to as many as a tensor has axes.

extension Tensor {
  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing) -> Tensor {
    get { at([a.tensorIndex]) }
    set { self = updating([a.tensorIndex], with: newValue) }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing) -> Tensor {
    get { at([a.tensorIndex, b.tensorIndex]) }
    set { self = updating([a.tensorIndex, b.tensorIndex], with: newValue) }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing, _ c: some TensorIndexing)
    -> Tensor
  {
    get { at([a.tensorIndex, b.tensorIndex, c.tensorIndex]) }
    set { self = updating([a.tensorIndex, b.tensorIndex, c.tensorIndex], with: newValue) }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing, _ c: some TensorIndexing,
    _ d: some TensorIndexing
  ) -> Tensor {
    get { at([a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex]) }
    set {
      self = updating([a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex], with: newValue)
    }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing, _ c: some TensorIndexing,
    _ d: some TensorIndexing, _ e: some TensorIndexing
  ) -> Tensor {
    get { at([a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex]) }
    set {
      self = updating(
        [a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex], with: newValue)
    }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing, _ c: some TensorIndexing,
    _ d: some TensorIndexing, _ e: some TensorIndexing, _ f: some TensorIndexing
  ) -> Tensor {
    get {
      at([a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex])
    }
    set {
      self = updating(
        [a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex],
        with: newValue)
    }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing, _ c: some TensorIndexing,
    _ d: some TensorIndexing, _ e: some TensorIndexing, _ f: some TensorIndexing,
    _ g: some TensorIndexing
  ) -> Tensor {
    get {
      at([
        a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex,
        g.tensorIndex,
      ])
    }
    set {
      self = updating(
        [
          a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex,
          g.tensorIndex,
        ], with: newValue)
    }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing, _ c: some TensorIndexing,
    _ d: some TensorIndexing, _ e: some TensorIndexing, _ f: some TensorIndexing,
    _ g: some TensorIndexing, _ h: some TensorIndexing
  ) -> Tensor {
    get {
      at([
        a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex,
        g.tensorIndex, h.tensorIndex,
      ])
    }
    set {
      self = updating(
        [
          a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex,
          g.tensorIndex, h.tensorIndex,
        ], with: newValue)
    }
  }
}

/// A number written where a part of a tensor is set: `x[0] = 9`. A number that has a name is made a tensor first:
/// `x[0] = Tensor(n)`. It has no operators, so that `x[0] + 1` stays the sum of tensors.
public struct WrittenNumber: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  fileprivate let tensor: Tensor

  /// A whole number.
  public init(integerLiteral value: Int) { tensor = Tensor(value) }
  /// A number with a point.
  public init(floatLiteral value: Double) { tensor = Tensor(value, .float64) }
}

// A number may be written for a part.

extension Tensor {
  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([a.tensorIndex], with: newValue.tensor) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript<Number: TensorNumber>(_ a: some TensorIndexing, _ b: some TensorIndexing)
    -> Number
  {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([a.tensorIndex, b.tensorIndex], with: newValue) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing,
    _ c: some TensorIndexing
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([a.tensorIndex, b.tensorIndex, c.tensorIndex], with: newValue.tensor) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing,
    _ c: some TensorIndexing, _ d: some TensorIndexing
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set {
      self = updating(
        [a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex], with: newValue.tensor)
    }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing,
    _ c: some TensorIndexing, _ d: some TensorIndexing, _ e: some TensorIndexing
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set {
      self = updating(
        [a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex],
        with: newValue.tensor)
    }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing,
    _ c: some TensorIndexing, _ d: some TensorIndexing, _ e: some TensorIndexing,
    _ f: some TensorIndexing
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set {
      self = updating(
        [a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex],
        with: newValue.tensor)
    }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing,
    _ c: some TensorIndexing, _ d: some TensorIndexing, _ e: some TensorIndexing,
    _ f: some TensorIndexing, _ g: some TensorIndexing
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set {
      self = updating(
        [
          a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex,
          g.tensorIndex,
        ], with: newValue.tensor)
    }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing,
    _ c: some TensorIndexing, _ d: some TensorIndexing, _ e: some TensorIndexing,
    _ f: some TensorIndexing, _ g: some TensorIndexing, _ h: some TensorIndexing
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set {
      self = updating(
        [
          a.tensorIndex, b.tensorIndex, c.tensorIndex, d.tensorIndex, e.tensorIndex, f.tensorIndex,
          g.tensorIndex, h.tensorIndex,
        ], with: newValue.tensor)
    }
  }

  /// This tensor with every element of the part that the indices name a Swift number.
  public func updating(_ indices: [TensorIndex], with number: some TensorNumber) -> Tensor {
    updating(indices, with: beside(number))
  }
}

// Three dots stand for as many whole axes as are left.

extension Tensor {
  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ rest: UnboundedRange) -> Tensor {
    get { at([.ellipsis]) }
    set { self = updating([.ellipsis], with: newValue) }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ rest: UnboundedRange, _ a: some TensorIndexing) -> Tensor {
    get { at([.ellipsis, a.tensorIndex]) }
    set { self = updating([.ellipsis, a.tensorIndex], with: newValue) }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ rest: UnboundedRange, _ a: some TensorIndexing, _ b: some TensorIndexing)
    -> Tensor
  {
    get { at([.ellipsis, a.tensorIndex, b.tensorIndex]) }
    set { self = updating([.ellipsis, a.tensorIndex, b.tensorIndex], with: newValue) }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ rest: UnboundedRange) -> Tensor {
    get { at([a.tensorIndex, .ellipsis]) }
    set { self = updating([a.tensorIndex, .ellipsis], with: newValue) }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing, _ rest: UnboundedRange)
    -> Tensor
  {
    get { at([a.tensorIndex, b.tensorIndex, .ellipsis]) }
    set { self = updating([a.tensorIndex, b.tensorIndex, .ellipsis], with: newValue) }
  }

  /// The part that the indices name. Setting it replaces this tensor by one with that part changed.
  public subscript(_ a: some TensorIndexing, _ rest: UnboundedRange, _ b: some TensorIndexing)
    -> Tensor
  {
    get { at([a.tensorIndex, .ellipsis, b.tensorIndex]) }
    set { self = updating([a.tensorIndex, .ellipsis, b.tensorIndex], with: newValue) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ rest: UnboundedRange) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([.ellipsis], with: newValue.tensor) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript<Number: TensorNumber>(_ rest: UnboundedRange, _ a: some TensorIndexing) -> Number
  {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([.ellipsis, a.tensorIndex], with: newValue) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ rest: UnboundedRange, _ a: some TensorIndexing,
    _ b: some TensorIndexing
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([.ellipsis, a.tensorIndex, b.tensorIndex], with: newValue.tensor) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript<Number: TensorNumber>(_ a: some TensorIndexing, _ rest: UnboundedRange) -> Number
  {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([a.tensorIndex, .ellipsis], with: newValue) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing, _ b: some TensorIndexing,
    _ rest: UnboundedRange
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([a.tensorIndex, b.tensorIndex, .ellipsis], with: newValue.tensor) }
  }

  /// Sets every element of the part that the indices name to a number.
  @_disfavoredOverload
  public subscript(_ a: some TensorIndexing, _ rest: UnboundedRange,
    _ b: some TensorIndexing
  ) -> WrittenNumber {
    @available(*, unavailable, message: "write .item to read one number")
    get { fatalError("subscript: a number can only be set; write .item to read one") }
    set { self = updating([a.tensorIndex, .ellipsis, b.tensorIndex], with: newValue.tensor) }
  }
}

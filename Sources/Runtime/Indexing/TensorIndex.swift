import AdjointGraph

/// One entry of a subscript: which places of one axis (or several) are meant.
public struct TensorIndex: Sendable, ExpressibleByIntegerLiteral {
  enum Kind: Sendable {
    /// One place; the axis goes.
    case place(Int)
    /// Places from a bound to before another, every `step`th.
    case range(Int?, Int?, step: Int)
    case newAxis
    case ellipsis
    /// Places by index, or where a mask is true.
    case tensor(Tensor)
  }

  let kind: Kind

  init(_ kind: Kind) { self.kind = kind }

  /// What a subscript takes, as an index.
  public init(_ index: some TensorIndexing) { self = index.tensorIndex }

  /// One place of an axis.
  public init(integerLiteral place: Int) { kind = .place(place) }
}

/// What may stand in a tensor's subscript: integers, ranges, arrays or tensors of integers or truth values, three
/// dots, and the names `.all`, `.every`, `.from`, `.newAxis`, `.ellipsis`.
public protocol TensorIndexing {
  /// The same as an index.
  var tensorIndex: TensorIndex { get }
}

extension TensorIndex: TensorIndexing {
  /// The same as an index.
  public var tensorIndex: TensorIndex { self }
}

extension TensorIndexing where Self == TensorIndex {
  /// The whole axis.
  public static var all: TensorIndex { TensorIndex(.range(nil, nil, step: 1)) }
  /// A new axis of size 1.
  public static var newAxis: TensorIndex { TensorIndex(.newAxis) }
  /// As many whole axes as are left.
  public static var ellipsis: TensorIndex { TensorIndex(.ellipsis) }

  /// Every `step`th place; backwards from the end where the step is negative.
  public static func every(_ step: Int) -> TensorIndex { TensorIndex(.range(nil, nil, step: step)) }

  /// Places from a bound to before another, every `step`th; bounds below 0 count from the end.
  public static func from(_ start: Int? = nil, to end: Int? = nil, by step: Int = 1) -> TensorIndex
  {
    TensorIndex(.range(start, end, step: step))
  }
}

extension Int: TensorIndexing {
  /// One place; below 0 it counts from the end.
  public var tensorIndex: TensorIndex { TensorIndex(.place(self)) }
}

extension Range: TensorIndexing where Bound == Int {
  /// These places.
  public var tensorIndex: TensorIndex { TensorIndex(.range(lowerBound, upperBound, step: 1)) }
}

extension ClosedRange: TensorIndexing where Bound == Int {
  /// These places.
  public var tensorIndex: TensorIndex { .after(lowerBound, upperBound) }
}

extension PartialRangeFrom: TensorIndexing where Bound == Int {
  /// All places from here on.
  public var tensorIndex: TensorIndex { TensorIndex(.range(lowerBound, nil, step: 1)) }
}

extension PartialRangeUpTo: TensorIndexing where Bound == Int {
  /// All places before this one.
  public var tensorIndex: TensorIndex { TensorIndex(.range(nil, upperBound, step: 1)) }
}

extension PartialRangeThrough: TensorIndexing where Bound == Int {
  /// All places to this one.
  public var tensorIndex: TensorIndex { .after(nil, upperBound) }
}

extension Tensor: TensorIndexing {
  /// The places that the tensor names, or where it is true.
  public var tensorIndex: TensorIndex { TensorIndex(.tensor(self)) }
}

extension Array: TensorIndexing where Element: TensorElement {
  /// These places, or where it is true.
  public var tensorIndex: TensorIndex { TensorIndex(.tensor(Tensor(self))) }
}

extension TensorIndex {
  /// A range whose last place is among it; −1 is the end.
  fileprivate static func after(_ start: Int?, _ last: Int) -> TensorIndex {
    TensorIndex(.range(start, last == -1 ? nil : last + 1, step: 1))
  }
}

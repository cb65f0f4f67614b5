extension Tensor {
  /// What `body` makes of this tensor, for halves computed in their wide type and rounded once at the end: where
  /// steps in between would overflow or lose what the result needs.
  func computedWide(_ body: (Tensor) -> Tensor) -> Tensor {
    guard element.isFloating, element.isNarrow else { return body(self) }
    return body(cast(to: element.wide)).cast(to: element)
  }
}

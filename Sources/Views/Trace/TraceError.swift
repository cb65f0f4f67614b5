/// What is wrong with an expression or with the values given for its variables.
public struct TraceError: Error, Equatable, Sendable {
  /// Where in the expression, counted from 1; nil where it is not about a place.
  public let column: Int?
  /// What is wrong and what to do.
  public let message: String

  init(_ message: String, at column: Int? = nil) {
    self.column = column
    self.message = message
  }
}

extension TraceError: CustomStringConvertible {
  /// One line.
  public var description: String {
    (column.map { "column \($0): " } ?? "") + message
  }
}

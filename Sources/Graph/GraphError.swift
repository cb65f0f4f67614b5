/// What is wrong with an operation's inputs: which operation, which rule, both whole shapes.
public struct GraphError: Error, Equatable, Sendable {
  /// The operation that refused.
  public let operation: String
  /// What is wrong, with both whole shapes.
  public let message: String

  /// An error of an operation.
  public init(_ operation: String, _ message: String) {
    self.operation = operation
    self.message = message
  }
}

extension GraphError: CustomStringConvertible {
  /// "operation: message"
  public var description: String { operation + ": " + message }
}

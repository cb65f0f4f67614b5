/// What is wrong with an operation's inputs: which operation, which rule, both whole shapes.
public struct GraphError: Error, Equatable, Sendable {
  public let operation: String
  public let message: String

  public init(_ operation: String, _ message: String) {
    self.operation = operation
    self.message = message
  }
}

extension GraphError: CustomStringConvertible {
  public var description: String { operation + ": " + message }
}

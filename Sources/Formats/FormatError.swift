/// What is wrong with a file or a text in some format, and what to do.
public struct FormatError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, or what else the text comes from.
  public let source: String
  /// What is wrong, in one sentence.
  public let problem: String

  /// An error about a source.
  public init(_ source: String, _ problem: String) {
    self.source = source
    self.problem = problem
  }

  /// Both, on one line.
  public var description: String { "\(source): \(problem)" }
}

/// Something that goes wrong in a training, in a sentence that says what to try.
public struct Finding: Error, Sendable, CustomStringConvertible {
  /// What goes wrong.
  public enum Kind: String, Sendable, CaseIterable {
    /// NaN or an infinity.
    case notFinite
    /// The loss grows from step to step.
    case divergingStepSize
    /// Gradients become smaller from layer to layer until nothing is left.
    case vanishingGradients
    /// Gradients become larger from layer to layer.
    case explodingGradients
    /// Units that give 0 for every example.
    case deadUnits
    /// Parameters that the loss does not depend on.
    case noGradient
    /// All units of a layer are the same and stay the same.
    case symmetricWeights
    /// The same answer for everything would be as good.
    case noLearning
    /// What is measured on the validation data becomes worse.
    case worseningValidation
  }

  /// What goes wrong.
  public let kind: Kind
  /// The layer or parameter in question, where there is one.
  public let place: String?
  /// What is wrong, and what to try.
  public let description: String

  /// A finding.
  public init(_ kind: Kind, at place: String? = nil, _ description: String) {
    self.kind = kind
    self.place = place
    self.description = description
  }
}

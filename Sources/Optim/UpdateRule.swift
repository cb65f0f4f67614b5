import AdjointGraph
import AdjointNN
import AdjointRuntime

/// How parameters are changed, as pure functions over tensors.
public struct UpdateRule: Sendable {
  /// What is kept beside a parameter of a shape.
  public let states: @Sendable (Shape) -> [StateForm]
  /// Called once a step and element type: makes the scalars that all parameters share, and gives the function
  /// that updates one of them.
  public let prepare: @Sendable (StepNumbers) -> (ParameterStep) -> ParameterUpdate

  /// A rule that keeps the same beside every parameter.
  public init(
    states: [StateForm] = [],
    prepare: @escaping @Sendable (StepNumbers) -> (ParameterStep) -> ParameterUpdate
  ) {
    self.init(states: { _ in states }, prepare: prepare)
  }

  /// A rule that keeps beside a parameter what its shape asks for.
  public init(
    states: @escaping @Sendable (Shape) -> [StateForm],
    prepare: @escaping @Sendable (StepNumbers) -> (ParameterStep) -> ParameterUpdate
  ) {
    self.states = states
    self.prepare = prepare
  }
}

/// A tensor that is kept beside a parameter, of the parameter's element type.
public struct StateForm: Sendable, ExpressibleByStringLiteral {
  /// What it holds before the first update.
  public enum Start: Sendable {
    /// A number everywhere.
    case number(Double)
    /// The parameter's value, whose shape it then has.
    case parameter
  }

  /// What it is called, as in PyTorch where that has it.
  public let name: String
  /// Its shape; nil for the parameter's.
  public let shape: Shape?
  /// What it holds at first.
  public let start: Start

  /// A state with a name, by default zeros of the parameter's shape.
  public init(_ name: String, shape: Shape? = nil, start: Start = .number(0)) {
    self.name = name
    self.shape = shape
    self.start = start
  }

  /// Zeros of the parameter's shape.
  public init(stringLiteral name: String) { self.init(name) }

  func cell(for parameter: Parameter) -> Cell {
    switch start {
    case .number(let number):
      let value = parameter.value
      return Cell(.full(shape ?? value.shape, number, value.element))
    case .parameter:
      return Cell(parameter.value.copied)
    }
  }
}

/// What an update rule sees of one parameter.
public struct ParameterStep: Sendable {
  /// The parameter's value.
  public let value: Tensor
  /// The loss's gradient with respect to it.
  public let gradient: Tensor
  /// Its states.
  public let states: [Tensor]

  /// The gradient with λ p added: the decay of a sum of squares in the loss.
  func gradient(withDecay decay: Tensor?) -> Tensor {
    decay.map { gradient + value * $0 } ?? gradient
  }

  /// The value less its share: the decay that passes the gradient by.
  func value(withDecay decay: Tensor?) -> Tensor { decay.map { value - value * $0 } ?? value }
}

/// What an update rule makes of one parameter.
public struct ParameterUpdate: Sendable {
  let value: Tensor
  let states: [Tensor]

  /// A new value and new states.
  public init(_ value: Tensor, states: [Tensor] = []) {
    self.value = value
    self.states = states
  }
}

extension Tensor {
  /// The same elements in memory of their own: two cells that share some are another structure than two that do not.
  var copied: Tensor { withBytes { Tensor(bytes: $0, shape: shape, element) } }
}

/// The Euclidean norm of all elements.
func size(of x: Tensor) -> Tensor { sqrt((x * x).sum()) }

/// A power with a whole exponent, by squaring: the same on every machine.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}

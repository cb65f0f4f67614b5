import AdjointGraph
import AdjointRuntime

/// What a recurrent layer does at one place of a sequence.
public protocol RecurrentUnit: Sendable {
  /// How many blocks of hidden size its weights have.
  static var gateCount: Int { get }
  /// How many states it carries; the first is its output.
  static var stateCount: Int { get }
  /// The next states from W x + b, from V h + c and from the states.
  static func next(_ input: Tensor, _ hidden: Tensor, _ states: [Tensor]) -> [Tensor]
}

/// h′ = tanh(W x + b + V h + c).
public enum TanhUnit: RecurrentUnit {
  /// One.
  public static var gateCount: Int { 1 }
  /// One.
  public static var stateCount: Int { 1 }
  /// The next state.
  public static func next(_ input: Tensor, _ hidden: Tensor, _ states: [Tensor]) -> [Tensor] {
    [tanh(input + hidden)]
  }
}

/// h′ = relu(W x + b + V h + c).
public enum ReLUUnit: RecurrentUnit {
  /// One.
  public static var gateCount: Int { 1 }
  /// One.
  public static var stateCount: Int { 1 }
  /// The next state.
  public static func next(_ input: Tensor, _ hidden: Tensor, _ states: [Tensor]) -> [Tensor] {
    [relu(input + hidden)]
  }
}

/// Gates r, z, n in PyTorch's order: n = tanh(W x + b + r · (V h + c)), h′ = (1 − z) n + z h.
public enum GRUUnit: RecurrentUnit {
  /// Three.
  public static var gateCount: Int { 3 }
  /// One.
  public static var stateCount: Int { 1 }
  /// The next state.
  public static func next(_ input: Tensor, _ hidden: Tensor, _ states: [Tensor]) -> [Tensor] {
    let (a, b) = (input.chunked(3, axis: -1), hidden.chunked(3, axis: -1))
    guard a.count == 3, b.count == 3 else { return [input] }
    let (reset, update) = (sigmoid(a[0] + b[0]), sigmoid(a[1] + b[1]))
    let new = tanh(a[2] + reset * b[2])
    return [new + update * (states[0] - new)]
  }
}

/// Gates i, f, g, o in PyTorch's order: c′ = σ(f) c + σ(i) tanh(g), h′ = σ(o) tanh(c′).
public enum LSTMUnit: RecurrentUnit {
  /// Four.
  public static var gateCount: Int { 4 }
  /// Two: h and c.
  public static var stateCount: Int { 2 }
  /// The next states.
  public static func next(_ input: Tensor, _ hidden: Tensor, _ states: [Tensor]) -> [Tensor] {
    let gates = (input + hidden).chunked(4, axis: -1)
    guard gates.count == 4 else { return [input, input] }
    let cell = sigmoid(gates[1]) * states[1] + sigmoid(gates[0]) * tanh(gates[2])
    return [sigmoid(gates[3]) * tanh(cell), cell]
  }
}

/// A plain recurrent network with tanh.
public typealias RNN = Recurrent<TanhUnit>
/// A plain recurrent network with relu.
public typealias ReLURNN = Recurrent<ReLUUnit>
/// Gated recurrent units (Cho and others 2014).
public typealias GRU = Recurrent<GRUUnit>
/// Long short-term memory (Hochreiter and Schmidhuber 1997).
public typealias LSTM = Recurrent<LSTMUnit>

/// Sequences [N, T, in] to sequences [N, T, out]: layers of recurrent units, forward or both ways.
///
/// Named like PyTorch's: `weight_ih_l0` [gates · hidden, in], `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, with
/// `_reverse` for the way back; uniform over ±1/√hidden.
public struct Recurrent<Step: RecurrentUnit>: Module {
  /// One layer in one direction.
  public struct Direction: Sendable {
    /// What the inputs are multiplied by.
    public let inputWeight: Parameter
    /// What the last output is multiplied by.
    public let hiddenWeight: Parameter
    /// What is added to the one, if anything.
    public let inputBias: Parameter?
    /// What is added to the other, if anything.
    public let hiddenBias: Parameter?
  }

  /// The directions of the first layer, then those of the next, and so on.
  public let directions: [Direction]
  /// How many numbers a direction gives.
  public let hiddenSize: Int
  /// Whether each layer goes both ways.
  public let isBidirectional: Bool
  /// How likely an element between two layers is dropped in training steps.
  public let dropout: Double

  /// Layers with new parameters.
  public init(
    _ inputs: Int, _ hiddenSize: Int, layers: Int = 1, bidirectional: Bool = false,
    bias: Bool = true, dropout: Double = 0, _ element: ElementType = .float32
  ) {
    let ways = bidirectional ? 2 : 1
    directions = (0..<max(layers, 1) * ways).map { number in
      let key = Initialization.nextKey()
      let (rows, from) = (
        Step.gateCount * hiddenSize, number < ways ? inputs : ways * hiddenSize
      )
      let make = { (shape: Shape, part: Int) in
        Parameter(Initialization.byFanIn(shape, hiddenSize, key.split(part), element))
      }
      return Direction(
        inputWeight: make([rows, from], 0), hiddenWeight: make([rows, hiddenSize], 1),
        inputBias: bias ? make([rows], 2) : nil, hiddenBias: bias ? make([rows], 3) : nil)
    }
    self.hiddenSize = hiddenSize
    isBidirectional = bidirectional
    self.dropout = dropout
  }

  /// The outputs of the last layer for sequences that start from zeros.
  public func forward(_ x: Tensor) -> Tensor { self(x, states: nil).outputs }

  /// The outputs of the last layer, and the last states of all directions: one tensor [directions, N, hidden] for
  /// each state that a unit has (for an LSTM h and c). Sequences start from `states`, or from zeros where it is nil.
  public func callAsFunction(
    _ x: Tensor, states: [Tensor]?
  ) -> (outputs: Tensor, states: [Tensor]) {
    do throws(GraphError) {
      let initial = try checkedStates(states, for: x)
      return run(x.transposed([1, 0, 2]), initial)
    } catch {
      let wrong = fail(error)
      return (wrong, Array(repeating: wrong, count: Step.stateCount))
    }
  }

  /// The way from places [T, N, in] to the last outputs.
  private func run(_ x: Tensor, _ initial: [Tensor]) -> (outputs: Tensor, states: [Tensor]) {
    let ways = isBidirectional ? 2 : 1
    var (x, ends) = (x, [[Tensor]](repeating: [], count: Step.stateCount))
    for layer in 0..<directions.count / ways {
      if layer > 0 { x = Dropout(dropout)(x) }
      let passes = (0..<ways).map { way in
        let number = layer * ways + way
        return pass(
          x, directions[number], initial.map { $0.slice(start: number, length: 1).squeezed(0) },
          reversed: way == 1)
      }
      x = ways == 1 ? passes[0].outputs : concatenated(passes.map { $0.outputs }, axis: -1)
      for pass in passes {
        for (place, state) in pass.states.enumerated() { ends[place].append(state) }
      }
    }
    return (x.transposed([1, 0, 2]), ends.map { stacked($0) })
  }

  private func pass(
    _ x: Tensor, _ direction: Direction, _ initial: [Tensor], reversed: Bool
  ) -> (outputs: Tensor, states: [Tensor]) {
    // What does not wait for the last output is one product for all places.
    let inputs = Functional.linear(x, direction.inputWeight.value, direction.inputBias?.value)
    let (weight, bias) = (direction.hiddenWeight.value, direction.hiddenBias?.value)
    let found = scan(initial, over: [inputs], reversed: reversed) { states, slices in
      let next = Step.next(slices[0], Functional.linear(states[0], weight, bias), states)
      return (next, [next[0]])
    }
    return (found.outputs[0], found.carries)
  }

  private func checkedStates(
    _ states: [Tensor]?, for x: Tensor
  ) throws(GraphError) -> [Tensor] {
    let width = directions[0].inputWeight.value.shape[1]
    guard x.rank == 3, x.shape[2] == width else {
      throw GraphError(
        "recurrent", "takes sequences [N, T, \(width)], not \(x.shape.description)")
    }
    let shape: Shape = [directions.count, x.shape[0], hiddenSize]
    guard let states else {
      return (0..<Step.stateCount).map { _ in Tensor(0, x.element).broadcast(to: shape) }
    }
    guard states.count == Step.stateCount, states.allSatisfy({ $0.shape == shape }) else {
      throw GraphError(
        "recurrent",
        "takes \(Step.stateCount) states \(shape.description) for \(x.shape.description)")
    }
    return states
  }
}

#if !hasFeature(Embedded)
  extension Recurrent: NamedParts {
    /// PyTorch's names.
    public var parts: [(name: String, part: Any?)] {
      let ways = isBidirectional ? 2 : 1
      return directions.enumerated().flatMap { number, direction in
        let end = "_l\(number / ways)" + (number % ways == 1 ? "_reverse" : "")
        return [
          (name: "weight_ih" + end, part: direction.inputWeight as Any?),
          ("weight_hh" + end, direction.hiddenWeight), ("bias_ih" + end, direction.inputBias),
          ("bias_hh" + end, direction.hiddenBias),
        ]
      }
    }
  }
#endif

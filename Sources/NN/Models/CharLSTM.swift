import AdjointGraph
import AdjointRuntime

/// A model of text: each token is guessed from all before it by an LSTM.
public struct CharLSTM: Module {
  /// A row for each token.
  public let embedding: Embedding
  /// What remembers.
  public let lstm: LSTM
  /// What makes scores for the next token.
  public let decoder: Linear

  /// A network with new parameters.
  public init(
    vocabulary: Int, width: Int = 64, hidden: Int = 256, layers: Int = 2, dropout: Double = 0,
    _ element: ElementType = .float32
  ) {
    embedding = Embedding(vocabulary, width, element)
    lstm = LSTM(width, hidden, layers: layers, dropout: dropout, element)
    decoder = Linear(hidden, vocabulary, element)
  }

  /// Scores [N, T, vocabulary] for what follows each token of [N, T].
  public func forward(_ x: Tensor) -> Tensor { decoder(lstm(embedding(x))) }

  /// The prompt and `count` tokens after it. One plan, whatever the prompt and the count.
  public func generate(
    _ prompt: [Int], count: Int, sampling: Sampling = Sampling()
  ) throws(GraphError) -> [Int] {
    guard !prompt.isEmpty else { throw GraphError("generate", "the prompt is empty") }
    return try StepLock.withLock { () throws(GraphError) in
      try checked { () throws(GraphError) in
        let empty = Tensor.zeros(
          [lstm.directions.count, 1, lstm.hiddenSize], embedding.weight.value.element)
        let states = [Cell(empty), Cell(empty)]
        var tokens = prompt
        for place in 0..<prompt.count + max(count, 0) - 1 {
          let scores = try read(tokens[place], states)
          guard place + 1 == tokens.count else { continue }
          tokens.append(sampling.choose(scores.doubles, draw: place))
        }
        return tokens
      }
    }
  }

  /// Scores for what follows a token; the states move on.
  private func read(_ token: Int, _ states: [Cell]) throws(GraphError) -> Tensor {
    let x = embedding(Tensor([Int64(token)], shape: [1, 1]))
    let found = lstm(x, states: states.map { $0.value })
    let scores = decoder(found.outputs)
    try Engine.commit([scores], zip(states, found.states).map { CellUpdate($0, $1) })
    return scores
  }
}

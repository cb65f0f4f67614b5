#if !hasFeature(Embedded)
  import AdjointGraph
  import AdjointRuntime

  /// A model of text: each token is guessed from all before it by attention (Radford and others 2019). Normalisation
  /// first, learned positions. Names as in the original: `transformer.wte`, `transformer.h.0.attn.c_attn`, `lm_head`.
  public struct GPT: Module {
    /// A row for each token.
    public let tokens: Embedding
    /// A row for each place.
    public let positions: LearnedPositions
    /// The blocks in order.
    public let blocks: [Block]
    /// The last normalisation.
    public let norm: LayerNorm
    /// What makes scores; nil where the tokens' rows do.
    public let head: Linear?
    /// What is dropped in training steps.
    public let dropout: Dropout
    /// How many places it sees at once.
    public var context: Int { positions.weight.value.shape[0] }

    /// Attention to what came before and a small network, each after a normalisation and with a way around it.
    public struct Block: Module, NamedParts {
      let norm1: LayerNorm
      let attention: MultiHeadAttention
      let norm2: LayerNorm
      let wide: Linear
      let narrow: Linear
      let activation: Activation
      let dropout: Dropout

      init(
        _ width: Int, _ heads: Int, _ dropout: Double, _ bias: Bool, _ activation: Activation,
        _ element: ElementType
      ) {
        norm1 = LayerNorm(width, bias: bias, element)
        attention = MultiHeadAttention(
          width, heads: heads, causal: true, dropout: dropout, bias: bias, element)
        norm2 = LayerNorm(width, bias: bias, element)
        wide = Linear(width, 4 * width, bias: bias, element)
        narrow = Linear(4 * width, width, bias: bias, element)
        self.activation = activation
        self.dropout = Dropout(dropout)
      }

      /// The original's names.
      public var parts: [(name: String, part: Any?)] {
        [
          ("ln_1", norm1), ("attn.c_attn.weight", attention.inputWeight),
          ("attn.c_attn.bias", attention.inputBias), ("attn.c_proj", attention.output),
          ("ln_2", norm2), ("mlp.c_fc", wide), ("mlp.c_proj", narrow),
        ]
      }

      /// The outputs for a batch of sequences.
      public func forward(_ x: Tensor) -> Tensor {
        network(x + dropout(attention(norm1(x))))
      }

      func forward(
        _ x: Tensor, _ cache: KeyValueCache, _ position: Tensor
      ) -> (Tensor, KeyValueCache) {
        let (output, cache) = attention(norm1(x), cache: cache, position: position)
        return (network(x + output), cache)
      }

      private func network(_ x: Tensor) -> Tensor {
        x + dropout(narrow(activation(wide(norm2(x)))))
      }
    }

    /// A network with new parameters. With a tied head the tokens' rows also make the scores; one of its own may
    /// have a bias. The original's activation is `.geluTanh`.
    public init(
      vocabulary: Int, context: Int = 256, width: Int = 384, depth: Int = 6, heads: Int = 6,
      dropout: Double = 0, bias: Bool = true, tiedHead: Bool = true, headBias: Bool = false,
      activation: Activation = .gelu, _ element: ElementType = .float32
    ) {
      tokens = Embedding(vocabulary, width, element)
      positions = LearnedPositions(context, width, element)
      blocks = (0..<depth).map { _ in Block(width, heads, dropout, bias, activation, element) }
      norm = LayerNorm(width, bias: bias, element)
      head = tiedHead ? nil : Linear(width, vocabulary, bias: headBias, element)
      self.dropout = Dropout(dropout)
      start(depth)
    }

    /// Normal numbers of deviation 0.02, less where the blocks' sums would grow with the depth; biases 0.
    private func start(_ depth: Int) {
      tokens.weight.initialize(.normal(deviation: 0.02))
      head?.weight.initialize(.normal(deviation: 0.02))
      let last = 0.02 / (2 * Double(max(depth, 1))).squareRoot()
      for block in blocks {
        for weight in [block.attention.inputWeight, block.wide.weight] {
          weight.initialize(.normal(deviation: 0.02))
        }
        for layer in [block.attention.output, block.narrow] {
          layer.weight.initialize(.normal(deviation: last))
          layer.bias?.initialize(.zeros)
        }
        block.wide.bias?.initialize(.zeros)
      }
    }

    /// Scores [N, T, vocabulary] for what follows each token of [N, T].
    public func forward(_ x: Tensor) -> Tensor {
      scores(blocks.reduce(dropout(positions(tokens(x)))) { $1.forward($0) })
    }

    private func scores(_ x: Tensor) -> Tensor {
      Functional.linear(norm(x), (head?.weight ?? tokens.weight).value, head?.bias?.value)
    }
  }

  extension GPT: NamedParts {
    /// The original's names. With a tied head the tokens' rows have two.
    public var parts: [(name: String, part: Any?)] {
      [
        ("transformer.wte", tokens), ("transformer.wpe", positions), ("transformer.h", blocks),
        ("transformer.ln_f", norm), ("lm_head", head.map { $0 as Any } ?? tokens),
      ]
    }
  }

  extension GPT {
    /// The prompt and `count` tokens after it.
    ///
    /// Two plans, whatever the prompt and the count: one that reads a whole context at once, and one that reads a
    /// token with its place as an operand and keeps keys and values of those before it. Where the context is full,
    /// its newer half is read again.
    public func generate(
      _ prompt: [Int], count: Int, sampling: Sampling = Sampling()
    ) throws(GraphError) -> [Int] {
      guard !prompt.isEmpty else { throw GraphError("generate", "the prompt is empty") }
      return try StepLock.withLock { () throws(GraphError) in
        try checked { () throws(GraphError) in
          var reader = GPTReader(self)
          var all = prompt
          for draw in 0..<max(count, 0) {
            let scores = try reader.scores(after: all)
            all.append(sampling.choose(scores, draw: draw))
          }
          return all
        }
      }
    }

    /// Scores after the token at `row` of x, which lie at `position` and after it; and the caches.
    func scores(
      _ x: Tensor, caches: [KeyValueCache], position: Tensor, row: Tensor
    ) -> (scores: Tensor, caches: [KeyValueCache]) {
      let rows = positions.weight.value.slice(start: position, length: x.shape[1])
      var (y, kept) = (tokens(x) + rows, [KeyValueCache]())
      for (block, cache) in zip(blocks, caches) {
        let (output, new) = block.forward(y, cache, position)
        y = output
        kept.append(new)
      }
      return (scores(y.slice(axis: 1, start: row, length: 1)), kept)
    }
  }

  /// Reads tokens one after another and keeps what attention needs of them.
  private struct GPTReader {
    let model: GPT
    let cells: [(keys: Cell, values: Cell)]
    /// Which of the tokens lie in the cache: from the first to before the last.
    var range = 0..<0

    init(_ model: GPT) {
      self.model = model
      cells = model.blocks.map {
        let empty = $0.attention.makeCache(1, capacity: model.context)
        return (Cell(empty.keys), Cell(empty.values))
      }
    }

    mutating func scores(after tokens: [Int]) throws(GraphError) -> [Double] {
      let context = model.context
      if range.upperBound + 1 == tokens.count, range.count > 0, range.count < context {
        let found = try read([tokens[tokens.count - 1]], at: range.count, row: 0)
        range = range.lowerBound..<tokens.count
        return found
      }
      let kept = range.isEmpty ? min(tokens.count, context) : max(context / 2, 1)
      let window = Array(tokens.suffix(kept))
      range = tokens.count - kept..<tokens.count
      let padding = Array(repeating: window[0], count: context - kept)
      return try read(window + padding, at: 0, row: kept - 1)
    }

    private func read(_ tokens: [Int], at position: Int, row: Int) throws(GraphError) -> [Double] {
      let x = Tensor(tokens.map { Int64($0) }, shape: [1, tokens.count])
      let (scores, caches) = model.scores(
        x, caches: cells.map { KeyValueCache(keys: $0.keys.value, values: $0.values.value) },
        position: Tensor(Double(position), .int64), row: Tensor(Double(row), .int64))
      try Engine.commit(
        [scores],
        zip(cells, caches).flatMap {
          [CellUpdate($0.keys, $1.keys), CellUpdate($0.values, $1.values)]
        })
      return scores.doubles
    }
  }
#endif

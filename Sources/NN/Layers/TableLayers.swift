import AdjointGraph
import AdjointRuntime

/// The row of a table for each integer. Named like PyTorch's: `weight` [V, D], from the normal distribution.
public struct Embedding: Module {
  /// The table.
  public let weight: Parameter
  /// The row that stands for nothing: it starts as zeros and no gradient flows to it.
  public let paddingIndex: Int?

  /// A table with so many rows of so many numbers.
  public init(
    _ rows: Int, _ width: Int, paddingIndex: Int? = nil, _ element: ElementType = .float32
  ) {
    let numbers = Tensor.normal([rows, width], key: Initialization.nextKey(), element)
    self.paddingIndex = paddingIndex
    guard let paddingIndex else {
      weight = Parameter(numbers)
      return
    }
    let place = paddingIndex < 0 ? paddingIndex + rows : paddingIndex
    let isPadding = equal(.iota(rows), Tensor(Double(place), .int64)).unsqueezed(-1)
    weight = Parameter(select(isPadding, Tensor(0, element), numbers).evaluated())
  }

  /// The rows for integers of any shape.
  public func forward(_ x: Tensor) -> Tensor {
    embedding(x.asIndices, weight.value, paddingIndex: paddingIndex)
  }
}

/// y_o = x₁ᵀ W_o x₂ + b_o. Named like PyTorch's: `weight` [out, in₁, in₂] and `bias` [out], uniform over ±1/√in₁.
public struct Bilinear: Module {
  /// What the pairs of inputs are multiplied by.
  public let weight: Parameter
  /// What is added to each output, if anything.
  public let bias: Parameter?

  /// A layer with new parameters.
  public init(
    _ first: Int, _ second: Int, _ outputs: Int, bias: Bool = true,
    _ element: ElementType = .float32
  ) {
    let key = Initialization.nextKey()
    weight = Parameter(
      Initialization.byFanIn([outputs, first, second], first, key.split(0), element))
    self.bias =
      bias ? Parameter(Initialization.byFanIn([outputs], first, key.split(1), element)) : nil
  }

  /// What becomes of pairs of inputs: [..., in₁] and [..., in₂].
  public func callAsFunction(_ a: Tensor, _ b: Tensor) -> Tensor {
    let size = weight.value.shape
    guard a.rank > 0, b.rank > 0, a.shape[a.rank - 1] == size[1], b.shape[b.rank - 1] == size[2]
    else {
      return fail(
        GraphError(
          "bilinear",
          "takes [..., \(size[1])] and [..., \(size[2])], not \(a.shape.description) and \(b.shape.description)"
        ))
    }
    let rows = matmul(
      a, weight.value.transposed([1, 0, 2]).reshaped([size[1], size[0] * size[2]]))
    let shape = Shape(a.shape.dimensions.dropLast() + [size[0], size[2]])
    let products = (rows.reshaped(shape) * b.unsqueezed(-2)).sum([-1])
    return bias.map { products + $0.value } ?? products
  }

  /// What becomes of each input paired with itself.
  public func forward(_ x: Tensor) -> Tensor { self(x, x) }
}

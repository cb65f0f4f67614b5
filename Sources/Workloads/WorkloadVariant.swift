import AdjointGraph
import AdjointOptim
import AdjointRuntime

/// What a workload may be prepared with instead of what it is timed with.
public struct WorkloadVariant: Sendable {
  /// What its numbers are; the weights are those of float32, converted.
  public var element: ElementType
  /// A learning rate of its own.
  public var learningRate: Double?
  /// Whether steps are traced at first only.
  public var isReplay: Bool
  /// In what products and convolutions are computed.
  public var precision: Precision

  /// A variant.
  public init(
    element: ElementType = .float32, learningRate: Double? = nil, isReplay: Bool = false,
    precision: Precision = .float32
  ) {
    (self.element, self.learningRate, self.isReplay) = (element, learningRate, isReplay)
    self.precision = precision
  }

  func rate(_ usual: Double) -> Double { learningRate ?? usual }

  func of(_ numbers: Tensor) -> Tensor {
    #if hasFeature(Embedded)
      return numbers
    #else
      return element == numbers.element ? numbers : numbers.cast(to: element).evaluated()
    #endif
  }

  /// Steps over batches in turn.
  func training(
    _ optimizer: Optimizer, _ batches: Batches, _ loss: @escaping (Tensor, Tensor) -> Tensor
  ) -> (Int) -> Tensor {
    let precision = precision
    let loss = { (x: Tensor, y: Tensor) in withPrecision(precision) { loss(x, y) } }
    let replayed = optimizer.compiled(loss)
    return { [isReplay] index in
      let (x, y) = batches[index]
      return isReplay ? replayed(x, y) : optimizer.step { loss(x, y) }
    }
  }

  /// Before an optimizer makes its states after them.
  func convert(_ cells: [some Cell]) {
    #if !hasFeature(Embedded)
      for cell in cells where cell.value.element == .float32 { cell.value = of(cell.value) }
    #endif
  }
}

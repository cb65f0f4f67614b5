import AdjointGraph
import AdjointRuntime

/// What a workload may be prepared with instead of what it is timed with.
public struct WorkloadVariant: Sendable {
  /// What its numbers are; the weights are those of float32, converted.
  public var element: ElementType
  /// A learning rate of its own.
  public var learningRate: Double?

  /// A variant.
  public init(element: ElementType = .float32, learningRate: Double? = nil) {
    (self.element, self.learningRate) = (element, learningRate)
  }

  func rate(_ usual: Double) -> Double { learningRate ?? usual }

  func of(_ numbers: Tensor) -> Tensor {
    #if hasFeature(Embedded)
      return numbers
    #else
      return element == numbers.element ? numbers : numbers.cast(to: element).evaluated()
    #endif
  }

  /// Before an optimizer makes its states after them.
  func convert(_ cells: [some Cell]) {
    #if !hasFeature(Embedded)
      for cell in cells where cell.value.element == .float32 { cell.value = of(cell.value) }
    #endif
  }
}

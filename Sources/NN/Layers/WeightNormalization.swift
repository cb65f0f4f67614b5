import AdjointGraph
import AdjointRuntime

/// A layer that can be run with another weight than its own.
public protocol WeightedLayer: Module {
  /// What it learns.
  var weight: Parameter { get }
  /// What it adds, if anything.
  var bias: Parameter? { get }
  /// The axis of the weight that numbers the outputs.
  var outputAxis: Int { get }
  /// The outputs with this weight.
  func forward(_ x: Tensor, weight: Tensor) -> Tensor
}

extension Linear: WeightedLayer {
  /// The first.
  public var outputAxis: Int { 0 }
  /// The outputs with this weight.
  public func forward(_ x: Tensor, weight: Tensor) -> Tensor {
    Functional.linear(x, weight, bias?.value)
  }
}

extension Conv: WeightedLayer {
  /// The first.
  public var outputAxis: Int { 0 }
}

extension TransposedConv: WeightedLayer {
  /// The second.
  public var outputAxis: Int { 1 }
}

/// A layer whose weight is g · v / ‖v‖, with a length g an output, and a direction v (Salimans and Kingma 2016).
///
/// Named like PyTorch's `weight_norm`: `bias`, `weight_g`, `weight_v`.
public struct WeightNorm<Layer: WeightedLayer>: Module {
  /// The layer; its weight holds the directions.
  public let layer: Layer
  /// The lengths.
  public let length: Parameter
  /// The axis that each have a length of their own.
  public let axis: Int

  /// A layer with its weight taken apart, along its first axis as in PyTorch.
  public init(_ layer: Layer, axis: Int = 0) {
    self.layer = layer
    self.axis = axis
    length = Parameter(norm(layer.weight.value, besides: axis).evaluated().detachedValue)
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    let direction = layer.weight.value
    return layer.forward(x, weight: direction * (length.value / norm(direction, besides: axis)))
  }
}

extension Tensor {
  /// An evaluated value without its way.
  fileprivate var detachedValue: Tensor { detached.evaluated() }
}

/// The root of the sum of squares over all axes but one.
private func norm(_ x: Tensor, besides axis: Int) -> Tensor {
  sqrt((x * x).sum((0..<x.rank).filter { $0 != axis }, keepingDimensions: true))
}

/// A layer whose weight is divided by its largest singular value, which training steps follow by one round of power
/// iteration each (Miyato and others 2018).
///
/// Named like PyTorch's `spectral_norm`: `bias`, `weight_orig`, `weight_u`, `weight_v`.
public struct SpectralNorm<Layer: WeightedLayer>: Module {
  /// The layer; its weight is what is divided.
  public let layer: Layer
  /// The left singular vector so far.
  public let left: Cell
  /// The right singular vector so far.
  public let right: Cell
  /// What lengths are at least.
  public let epsilon: Double

  /// A layer with its weight divided.
  public init(_ layer: Layer, epsilon: Double = 1e-12) {
    self.layer = layer
    self.epsilon = epsilon
    let matrix = rows(layer.weight.value, layer.outputAxis)
    let key = Initialization.nextKey()
    let (height, width) = (matrix.shape[0], matrix.shape[1])
    left = Cell(unit(.normal([height], key: key, matrix.element), epsilon).detachedValue)
    right = Cell(unit(.normal([width], key: key.split(1), matrix.element), epsilon).detachedValue)
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    let weight = layer.weight.value
    let matrix = rows(weight, layer.outputAxis)
    var (u, v) = (left.value, right.value)
    if StepScope.isTraining {
      let fixed = matrix.detached
      StepScope.record(left) { before in
        v = unit(matmul(before.unsqueezed(0), fixed).squeezed(0), epsilon)
        u = unit(matmul(fixed, v.unsqueezed(-1)).squeezed(-1), epsilon)
        return u
      }
      StepScope.record(right) { _ in v }
    }
    let largest = (u * matmul(matrix, v.unsqueezed(-1)).squeezed(-1)).sum()
    return layer.forward(x, weight: weight / largest)
  }
}

/// A weight as a matrix with a row for each output.
private func rows(_ weight: Tensor, _ axis: Int) -> Tensor {
  let first = axis == 0 ? weight : weight.movingAxis(axis, to: 0)
  return first.flattened(from: 1)
}

private func unit(_ x: Tensor, _ epsilon: Double) -> Tensor {
  x / maximum(sqrt((x * x).sum()), Tensor(epsilon, x.element))
}

#if !hasFeature(Embedded)
  extension WeightNorm: NamedParts {
    /// PyTorch's names.
    public var parts: [(name: String, part: Any?)] {
      [("bias", layer.bias), ("weight_g", length), ("weight_v", layer.weight)]
    }
  }

  extension SpectralNorm: NamedParts {
    /// PyTorch's names.
    public var parts: [(name: String, part: Any?)] {
      [
        ("bias", layer.bias), ("weight_orig", layer.weight), ("weight_u", left),
        ("weight_v", right),
      ]
    }
  }
#endif

import AdjointGraph
import AdjointRuntime

/// A function without parameters as a layer: `Activation.relu`, or one of your own.
public struct Activation: Module {
  /// What it is called.
  public let name: String
  private let function: @Sendable (Tensor) -> Tensor

  /// A function as a layer.
  public init(_ name: String, _ function: @escaping @Sendable (Tensor) -> Tensor) {
    self.name = name
    self.function = function
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { function(x) }

  /// x as it is.
  public static let identity = Activation("identity") { $0 }
  /// The larger of x and 0.
  public static let relu = Activation("relu") { AdjointGraph.relu($0) }
  /// relu, at most 6.
  public static let relu6 = Activation("relu6") { AdjointGraph.relu6($0) }
  /// The logistic function.
  public static let sigmoid = Activation("sigmoid") { AdjointGraph.sigmoid($0) }
  /// Its logarithm.
  public static let logSigmoid = Activation("logSigmoid") { AdjointGraph.logSigmoid($0) }
  /// The hyperbolic tangent.
  public static let tanh = Activation("tanh") { AdjointGraph.tanh($0) }
  /// log(1 + eˣ).
  public static let softplus = Activation("softplus") { AdjointGraph.softplus($0) }
  /// x / (1 + |x|).
  public static let softsign = Activation("softsign") { $0 / (AdjointGraph.abs($0) + 1) }
  /// x − tanh x.
  public static let tanhShrink = Activation("tanhShrink") { $0 - AdjointGraph.tanh($0) }
  /// x Φ(x).
  public static let gelu = Activation("gelu") { AdjointGraph.gelu($0) }
  /// `gelu` with a hyperbolic tangent.
  public static let geluTanh = Activation("geluTanh") { AdjointGraph.geluTanh($0) }
  /// x σ(x), also called swish.
  public static let silu = Activation("silu") { AdjointGraph.silu($0) }
  /// x tanh(softplus x).
  public static let mish = Activation("mish") { AdjointGraph.mish($0) }
  /// The exponential unit that keeps mean and variance.
  public static let selu = Activation("selu") { AdjointGraph.selu($0) }
  /// x within [−1, 1].
  public static let hardTanh = Activation("hardTanh") { AdjointGraph.hardTanh($0) }
  /// relu6(x + 3) / 6.
  public static let hardSigmoid = Activation("hardSigmoid") { AdjointGraph.hardSigmoid($0) }
  /// x relu6(x + 3) / 6.
  public static let hardSwish = Activation("hardSwish") { AdjointGraph.hardSwish($0) }

  /// x, or `slope` · x where x is negative.
  public static func leakyReLU(slope: Double = 0.01) -> Activation {
    Activation("leakyReLU") { AdjointGraph.leakyReLU($0, slope: slope) }
  }

  /// x, or α (eˣ − 1) where x is negative.
  public static func elu(alpha: Double = 1) -> Activation {
    Activation("elu") { AdjointGraph.elu($0, alpha: alpha) }
  }

  /// x, or α (e^(x/α) − 1) where x is negative.
  public static func celu(alpha: Double = 1) -> Activation {
    Activation("celu") { AdjointGraph.celu($0, alpha: alpha) }
  }

  /// Shares along an axis.
  public static func softmax(axis: Int = -1) -> Activation {
    Activation("softmax") { $0.softmax(axis) }
  }

  /// The logarithms of shares along an axis.
  public static func logSoftmax(axis: Int = -1) -> Activation {
    Activation("logSoftmax") { $0.logSoftmax(axis) }
  }

  /// All that need no number.
  public static let all: [Activation] = [
    identity, relu, relu6, sigmoid, logSigmoid, tanh, softplus, softsign, tanhShrink, gelu,
    geluTanh, silu, mish, selu, hardTanh, hardSigmoid, hardSwish, leakyReLU(), elu(), celu(),
    softmax(), logSoftmax(),
  ]

  #if !hasFeature(Embedded)
    /// The activation of that name, if there is one.
    public static func named(_ name: String) -> Activation? { all.first { $0.name == name } }
  #endif
}

/// x, or a learned slope times x where x is negative: one slope for all, or one a channel of [N, C, …].
public struct PReLU: Module {
  /// The slopes.
  public let weight: Parameter

  /// A layer with slopes of 1/4.
  public init(_ channels: Int = 1, slope: Double = 0.25, _ element: ElementType = .float32) {
    weight = Parameter(.full([channels], slope, element))
  }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor {
    let slopes = weight.value
    guard slopes.count > 1, x.rank > 2 else { return prelu(x, slopes) }
    return prelu(
      x, slopes.reshaped(Shape([slopes.count] + Array(repeating: 1, count: x.rank - 2))))
  }
}

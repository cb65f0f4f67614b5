import AdjointGraph

#if !hasFeature(Embedded)
  extension Tensor {
    /// The value alone, computed, without the way to it.
    package var cutFree: Tensor {
      guard let storage = evaluated().node.storage else { return self }
      return Tensor(Node(Constant.shared, type, storage: storage))
    }
  }

  /// The slope of a scalar function along a direction, by a central difference of fourth order.
  public func centralDifference(
    of f: (Tensor) -> Tensor, at x: Tensor, along direction: Tensor, step: Double = 1e-5
  ) -> Double {
    func value(_ distance: Double) -> Double { f((x + direction * distance).evaluated()).item }
    let near = value(step) - value(-step)
    let far = value(2 * step) - value(-2 * step)
    return (8 * near - far) / (12 * step)
  }

  /// What a gradient check found wrong.
  public struct GradientMismatch: Error, Sendable, CustomStringConvertible {
    /// Which input, from 0.
    public let input: Int
    /// The slope that the gradient gives along a random direction.
    public let gradient: Double
    /// The slope that differences give.
    public let difference: Double

    fileprivate static func notAScalar(_ type: TensorType) -> String {
      let found = "not \(type.element.name) \(type.shape.description)"
      return type.shape.isScalar
        ? "the function must compute in float64, \(found): differences of coarser numbers say nothing"
        : "the function must give one number, \(found); take its sum or mean first"
    }

    /// "input 0: the gradient says 2.0, differences say 4.0"
    public var description: String {
      "input \(input): the gradient says \(gradient), differences say \(difference)"
    }
  }

  /// Compares the gradient of a scalar function with central differences, along random directions, in float64:
  /// other inputs with fractions are converted. Throws the first mismatch.
  public func checkGradients(
    of f: ([Tensor]) -> Tensor, at inputs: [Tensor], tolerance: Double = 1e-6,
    key: RandomKey = RandomKey(0)
  ) throws {
    // Inputs that were computed from each other would add their paths.
    let inputs = inputs.map { ($0.element.isFloating ? $0.cast(to: .float64) : $0).cutFree }
    let value = try checked { () throws(GraphError) in f(inputs) }
    guard value.shape.isScalar, value.element == .float64 else {
      throw GraphError("checkGradients", GradientMismatch.notAScalar(value.type))
    }
    for place in inputs.indices where inputs[place].element.isFloating {
      let direction = Tensor.normal(
        inputs[place].shape, key: key.split(place), inputs[place].element)
      let slope = gradients(of: f(inputs), withRespectTo: [inputs[place]])[0]
      let gradient = slope.map { ($0 * direction).sum().item } ?? 0
      let difference = centralDifference(
        of: { moved in
          var all = inputs
          all[place] = moved
          return f(all)
        }, at: inputs[place], along: direction)
      guard abs(gradient - difference) <= tolerance * max(1, abs(difference)) else {
        throw GradientMismatch(input: place, gradient: gradient, difference: difference)
      }
    }
  }
#endif

import AdjointGraph
import AdjointRuntime

/// Axes from `axis` on as one.
public struct Flatten: Module {
  /// The first axis that goes.
  public let axis: Int

  /// A layer without parameters.
  public init(from axis: Int = 1) { self.axis = axis }

  /// The outputs for a batch of inputs.
  public func forward(_ x: Tensor) -> Tensor { x.flattened(from: axis) }
}

#if !hasFeature(Embedded)
  /// Modules one after another; they are called `0`, `1`, ….
  public struct Sequential: Module, NamedParts {
    /// The modules in order.
    public let layers: [any Module]

    /// These modules one after another.
    public init(_ layers: any Module...) { self.layers = layers }

    /// The modules of a list one after another.
    public init(_ layers: [any Module]) { self.layers = layers }

    /// The modules by their numbers.
    public var parts: [(name: String, part: Any?)] {
      layers.enumerated().map { (String($0.offset), $0.element) }
    }

    /// The outputs for a batch of inputs.
    public func forward(_ x: Tensor) -> Tensor { layers.reduce(x) { $1.forward($0) } }
  }

  /// What a module makes of x, plus x itself or what a shortcut makes of it.
  public struct Residual: Module {
    /// What is learned beside the way straight through.
    public let body: any Module
    /// What the inputs pass instead of nothing.
    public let shortcut: (any Module)?

    /// A module with a way around it.
    public init(_ body: any Module, shortcut: (any Module)? = nil) {
      self.body = body
      self.shortcut = shortcut
    }

    /// The outputs for a batch of inputs.
    public func forward(_ x: Tensor) -> Tensor {
      body.forward(x) + (shortcut?.forward(x) ?? x)
    }
  }
#endif

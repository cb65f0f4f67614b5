import AdjointFormats
import AdjointGraph
import AdjointRuntime

extension Trace {
  /// What a row holds: one number, or a vector of them.
  public struct Numbers: Sendable, Equatable {
    /// One for a scalar.
    public let elements: [Double]
    /// Whether it is written in brackets. A vector may have a single element.
    public let isVector: Bool

    /// A scalar.
    public init(_ number: Double) {
      elements = [number]
      isVector = false
    }

    /// A vector.
    public init(_ elements: [Double]) {
      self.elements = elements
      isVector = true
    }

    /// The number of a scalar or of a vector of one element. Of a longer vector read `elements`.
    public var number: Double {
      guard elements.count == 1 else {
        fatalError("trace: \(text) is not one number; read its elements")
      }
      return elements[0]
    }
  }
}

extension Trace.Numbers: ExpressibleByArrayLiteral {
  /// A vector.
  public init(arrayLiteral elements: Double...) { self.init(elements) }
}

extension Trace.Numbers {
  /// What a tensor without axes or with one axis holds.
  init(of tensor: Tensor) {
    if tensor.shape.isScalar {
      self.init(tensor.item)
    } else {
      // A choice between two values has truth values.
      self.init(tensor.cast(to: .float64).array(of: Double.self))
    }
  }

  var tensor: Tensor {
    isVector ? Tensor(elements, .float64) : Tensor(elements, shape: [], .float64)
  }

  var negated: Trace.Numbers {
    isVector ? Trace.Numbers(elements.map { -$0 }) : Trace.Numbers(-elements[0])
  }

  /// As people read it: `2`, `[1, -0.5]`.
  var text: String {
    let parts = elements.map { NumberText.short($0) }
    return isVector ? "[" + parts.joined(separator: ", ") + "]" : parts[0]
  }

  var json: String {
    let parts = elements.map { JSONText.number($0) }
    return isVector ? JSONText.array(parts) : parts[0]
  }
}

extension Trace {
  /// What a text without variables comes to, a vector included: `pi/2`, `[1, 2]`.
  public static func numbers(_ text: String) throws -> Numbers {
    let graph = try TraceGraph(try Parser.parse(text), [:], shares: true)
    let tensor = graph.entries[graph.root].tensor
    try Engine.evaluate([tensor])
    return Numbers(of: tensor)
  }
}

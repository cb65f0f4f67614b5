import AdjointGraph
import AdjointRuntime

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Tensor {
  /// A tensor with these elements as files hold them: row-major, the lowest byte of each first.
  public init(_ data: Data, shape: Shape, _ element: ElementType) {
    self = data.withUnsafeBytes { Tensor(bytes: $0, shape: shape, element) }
  }

  /// The elements as files hold them: row-major, the lowest byte of each first.
  public var data: Data { withBytes { Data($0) } }
}

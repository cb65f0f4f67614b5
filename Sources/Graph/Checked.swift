import CSupport

/// The open `checked` scope of a thread: the first error met in it.
final class CheckedScope {
  var error: GraphError?
}

/// Runs `body` so that a wrong operation does not trap: its result is a poisoned value, everything
/// made from it is poisoned too, and the first error is thrown when the body ends.
public func checked<Result>(
  _ body: () throws(GraphError) -> Result
) throws(GraphError) -> Result {
  let slots = adj_thread()!
  let scope = CheckedScope()
  let outer = slots.pointee.checked
  slots.pointee.checked = Unmanaged.passUnretained(scope).toOpaque()
  defer { slots.pointee.checked = outer }
  do throws(GraphError) {
    let result = try body()
    if let error = scope.error { throw error }
    return result
  } catch {
    // What was met first is the reason of what followed from it.
    throw scope.error ?? error
  }
}

#if !hasFeature(Embedded)
  /// `checked` around a body that may throw other errors too.
  @_disfavoredOverload
  public func checked<Result>(_ body: () throws -> Result) throws -> Result {
    var other: (any Error)?
    let result = try checked { () throws(GraphError) -> Result? in
      do { return try body() } catch {
        other = error
        return nil
      }
    }
    if let other { throw other }
    return result!
  }
#endif

/// What an operation with wrong inputs gives: a trap outside `checked`, a poisoned value inside.
package func fail(_ error: GraphError) -> Tensor {
  guard let open = adj_thread()!.pointee.checked else { fatalError(error.description) }
  let scope = Unmanaged<CheckedScope>.fromOpaque(open).takeUnretainedValue()
  if scope.error == nil { scope.error = error }
  let node = Node(Poison(error))
  node.isPoisoned = true
  return Tensor(node)
}

/// What an operation on a poisoned input gives: the same poison.
func poison(from node: Node) -> Tensor {
  for index in 0..<node.inputCount where node.input(index).isPoisoned {
    return Tensor(node.input(index))
  }
  return Tensor(node)
}

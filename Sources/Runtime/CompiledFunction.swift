import AdjointGraph
import CSupport

/// A function of tensors whose calls are replayed: it is traced at its first calls, then its plan is run without
/// a graph. Made by `compiled`.
///
/// Cells are read at each call, so that a model trained further is seen. What is made of cells alone is computed once,
/// and again when one of them has changed: so a convolution takes batch normalisation, a bias, ReLU and a sum with other
/// images along, within rounding of what the parts give. There, ReLU of NaN is 0.
///
/// Each form of arguments (shapes and element types) has a plan of its own. Results are values: no gradient flows through
/// them. In a training step, and in another compiled function, it is the function it was made of. Called on several
/// threads at once, it may run its closure on several, as that function would.
///
///     let predict = compiled { softmax(net($0)) }
public struct CompiledFunction<Input, Output>: Sendable {
  let core: FunctionCapture
}

/// A function that is traced once and then replayed.
public func compiled(
  _ body: @escaping (Tensor) -> Tensor
) -> CompiledFunction<Tensor, Tensor> {
  CompiledFunction(core: FunctionCapture { [body($0[0])] })
}

/// A function of two arguments that is traced once and then replayed.
public func compiled(
  _ body: @escaping (Tensor, Tensor) -> Tensor
) -> CompiledFunction<(Tensor, Tensor), Tensor> {
  CompiledFunction(core: FunctionCapture { [body($0[0], $0[1])] })
}

/// A function of any number of arguments and results that is traced once and then replayed.
@_disfavoredOverload
public func compiled(
  _ body: @escaping ([Tensor]) -> [Tensor]
) -> CompiledFunction<[Tensor], [Tensor]> {
  CompiledFunction(core: FunctionCapture(body))
}

extension CompiledFunction where Input == Tensor, Output == Tensor {
  /// The function's value.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    do throws(GraphError) {
      return try tryCall(x)
    } catch {
      return fail(error)
    }
  }

  /// The function's value; throws what goes wrong.
  public func tryCall(_ x: Tensor) throws(GraphError) -> Tensor {
    try core.value { $0.append(x) }
  }
}

extension CompiledFunction where Input == (Tensor, Tensor), Output == Tensor {
  /// The function's value.
  public func callAsFunction(_ x: Tensor, _ y: Tensor) -> Tensor {
    do throws(GraphError) {
      return try tryCall(x, y)
    } catch {
      return fail(error)
    }
  }

  /// The function's value; throws what goes wrong.
  public func tryCall(_ x: Tensor, _ y: Tensor) throws(GraphError) -> Tensor {
    try core.value {
      $0.append(x)
      $0.append(y)
    }
  }
}

extension CompiledFunction where Input == [Tensor], Output == [Tensor] {
  /// The function's values.
  public func callAsFunction(_ inputs: [Tensor]) -> [Tensor] {
    do throws(GraphError) {
      return try tryCall(inputs)
    } catch {
      let wrong = fail(error)
      return Array(repeating: wrong, count: Swift.max(core.resultCount, 1))
    }
  }

  /// The function's values; throws what goes wrong.
  public func tryCall(_ inputs: [Tensor]) throws(GraphError) -> [Tensor] {
    try core.values { for input in inputs { $0.append(input) } }
  }
}

/// A function and what is captured of it.
final class FunctionCapture: @unchecked Sendable {
  private let body: ([Tensor]) -> [Tensor]
  private let captures = Captures()
  /// How many results there were the last time.
  @exclusivity(unchecked) private(set) var resultCount = 0

  init(_ body: @escaping ([Tensor]) -> [Tensor]) { self.body = body }

  func value(_ fill: (Arguments) -> Void) throws(GraphError) -> Tensor {
    try call(fill, replayed: { $0.result(0) }, traced: { $0[0] })
  }

  func values(_ fill: (Arguments) -> Void) throws(GraphError) -> [Tensor] {
    try call(
      fill, replayed: { plan in (0..<plan.resultCount).map { plan.result($0) } }, traced: { $0 })
  }

  /// Replays under the lock; traces outside of it, since a closure may wait for another thread.
  private func call<Result>(
    _ fill: (Arguments) -> Void, replayed: (CapturedPlan) -> Result, traced: ([Tensor]) -> Result
  ) throws(GraphError) -> Result {
    if StepScope.isTraining || CaptureLog.current != nil {
      let given = Arguments()
      fill(given)
      return traced(body(given.tensors))
    }
    var trace: (capture: Capture, log: CaptureLog, inputs: [Tensor])?
    let result = try GraphLock.withLock { () throws(GraphError) -> Result? in
      let arguments = captures.arguments
      arguments.removeAll()
      fill(arguments)
      try arguments.findLeaves()
      let capture = captures.find(Int(Precision.current.rawValue))
      if let plan = capture.planToReplay {
        if try Engine.state.replay(plan, arguments, key: 0) {
          capture.noteReplay()
          return replayed(plan)
        }
        capture.forget()
      }
      capture.prepareForTrace()
      let log = CaptureLog(capture, ReplayNumbers())
      trace = (capture, log, log.arguments(arguments))
      return nil
    }
    if let result { return result }
    let (capture, log, inputs) = trace!
    let results = try log.open { () throws(GraphError) in
      try checked { () throws(GraphError) in
        let results = body(inputs)
        resultCount = results.count
        return results
      }
    }
    return try GraphLock.withLock { () throws(GraphError) in
      try Engine.commit(results, [], capture: log)
      capture.adopt(log)
      return traced(results)
    }
  }
}

import AdjointGraph
import AdjointNN
import AdjointRuntime

/// A training step whose calls are replayed: it is traced at its first calls, then its plan is run without a graph.
/// Made by `Optimizer.compiled`.
///
///     let step = optimizer.compiled { x, y in crossEntropy(net(x), y) }
///     for (x, y) in batches { print(step(x, y).item) }
///
/// What changes from step to step are the arguments, cells, and the optimizer's own numbers; all else belongs to the
/// step. Now and then a call is traced and compared with the first: where the closure does something else by then,
/// reads a value, or uses a number that nobody explains, the call throws. The closure runs in those calls only, so
/// that it should do nothing but build a graph. No gradient flows into arguments.
public struct CompiledStep<Input>: Sendable {
  let core: StepCapture
}

extension Optimizer {
  /// A step of this loss that is traced once and then replayed, over what the closure captures.
  public final func compiled(_ loss: @escaping () -> Tensor) -> CompiledStep<Void> {
    CompiledStep(core: StepCapture(self) { _ in loss() })
  }

  /// A step of this loss that is traced once and then replayed, with an argument.
  public final func compiled(_ loss: @escaping (Tensor) -> Tensor) -> CompiledStep<Tensor> {
    CompiledStep(core: StepCapture(self) { loss($0[0]) })
  }

  /// A step of this loss that is traced once and then replayed, with two arguments.
  public final func compiled(
    _ loss: @escaping (Tensor, Tensor) -> Tensor
  ) -> CompiledStep<(Tensor, Tensor)> {
    CompiledStep(core: StepCapture(self) { loss($0[0], $0[1]) })
  }

  /// A step of this loss that is traced once and then replayed, with any number of arguments.
  @_disfavoredOverload
  public final func compiled(_ loss: @escaping ([Tensor]) -> Tensor) -> CompiledStep<[Tensor]> {
    CompiledStep(core: StepCapture(self, loss))
  }
}

extension CompiledStep where Input == Void {
  /// One training step: changes every parameter. Returns the loss, evaluated.
  @discardableResult
  public func callAsFunction() -> Tensor {
    do throws(GraphError) {
      return try tryStep()
    } catch {
      return fail(error)
    }
  }

  /// One training step, throwing what goes wrong; then nothing has changed.
  @discardableResult
  public func tryStep() throws(GraphError) -> Tensor { try core.take { _ in } }
}

extension CompiledStep where Input == Tensor {
  /// One training step: changes every parameter. Returns the loss, evaluated.
  @discardableResult
  public func callAsFunction(_ x: Tensor) -> Tensor {
    do throws(GraphError) {
      return try tryStep(x)
    } catch {
      return fail(error)
    }
  }

  /// One training step, throwing what goes wrong; then nothing has changed.
  @discardableResult
  public func tryStep(_ x: Tensor) throws(GraphError) -> Tensor {
    try core.take { $0.append(x) }
  }
}

extension CompiledStep where Input == (Tensor, Tensor) {
  /// One training step: changes every parameter. Returns the loss, evaluated.
  @discardableResult
  public func callAsFunction(_ x: Tensor, _ y: Tensor) -> Tensor {
    do throws(GraphError) {
      return try tryStep(x, y)
    } catch {
      return fail(error)
    }
  }

  /// One training step, throwing what goes wrong; then nothing has changed.
  @discardableResult
  public func tryStep(_ x: Tensor, _ y: Tensor) throws(GraphError) -> Tensor {
    try core.take(x, y)
  }
}

extension CompiledStep where Input == [Tensor] {
  /// One training step: changes every parameter. Returns the loss, evaluated.
  @discardableResult
  public func callAsFunction(_ inputs: [Tensor]) -> Tensor {
    do throws(GraphError) {
      return try tryStep(inputs)
    } catch {
      return fail(error)
    }
  }

  /// One training step, throwing what goes wrong; then nothing has changed.
  @discardableResult
  public func tryStep(_ inputs: [Tensor]) throws(GraphError) -> Tensor {
    try core.take { for input in inputs { $0.append(input) } }
  }
}

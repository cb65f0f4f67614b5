import AdjointGraph
import CSupport

/// The extent of one training step. Inside it dropout drops and statistics are taken; it collects what
/// they want to change and commits that once.
public final class StepScope {
  package private(set) var effects: [CellUpdate] = []

  private init() {}

  /// The scope that is open on this thread.
  static var current: StepScope? {
    guard let open = adj_thread().pointee.scope else { return nil }
    return Unmanaged<StepScope>.fromOpaque(open).takeUnretainedValue()
  }

  /// True inside a training step, false in inference.
  public static var isTraining: Bool { adj_thread().pointee.scope != nil }

  /// Notes a change of a statistic. Outside a step, where nothing is learned, it is discarded.
  public static func record(_ cell: Cell, _ value: Tensor) {
    current?.effects.append(CellUpdate(cell, value))
  }

  /// Runs `body` in a new scope; its effects come back beside its result.
  package static func open<Result>(_ body: () -> Result) -> (result: Result, effects: [CellUpdate])
  {
    let slots = adj_thread()!
    let scope = StepScope()
    let outer = slots.pointee.scope
    slots.pointee.scope = Unmanaged.passUnretained(scope).toOpaque()
    let result = body()
    slots.pointee.scope = outer
    return (result, scope.effects)
  }
}

/// Runs `body` as a training step would, without an optimizer: statistics change when it ends.
public func training<Result>(_ body: () -> Result) -> Result {
  let (result, effects) = StepScope.open(body)
  for effect in effects { effect.cell.value = effect.value }
  return result
}

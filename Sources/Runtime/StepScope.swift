import AdjointGraph
import CSupport

/// The extent of one training step. Inside it dropout drops and statistics are taken; it collects what
/// they want to change and commits that once.
public final class StepScope {
  private let log = EffectLog()
  private let key: RandomKey
  /// The step's key as one operand, made when the first layer asks for a part of it.
  private var keyOperand: Tensor?
  private var drawCount = 0

  private init(_ key: RandomKey) { self.key = key }

  private var effects: [CellUpdate] {
    log.entries.map { CellUpdate(unsafeDowncast($0.cell, to: Cell.self), $0.value) }
  }

  /// The scope that is open on this thread.
  static var current: StepScope? {
    guard let open = adj_thread().pointee.scope else { return nil }
    return Unmanaged<StepScope>.fromOpaque(open).takeUnretainedValue()
  }

  /// True inside a training step, false in inference.
  public static var isTraining: Bool { adj_thread().pointee.scope != nil }

  /// A key for the next layer that needs chance in this step; nil outside of steps, where nothing is left to
  /// chance. It is made from the step's key, an operand, and from how many keys were taken before: so every step
  /// is the same plan, and a step that is taken again from the same seed draws the same numbers.
  public static func nextKey() -> Tensor? {
    guard let scope = current else { return nil }
    let operand = scope.keyOperand ?? scope.makeKeyOperand()
    scope.drawCount += 1
    return operand.splitKey(scope.drawCount - 1)
  }

  private func makeKeyOperand() -> Tensor {
    let operand = key.operand
    keyOperand = operand
    CaptureLog.current?.note(operand, from: key)
    return operand
  }

  /// Notes a change of a statistic, from its value so far. A layer that is used twice in a step changes it
  /// twice. Outside a step, where nothing is learned, nothing is noted.
  public static func record(_ cell: Cell, _ change: (Tensor) -> Tensor) {
    guard let log = EffectLog.current else { return }
    log.set(cell, change(log.value(of: cell) ?? cell.value))
  }

  /// Runs `body` in a new scope, where chance comes from `key`; its effects come back beside its result.
  package static func open<Result>(
    key: RandomKey = RandomKey(0), _ body: () -> Result
  ) -> (result: Result, effects: [CellUpdate]) {
    let slots = adj_thread()!
    let scope = StepScope(key)
    let outer = (slots.pointee.scope, slots.pointee.effects)
    slots.pointee.scope = Unmanaged.passUnretained(scope).toOpaque()
    slots.pointee.effects = Unmanaged.passUnretained(scope.log).toOpaque()
    let result = body()
    (slots.pointee.scope, slots.pointee.effects) = outer
    return (result, scope.effects)
  }
}

/// The lock under which training steps are taken, one at a time. Evaluation elsewhere, a loader's say, goes
/// on meanwhile. Whoever needs the graph lock too takes this one first.
package enum StepLock {
  package static func withLock<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    adj_lock_step()
    defer { adj_unlock_step() }
    return try body()
  }
}

/// Runs `body` as a training step would, without an optimizer: statistics change when it ends. What is left to
/// chance comes from `key`.
public func training<Result>(key: RandomKey = RandomKey(0), _ body: () -> Result) -> Result {
  let (result, effects) = StepScope.open(key: key, body)
  for effect in effects { effect.cell.value = effect.value.detached }
  return result
}

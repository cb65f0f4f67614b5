import CSupport

/// What a training step will change beside what it returns: the statistics of its layers, each with the value that
/// it gets at the end.
package final class EffectLog {
  /// A cell, known to whoever opened the log, and its value to be.
  package typealias Entry = (cell: AnyObject, value: Tensor)

  package private(set) var entries: [Entry] = []

  package init() {}

  /// The log of the step that is taken on this thread.
  package static var current: EffectLog? {
    adj_thread().pointee.effects.map { Unmanaged<EffectLog>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The value that a cell will have, if it changes.
  package func value(of cell: AnyObject) -> Tensor? { entries.first { $0.cell === cell }?.value }

  package func set(_ cell: AnyObject, _ value: Tensor) {
    if let place = entries.firstIndex(where: { $0.cell === cell }) {
      entries[place].value = value
    } else {
      entries.append((cell, value))
    }
  }

  /// `body`, and what it would have changed: for functions that are run on placeholders, whose statistics are not
  /// those of any data.
  static func aside<Result>(_ body: () -> Result) -> (result: Result, changes: [Entry]) {
    guard let log = current else { return (body(), []) }
    let before = log.entries
    let result = body()
    let changes = log.entries.filter { entry in
      !before.contains { $0.cell === entry.cell && $0.value.node === entry.value.node }
    }
    log.entries = before
    return (result, changes)
  }
}

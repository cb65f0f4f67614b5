import AdjointGraph

/// What is captured for one form of arguments: the plan, and when it is to be compared with a new trace.
package final class Capture {
  /// What a plan depends on of a leaf of the arguments.
  struct Form: Equatable {
    let shape: Shape
    let element: ElementType
    let isNumber: Bool
    /// The leaf before it that is the same.
    let twin: Int?
  }

  private let forms: [Form]
  /// Stands for how pending arguments are computed.
  private let key: StructureKey
  let context: Int
  /// Whether a closure that cannot be replayed is traced.
  private let isLenient: Bool
  @exclusivity(unchecked) package private(set) var plan: CapturedPlan?
  /// Calls since the plan was captured, and how many of them were replays.
  @exclusivity(unchecked) private var calls = 0
  @exclusivity(unchecked) private var replays = 0
  /// Whether the next call is traced, and may have another structure.
  @exclusivity(unchecked) private var isChecked = false
  @exclusivity(unchecked) private var mayChange = false
  /// Nothing is replayed: the closure does what no replay does, and whoever asked wants it traced then.
  @exclusivity(unchecked) package private(set) var isTraced = false
  @exclusivity(unchecked) var lastUse = 0

  init(_ arguments: Arguments, _ context: Int, isLenient: Bool) {
    self.isLenient = isLenient
    self.context = context
    key = arguments.key
    forms = (0..<arguments.leafCount).map { Capture.form(arguments, $0) }
  }

  private static func form(_ arguments: Arguments, _ place: Int) -> Form {
    let node = arguments.leaf(place)
    return Form(
      shape: node.shape, element: node.element, isNumber: node.storage == nil,
      twin: arguments.twin(of: place))
  }

  func fits(_ arguments: Arguments, _ context: Int) -> Bool {
    guard context == self.context, forms.count == arguments.leafCount, key == arguments.key
    else { return false }
    for place in 0..<forms.count {
      let isSame = arguments.withLeaf(place) { node in
        forms[place].shape == node.shape && forms[place].element == node.element
          && forms[place].isNumber == (node.storage == nil)
      }
      guard isSame, forms[place].twin == arguments.twin(of: place) else { return false }
    }
    return true
  }

  /// The plan, if this call is to be a replay. The first calls are traced, then the ones at powers of two and every
  /// 1024th, to see whether the closure still does the same.
  package var planToReplay: CapturedPlan? {
    let next = calls + 1
    let isDue = next & (next - 1) == 0 || next % 1024 == 0
    return isDue || isChecked ? nil : plan
  }

  /// The next call is traced; another structure than before is then an error, unless it `mayChange`.
  func checkNext(mayChange: Bool) {
    isChecked = true
    self.mayChange = self.mayChange || mayChange
  }

  /// Notes that a call was replayed.
  package func noteReplay() {
    calls += 1
    replays += 1
  }

  /// Makes ready for a trace that the plan is to be compared with; it is forgotten where the device or a cell has
  /// another form by now.
  package func prepareForTrace() {
    guard let plan else { return }
    if plan.isCurrent { plan.numbers.compute() } else { forget() }
  }

  /// Takes the next trace as the first.
  package func forget() {
    plan = nil
    (calls, replays) = (0, 0)
  }

  /// Notes that a call was traced, and is done.
  package func adopt(_ log: CaptureLog) {
    (isChecked, mayChange) = (false, false)
    if isTraced { return }
    if plan != nil, log.plan != nil {
      calls += 1
    } else {
      forget()
      plan = log.plan
      // Somebody held a parameter's value as this step began, perhaps the closure: what was one leaf is two from now on.
      mayChange = plan?.hasChangedNodes ?? false
      log.evaluatePendingCells()
    }
  }

  /// Throws where a trace shows that replays would not do what the closure does.
  func judge(_ log: CaptureLog, _ roots: [Node]) throws(GraphError) {
    guard !isTraced else { return }
    if let obstacle = log.obstacle {
      try refuse { "the closure \(obstacle), which a replay would not do: trace such steps" }
    }
    guard let plan, let new = log.plan else { return }
    guard let difference = plan.difference(from: new) else { return }
    if mayChange { return forget() }
    try refuse { difference.text(plan, new, roots) }
  }

  private func refuse(_ reason: () -> String) throws(GraphError) {
    if isLenient, replays == 0 || mayChange {
      isTraced = true
      return forget()
    }
    let remedy = isLenient ? " (`replaysSteps = false` has a trainer trace all of its steps)" : ""
    throw GraphError("compiled", reason() + remedy)
  }
}

/// The captures of one closure, by the forms of its arguments: those used last are kept.
package final class Captures {
  private static let limit = 16
  /// What the closure is called with.
  package let arguments = Arguments()
  /// Whether a closure that cannot be replayed is traced. Once something was replayed that should not have been,
  /// that is an error all the same.
  private let isLenient: Bool
  @exclusivity(unchecked) private var entries: [Capture] = []
  @exclusivity(unchecked) private var latest: Capture?
  @exclusivity(unchecked) private var clock = 0

  package init(isLenient: Bool = false) { self.isLenient = isLenient }

  /// What is captured for the arguments of this moment. `context` stands for what else a structure depends on.
  package func find(_ context: Int) -> Capture {
    clock += 1
    if let latest, latest.fits(arguments, context) {
      latest.lastUse = clock
      return latest
    }
    let found = entries.first { $0.fits(arguments, context) } ?? insert(context)
    found.lastUse = clock
    latest = found
    return found
  }

  private func insert(_ context: Int) -> Capture {
    if entries.count >= Captures.limit {
      var oldest = 0
      for place in entries.indices where entries[place].lastUse < entries[oldest].lastUse {
        oldest = place
      }
      entries.remove(at: oldest)
    }
    let capture = Capture(arguments, context, isLenient: isLenient)
    entries.append(capture)
    return capture
  }

  /// The next call of each form is traced; another structure than before is then an error, unless it `mayChange`.
  package func checkNext(mayChange: Bool) {
    for entry in entries { entry.checkNext(mayChange: mayChange) }
  }
}

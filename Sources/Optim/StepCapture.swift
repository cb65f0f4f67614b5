import AdjointGraph
import AdjointNN
import AdjointRuntime

/// An optimizer's step over one closure, and what is captured of it.
package final class StepCapture: @unchecked Sendable {
  private let optimizer: Optimizer
  private let loss: ([Tensor]) -> Tensor
  private let captures: Captures
  /// Which parameters were trainable at the last call, by place, and how often that has changed.
  @exclusivity(unchecked) private var trainable: [Int] = []
  @exclusivity(unchecked) private var form = 0

  /// A step of `loss`. Where the closure cannot be replayed, that is an error, or, if `isLenient`, it is traced.
  package init(
    _ optimizer: Optimizer, isLenient: Bool = false, _ loss: @escaping ([Tensor]) -> Tensor
  ) {
    self.optimizer = optimizer
    self.loss = loss
    captures = Captures(isLenient: isLenient)
  }

  /// Traces the next step, of each form of arguments. Another structure than before is then an error, unless it
  /// `mayChange`.
  package func checkNext(mayChange: Bool) { captures.checkNext(mayChange: mayChange) }

  /// One step with two arguments.
  package func take(_ x: Tensor, _ y: Tensor) throws(GraphError) -> Tensor {
    try take {
      $0.append(x)
      $0.append(y)
    }
  }

  /// One step with the arguments that `fill` gives.
  @inline(__always)
  func take(_ fill: (Arguments) -> Void) throws(GraphError) -> Tensor {
    try StepLock.withLock { () throws(GraphError) in
      let arguments = captures.arguments
      arguments.removeAll()
      fill(arguments)
      return try take(arguments)
    }
  }

  private func take(_ arguments: Arguments) throws(GraphError) -> Tensor {
    guard optimizer.canBeCaptured else {
      let tensors = arguments.tensors
      return try optimizer.takeStep { loss(tensors) }
    }
    noteTrainable()
    var trace: (capture: Capture, log: CaptureLog, rules: NumberRules, inputs: [Tensor])?
    let value = try GraphLock.withLock { () throws(GraphError) -> Tensor? in
      try arguments.findLeaves()
      let capture = captures.find(context)
      if let plan = capture.planToReplay {
        plan.numbers.compute()
        if try Engine.replay(plan, arguments, key: optimizer.stepKey.bits) {
          capture.noteReplay()
          return plan.result(0)
        }
        capture.forget()
      }
      capture.prepareForTrace()
      let rules = NumberRules(optimizer)
      let numbers = ReplayNumbers { rules.compute(into: $0) }
      let log = CaptureLog(capture, numbers, key: optimizer.stepKey)
      trace = (capture, log, rules, log.arguments(arguments))
      return nil
    }
    if let value {
      optimizer.count(trainable)
      return value
    }
    // Outside of the lock: a closure may wait for what another thread computes.
    let (capture, log, rules, inputs) = trace!
    return try self.trace(capture, log, rules, inputs)
  }

  /// Whether a step's gradients are the first that are added up, and whether they are the last, are structure, like
  /// the optimizer's own settings and the precision that products have here.
  private var context: Int {
    let isFirst = optimizer.waiting == 0
    let isLast = optimizer.waiting + 1 >= optimizer.accumulation
    let settings = (optimizer.form + form) << 8 | Int(Precision.current.rawValue)
    return settings << 2 | (isFirst ? 2 : 0) | (isLast ? 1 : 0)
  }

  private func noteTrainable() {
    guard !optimizer.isTrainable(exactly: trainable) else { return }
    trainable = optimizer.trainable
    form += 1
  }

  /// A step like any other, of which notes are taken.
  private func trace(
    _ capture: Capture, _ log: CaptureLog, _ rules: NumberRules, _ inputs: [Tensor]
  ) throws(GraphError) -> Tensor {
    let (value, changes) = try changes(log, rules, inputs)
    try Engine.commit([value], changes, capture: log)
    capture.adopt(log)
    optimizer.count(trainable)
    return value
  }

  /// In a function of its own, so that nothing but the changes outlives it: then old values are free to be
  /// overwritten.
  @inline(never)
  private func changes(
    _ log: CaptureLog, _ rules: NumberRules, _ inputs: [Tensor]
  ) throws(GraphError) -> (Tensor, [CellUpdate]) {
    let outer = optimizer.rules
    (optimizer.rules, rules.log) = (rules, log)
    defer { (optimizer.rules, rules.log) = (outer, nil) }
    return try log.open { () throws(GraphError) in
      try optimizer.trace({ loss(inputs) }, trainable)
    }
  }
}

extension Optimizer {
  /// Whether the parameters at these places are trainable and no others.
  final func isTrainable(exactly places: [Int]) -> Bool {
    var next = 0
    for place in parameters.indices where parameters[place].isTrainable {
      guard next < places.count, places[next] == place else { return false }
      next += 1
    }
    return next == places.count
  }
}

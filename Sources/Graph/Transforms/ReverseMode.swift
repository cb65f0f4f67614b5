// Reverse-mode differentiation: the graph of the gradient, appended to the graph of the value.

/// One operation's turn in a reverse walk: what its reverse rule reads and writes.
package struct Reverse {
  unowned(unsafe) let walker: ReverseWalk
  unowned(unsafe) let node: Node
  let index: Int
  package let upstream: Tensor

  package var output: Tensor { Tensor(node) }
  package func input(_ index: Int) -> Tensor { Tensor(node.input(index)) }
  package var inputCount: Int { node.inputCount }

  /// Whether anything that is asked for lies below this input.
  @inline(__always)
  package func needs(_ input: Int) -> Bool { walker.needed[walker.place(of: index, input)] }

  /// Adds a contribution to an input's adjoint. It is only computed where it is needed; where the
  /// operation broadcast the input, it is summed back to the input's shape.
  @inline(__always)
  package func add(to input: Int, _ contribution: @autoclosure () -> Tensor) {
    guard needs(input) else { return }
    walker.accumulate(contribution(), from: index, input: input)
  }

  /// The rule that a region's body implies.
  package func throughBody(_ region: some Region) {
    let inputs = (0..<inputCount).map { input($0) }
    let wanted = (0..<inputCount).filter { place in
      needs(place) && !inputs[..<place].contains { $0.isSame(as: inputs[place]) }
    }
    let result = withPrecision(.float32) { region.body(inputs) }
    let adjoints = gradients(
      of: result, withRespectTo: wanted.map { inputs[$0] }, upstream: upstream,
      behind: inputs)
    for (place, adjoint) in zip(wanted, adjoints) {
      if let adjoint { add(to: place, adjoint) }
    }
  }
}

/// Sees (and may replace) every contribution that a reverse walk makes.
package protocol ReverseObserver: AnyObject {
  func contribution(_ value: Tensor, from: Node, input: Int, upstream: Tensor) -> Tensor
  func accumulated(_ sum: Tensor, in node: Node)
}

/// A reverse walk over a graph in topological order.
package final class ReverseWalk {
  let walk: Walk
  let needed: UnsafeMutablePointer<Bool>
  private let adjoints: UnsafeMutablePointer<Node?>
  private let observer: (any ReverseObserver)?

  /// An operation whose every contribution is scaled, for the tests that prove that tests can fail.
  @exclusivity(unchecked) package nonisolated(unsafe) static var fault:
    (operation: String, factor: Double)?

  /// `walk` holds the order; `targets` are the nodes whose adjoints are asked for.
  package init(_ walk: Walk, targets: [Node], observer: (any ReverseObserver)? = nil) {
    self.walk = walk
    self.observer = observer
    needed = .allocate(capacity: walk.count)
    needed.initialize(repeating: false, count: walk.count)
    adjoints = .allocate(capacity: walk.count)
    adjoints.initialize(repeating: nil, count: walk.count)
    for target in targets {
      let place = Int(target.ordinal)
      if place < walk.count,
        walk.nodes[place].toOpaque() == Unmanaged.passUnretained(target).toOpaque()
      {
        needed[place] = true
      }
    }
    for index in 0..<walk.count where !needed[index] {
      var input = walk.inputStart[index]
      let end = walk.inputStart[index + 1]
      while input < end {
        if needed[Int(walk.inputs[Int(input)])] { needed[index] = true }
        input += 1
      }
    }
  }

  deinit {
    adjoints.deinitialize(count: walk.count)
    adjoints.deallocate()
    needed.deallocate()
  }

  @inline(__always)
  func place(of node: Int, _ input: Int) -> Int {
    Int(walk.inputs[Int(walk.inputStart[node]) + input])
  }

  /// Walks back from the node at `start`, whose adjoint is `seed`.
  package func run(from start: Int, seed: Tensor) {
    guard needed[start] else { return }
    adjoints[start] = seed.node
    run(from: start)
  }

  /// Gives a node an adjoint of its own, beside what flows to it.
  func seed(_ place: Int, _ upstream: Tensor) {
    let sum = adjoints[place].map { Tensor($0) + upstream } ?? upstream
    adjoints[place] = sum.node
  }

  /// Walks back from the node at `start`; adjoints have been given.
  func run(from start: Int) {
    var index = start
    while index >= 0 {
      walk.prefetch(index - 4)
      if needed[index], walk.inputStart[index] != walk.inputStart[index + 1],
        let adjoint = adjoints[index]
      {
        walk.nodes[index]._withUnsafeGuaranteedRef { node in
          node.operation.reverse(
            Reverse(walker: self, node: node, index: index, upstream: Tensor(adjoint)))
        }
      }
      index -= 1
    }
  }

  package func adjoint(at place: Int) -> Tensor? { adjoints[place].map { Tensor($0) } }

  func accumulate(_ contribution: Tensor, from index: Int, input: Int) {
    let place = place(of: index, input)
    var value = contribution
    walk.nodes[place]._withUnsafeGuaranteedRef { target in
      if target.shape != value.shape { value = value.summed(to: target.shape) }
      if target.element != value.element { value = value.cast(to: target.element) }
    }
    #if !hasFeature(Embedded)
      if let fault = ReverseWalk.fault, walk.node(index).operation.name == fault.operation {
        value = value * fault.factor
      }
    #endif
    if let observer {
      value = observer.contribution(
        value, from: walk.node(index), input: input, upstream: Tensor(adjoints[index]!))
    }
    if let sum = adjoints[place] { value = Tensor(sum) + value }
    adjoints[place] = value.node
    observer?.accumulated(value, in: walk.node(place))
  }
}

/// The adjoints of `targets`, nil where no path leads to one. Does not look behind `boundary`.
package func gradients(
  of output: Tensor, withRespectTo targets: [Tensor], upstream: Tensor? = nil,
  behind boundary: [Tensor] = [], observer: (any ReverseObserver)? = nil
) -> [Tensor?] {
  GraphLock.withLock {
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(
      roots: [output.node], boundary: boundary.map { $0.node }, stoppingAtValues: false)
    let nodes = targets.map { $0.node }
    let reverse = ReverseWalk(walk, targets: nodes, observer: observer)
    // Rules may walk other graphs and so renumber nodes: note the places first.
    let places = nodes.map { node -> Int? in
      let place = Int(node.ordinal)
      guard place < walk.count, walk.node(place) === node else { return nil }
      return place
    }
    let start = Int(output.node.ordinal)
    let seed = upstream ?? Tensor.literal(1, output.element).broadcast(to: output.shape)
    withPrecision(.float32) { reverse.run(from: start, seed: seed) }
    return places.map { $0.flatMap { reverse.adjoint(at: $0) } }
  }
}

/// The adjoints of `targets` where several outputs have an upstream gradient each.
func gradients(
  of outputs: [Tensor], withRespectTo targets: [Tensor], upstreams: [Tensor],
  behind boundary: [Tensor]
) -> [Tensor?] {
  GraphLock.withLock {
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(
      roots: outputs.map { $0.node }, boundary: boundary.map { $0.node }, stoppingAtValues: false)
    let reverse = ReverseWalk(walk, targets: targets.map { $0.node }, observer: nil)
    // Every target is behind the boundary's front: it has a place.
    let places = targets.map { Int($0.node.ordinal) }
    let starts = outputs.map { Int($0.node.ordinal) }
    for (start, upstream) in zip(starts, upstreams) where reverse.needed[start] {
      reverse.seed(start, upstream)
    }
    withPrecision(.float32) { reverse.run(from: walk.count - 1) }
    return places.map { reverse.adjoint(at: $0) }
  }
}

/// The gradient of a scalar with respect to tensors it was computed from.
///
/// A target without a path to the output is an error: it is never silently zero.
public func gradient(of output: Tensor, withRespectTo targets: [Tensor]) -> [Tensor] {
  gradient(of: output, withRespectTo: targets) { "target \($0)" }
}

/// The gradient of a scalar with respect to one tensor.
public func gradient(of output: Tensor, withRespectTo target: Tensor) -> Tensor {
  gradient(of: output, withRespectTo: [target])[0]
}

/// The gradient, with names for the targets in errors.
package func gradient(
  of output: Tensor, withRespectTo targets: [Tensor], named name: (Int) -> String
) -> [Tensor] {
  guard output.shape.isScalar, output.element.isFloating else {
    let wrong = fail(
      GraphError(
        "gradient",
        "the output must be a floating-point scalar, not \(output.element.name) \(output.shape.description); take its sum or mean first"
      ))
    return targets.map { _ in wrong }
  }
  let found = gradients(of: output, withRespectTo: targets)
  return found.enumerated().map { index, value in
    value
      ?? fail(
        GraphError(
          "gradient",
          "no path leads from the output to \(name(index)) \(targets[index].shape.description)"))
  }
}

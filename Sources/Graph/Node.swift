import CSupport

/// How a value is computed: an operation, its inputs, and a value set at most once.
///
/// Nodes are made by the hundred in every training step, so one node is one allocation: its shape is
/// inline, and up to three inputs are held as unmanaged references that `deinit` gives back in a loop,
/// so that freeing a chain of a million nodes needs no deep stack.
package final class Node: @unchecked Sendable {
  // First what every walk reads: with the reference count before it that is one line of the cache, or two.

  /// The operation's signature.
  @exclusivity(unchecked) package private(set) final var signature: UInt64
  /// The walk that last met this node, and the place it got there. Valid under the graph lock only.
  @exclusivity(unchecked) package final var mark: UInt32 = 0
  @exclusivity(unchecked) package final var ordinal: Int32 = 0
  @exclusivity(unchecked) package final var storedInputCount: Int32 = 0
  /// The longest path to a node that has its value: what a cell watches to cut endless chains.
  @exclusivity(unchecked) package final var height: Int32 = 0
  @exclusivity(unchecked) package final var input0: Unmanaged<Node>?
  @exclusivity(unchecked) package final var input1: Unmanaged<Node>?
  /// The value, once computed (or given).
  @exclusivity(unchecked) package final var storage: Storage?
  @exclusivity(unchecked) package final var input2: Unmanaged<Node>?
  @exclusivity(unchecked) package private(set) final var operation: any Operation
  @exclusivity(unchecked) package final var shape = Shape()
  @exclusivity(unchecked) package final var element = ElementType.float32
  @exclusivity(unchecked) package final var isPoisoned = false
  /// The value of a scalar operand or literal.
  @exclusivity(unchecked) package final var scalar: Double = 0
  @exclusivity(unchecked) package final var moreInputs: UnsafeMutablePointer<Unmanaged<Node>>?

  #if hasFeature(Embedded)
    @inline(never)
  #endif
  package init(_ operation: any Operation) {
    self.operation = operation
    signature = operation.signature
    adj_thread().pointee.live_nodes &+= 1
  }

  package convenience init(_ operation: any Operation, _ type: TensorType, storage: Storage? = nil)
  {
    self.init(operation)
    shape = type.shape
    element = type.element
    self.storage = storage
  }

  #if hasFeature(Embedded)
    @inline(never)
  #else
    @inline(__always)
  #endif
  package func append(_ input: Node) {
    let reference = Unmanaged.passRetained(input)
    switch storedInputCount {
    case 0: input0 = reference
    case 1: input1 = reference
    case 2: input2 = reference
    default: appendMore(reference)
    }
    storedInputCount += 1
    isPoisoned = isPoisoned || input.isPoisoned
    let below = input.storage == nil ? input.height &+ 1 : 1
    if below > height { height = below }
  }

  private func appendMore(_ reference: Unmanaged<Node>) {
    let count = Int(storedInputCount) - 3
    let larger = UnsafeMutablePointer<Unmanaged<Node>>.allocate(capacity: count + 1)
    if let moreInputs {
      larger.update(from: moreInputs, count: count)
      moreInputs.deallocate()
    }
    larger[count] = reference
    moreInputs = larger
  }

  @inline(__always) package var inputCount: Int { Int(storedInputCount) }

  @inline(__always)
  package func unmanagedInput(_ index: Int) -> Unmanaged<Node> {
    switch index {
    case 0: input0.unsafelyUnwrapped
    case 1: input1.unsafelyUnwrapped
    case 2: input2.unsafelyUnwrapped
    default: moreInputs.unsafelyUnwrapped[index - 3]
    }
  }

  @inline(__always)
  package func input(_ index: Int) -> Node { unmanagedInput(index).takeUnretainedValue() }

  /// Asks for the memory of those inputs that a walk comes to later than the first.
  @inline(__always)
  package func prefetchInputs() {
    if storedInputCount > 1 { adj_prefetch(input1.unsafelyUnwrapped.toOpaque()) }
    if storedInputCount > 0 { adj_prefetch(input0.unsafelyUnwrapped.toOpaque()) }
  }

  package var type: TensorType { TensorType(shape, element) }
  package var isEvaluated: Bool { storage != nil }

  /// Makes this a node that carries an error: reading it says what went wrong.
  package func poison(_ error: GraphError) {
    operation = Poison(error)
    signature = operation.signature
    isPoisoned = true
    height = 0
  }

  /// The error that this node carries.
  package var error: GraphError? { isPoisoned ? (operation as? Poison)?.error : nil }

  /// Gives the inputs back: the value stays, the way to it goes.
  package func dropInputs() {
    guard storedInputCount > 0 else { return }
    let slots = adj_thread()!
    handOver(to: slots)
    Node.drain(slots)
  }

  @inline(__always)
  private func handOver(to slots: UnsafeMutablePointer<adj_thread_slots>) {
    let count = Int(storedInputCount)
    for index in 0..<count { Node.push(unmanagedInput(index), on: slots) }
    moreInputs?.deallocate()
    moreInputs = nil
    storedInputCount = 0
  }

  @inline(__always)
  private static func push(
    _ node: Unmanaged<Node>, on slots: UnsafeMutablePointer<adj_thread_slots>
  ) {
    if slots.pointee.drain_count == slots.pointee.drain_capacity { adj_drain_grow(slots) }
    slots.pointee.drain[Int(slots.pointee.drain_count)] = node.toOpaque()
    slots.pointee.drain_count += 1
  }

  private static func drain(_ slots: UnsafeMutablePointer<adj_thread_slots>) {
    guard slots.pointee.is_draining == 0 else { return }
    slots.pointee.is_draining = 1
    while slots.pointee.drain_count > 0 {
      slots.pointee.drain_count -= 1
      let waiting = slots.pointee.drain[Int(slots.pointee.drain_count)].unsafelyUnwrapped
      Unmanaged<Node>.fromOpaque(waiting).release()
    }
    slots.pointee.is_draining = 0
  }

  deinit {
    let slots = adj_thread()!
    slots.pointee.live_nodes &-= 1
    guard storedInputCount > 0 else { return }
    handOver(to: slots)
    Node.drain(slots)
  }
}

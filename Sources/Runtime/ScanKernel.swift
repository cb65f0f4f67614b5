import AdjointGraph
import AdjointReference

/// Runs a scan's body, compiled once, step after step. Carries go from place to place in the result itself, where
/// they are kept; nothing is copied between steps.
final class ScanKernel: Kernel {
  var summary: String { "scan of " + String(scan.length) + " steps" }
  /// Whether something in the body may find an index out of range.
  let canFail: Bool
  private let scan: Scan
  private let inputs: [Operand]
  private let output: Int
  private let elementBytes: Int
  private let body: Executable

  init(
    _ scan: Scan, _ inputs: [Operand], _ output: Operand, _ device: any Device
  ) throws(GraphError) {
    self.scan = scan
    self.inputs = inputs
    self.output = output.slot
    elementBytes = output.element.byteCount
    let program = ScanKernel.program(scan, device)
    canFail = program.values.contains { value in
      guard case .computed(let operation, let inputs) = value.source else { return false }
      return operation is Scan || operation.check(inputs.map { program.values[$0].type }) != nil
    }
    let kept = scan.carryCount + scan.layout.outputs.count
    let firstSum = scan.body.holes.count
    let reuse = [Int](repeating: -1, count: kept) + scan.layout.sums.indices.map { firstSum + $0 }
    body = try device.compile(program, reuse: reuse, held: [])
    body.takeOwnArena()
  }

  /// One step. The sums so far are leaves after all others, and each is written where it is read.
  private static func program(_ scan: Scan, _ device: any Device) -> Program {
    let split = scan.carryCount + scan.layout.outputs.count
    let terms = scan.body.results[split...]
    let soFar = terms.map { Tensor.placeholder($0.type) }
    let roots = Array(scan.body.results[..<split]) + zip(soFar, terms).map { $0 + $1 }
    let walk = Walk.take()
    defer { walk.giveBack() }
    walk.order(
      roots: roots.map { $0.node }, boundary: (scan.body.holes + soFar).map { $0.node },
      stoppingAtValues: true)
    // A walk does not keep its nodes.
    return withExtendedLifetime(roots) {
      Program(walk, roots: roots.map { $0.node }) {
        device.runsWhole($0, $1)
      } takesNarrow: {
        device.takesNarrow($0, $1, $2)
      }
    }
  }

  func run(_ slots: Slots) throws(GraphError) {
    let result = slots[output]
    let (layout, m) = (scan.layout, scan.carryCount)
    try body.prepare()
    for place in (m + scan.stepInputCount)..<inputs.count {
      body.setLeaf(place, slots[inputs[place].slot])
    }
    for (place, shape) in layout.sums.enumerated() {
      let sum = result + layout.sumStarts[place] * elementBytes
      sum.initializeMemory(as: UInt8.self, repeating: 0, count: shape.count * elementBytes)
      body.setLeaf(inputs.count + place, sum)
      body.setOutput(m + layout.outputs.count + place, sum)
    }
    let first = scan.isReversed ? scan.length - 1 : 0
    for place in 0..<m {
      carry(place, before: first, in: result).copyMemory(
        from: slots[inputs[place].slot], byteCount: layout.carries[place].count * elementBytes)
    }
    for count in 0..<scan.length {
      try runStep(scan.isReversed ? scan.length - 1 - count : count, slots, result)
    }
  }

  private func runStep(
    _ step: Int, _ slots: Slots, _ result: UnsafeMutableRawPointer
  ) throws(GraphError) {
    let (layout, m) = (scan.layout, scan.carryCount)
    for place in 0..<m {
      body.setLeaf(place, carry(place, before: step, in: result))
      let next = scan.isReversed ? step - 1 : step + 1
      body.setOutput(place, carry(place, before: next, in: result))
    }
    for place in m..<(m + scan.stepInputCount) {
      let whole = inputs[place]
      body.setLeaf(place, slots[whole.slot] + step * (whole.type.byteCount / scan.length))
    }
    for (place, shape) in layout.outputs.enumerated() {
      body.setOutput(
        m + place, result + (layout.outputStarts[place] + step * shape.count) * elementBytes)
    }
    try body.run()
  }

  /// Where a carry lies before a step; before the one that is not there, the last carries.
  private func carry(
    _ place: Int, before step: Int, in result: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    let layout = scan.layout
    let isInside = step >= 0 && step < scan.length
    let start =
      isInside
      ? layout.savedStarts[place] + step * layout.carries[place].count
      : layout.carryStarts[place]
    return result + start * elementBytes
  }
}

extension Device {
  /// The kernel of an operation for which an engine has none of its own, and whether it can fail.
  package func plainKernel(
    _ operation: any Operation, _ inputs: [Operand], _ output: Operand
  ) throws(GraphError) -> (kernel: any Kernel, canFail: Bool) {
    guard let scan = operation as? Scan else {
      return (try ReferenceKernels.make(operation, inputs, output), false)
    }
    let kernel = try ScanKernel(scan, inputs, output, self)
    return (kernel, kernel.canFail)
  }
}

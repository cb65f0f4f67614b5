import AdjointGraph
import AdjointReference
import CSupport

/// Where plans run. A device compiles programs; it knows nothing of gradients, layers or training.
package protocol Device: AnyObject, Sendable {
  var name: String { get }
  /// Whatever of the device's settings a plan depends on: precision, threads.
  var identity: UInt64 { get }
  /// `reuse[j]` is the leaf whose memory output j is to be written to, or -1. `held` tells of each leaf whether it
  /// stays from run to run, so that what is made of such leaves alone may be computed once; empty where none does.
  func compile(_ program: Program, reuse: [Int], held: [Bool]) throws(GraphError) -> Executable
  /// Whether the device has a kernel for a whole region on these inputs.
  func runsWhole(_ region: any Region, _ inputs: [TensorType]) -> Bool
  /// Whether its kernel for an operation takes these narrow inputs and rounds its results by itself. It is given wide
  /// ones otherwise.
  func takesNarrow(
    _ operation: any Operation, _ inputs: [TensorType], _ result: TensorType
  ) -> Bool
}

extension Device {
  package func takesNarrow(
    _ operation: any Operation, _ inputs: [TensorType], _ result: TensorType
  ) -> Bool { false }
}

/// The devices of this process.
package enum Devices {
  @exclusivity(unchecked) private nonisolated(unsafe) static var chosen: (any Device)?

  /// Where evaluation happens: the CPU engine where it is linked, otherwise the reference.
  package static var current: any Device {
    get {
      if let chosen { return chosen }
      let found = provided() ?? ReferenceDevice.shared
      chosen = found
      return found
    }
    set { chosen = newValue }
  }

  /// Evaluates on `device` while `body` runs. Other threads wait meanwhile.
  package static func with<Result, Failure: Error>(
    _ device: any Device, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try StepLock.withLock { () throws(Failure) in
      try GraphLock.withLock { () throws(Failure) in
        let before = current
        current = device
        defer { current = before }
        return try body()
      }
    }
  }

  private static func provided() -> (any Device)? {
    guard let made = adj_provided_device() else { return nil }
    return Unmanaged<DeviceBox>.fromOpaque(made).takeUnretainedValue().device
  }
}

/// Carries a device through the one C symbol by which an engine makes itself known.
package final class DeviceBox {
  package let device: any Device
  package init(_ device: any Device) { self.device = device }
}

/// The plain engine: every value in its own memory, one plain kernel an operation.
package final class ReferenceDevice: Device {
  package static let shared = ReferenceDevice()
  package let name = "reference"
  package let identity: UInt64 = 1

  package func runsWhole(_ region: any Region, _ inputs: [TensorType]) -> Bool { false }

  package func compile(
    _ program: Program, reuse: [Int], held: [Bool]
  ) throws(GraphError) -> Executable {
    var builder = ExecutableBuilder(program, held: [])
    let schedule = Schedule(program) { _ in
      nil
    } sumType: { _ in
      nil
    }
    for index in schedule.units.flatMap({ $0.members }) {
      let value = program.values[index]
      guard case .computed(let operation, let inputs) = value.source else { continue }
      let operands = inputs.map { Operand($0, program.values[$0].type) }
      let (kernel, canFail) = try plainKernel(operation, operands, Operand(index, value.type))
      builder.append(
        kernel, reads: inputs, writes: [index],
        canFail: builder.isFirstCheck(operation, inputs) || canFail)
    }
    return builder.finish(found: program.outputs, reuse: reuse) { _, _ in false }
  }
}

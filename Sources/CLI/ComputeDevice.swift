import Adjoint
import AdjointRuntime

/// Where a command computes.
struct ComputeDevice {
  let name: String
  let threads: Int

  /// Makes the device that `--device` and `--threads` ask for the one in use.
  static func use(_ arguments: Arguments) throws -> ComputeDevice {
    let threads = try arguments.integer("--threads", in: 1...256)
    guard try arguments.word("--device", among: ["cpu", "reference"]) == "reference" else {
      let device =
        arguments.has("--own-kernels")
        ? CPUDevice(threads: threads ?? CPUDevice.shared.threads, usesLibrary: false)
        : threads.map { CPUDevice(threads: $0) } ?? CPUDevice.shared
      device.use()
      return ComputeDevice(name: "cpu", threads: device.threads)
    }
    guard threads ?? 1 == 1 else {
      throw CommandError.usage("the reference device has one thread; leave --threads out")
    }
    Devices.current = ReferenceDevice.shared
    return ComputeDevice(name: "reference", threads: 1)
  }
}

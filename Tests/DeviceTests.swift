import AdjointGraph
import AdjointRuntime
import Testing

/// All suites that switch the device are nested in this one, by an extension.
///
/// The device is the process's, and other suites run beside each other: here one test runs at a time, so
/// none takes another's device away. Suites elsewhere may find any device chosen: what they check must
/// hold on each. A test that is about one device (its plans, kernels or counters) belongs in here too.
@Suite(.serialized) enum DeviceTests {}

/// Runs `body` with everything evaluated on `device`, then chooses the earlier device again.
func onDevice<Result>(_ device: any Device, _ body: () throws -> Result) rethrows -> Result {
  let before = exchangeDevice(device)
  defer { _ = exchangeDevice(before) }
  return try body()
}

private func exchangeDevice(_ device: any Device) -> any Device {
  GraphLock.withLock {
    defer { Devices.current = device }
    return Devices.current
  }
}

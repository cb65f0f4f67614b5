import Adjoint
import AdjointGraph
import AdjointRuntime

/// Runs `body` while every other thread waits: counters then count this test only.
func alone<Result>(on device: any Device = CPUDevice.shared, _ body: () throws -> Result) rethrows
  -> Result
{
  try Devices.with(device, body)
}

#if canImport(Glibc)
  import Glibc

  /// Bytes of this process in memory now.
  func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 256)
    guard fgets(&text, 256, file) != nil else { return 0 }
    let line = String(decoding: text.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
    return (Int(line.split(separator: " ")[1]) ?? 0) * 4096
  }
#endif

// What steps of a workload compute, to the last bit.
//   adjoint-bits                           the losses of 1,000 steps of `tiny` on the reference engine, one a line as
//                                          bit patterns: what the same steps in the browser are compared with
//   adjoint-bits WORKLOAD STEPS THREADS    a digest of the losses of steps on the CPU
import AdjointCPU
import AdjointFormats
import AdjointGraph
import AdjointRuntime
import AdjointWorkloads
import Glibc

let words = Array(CommandLine.arguments.dropFirst())
if words.isEmpty {
  Devices.current = ReferenceDevice.shared
  for bits in bitPatterns(.tiny, steps: 1000) {
    let digits = String(bits, radix: 16)
    print(String(repeating: "0", count: 8 - digits.count) + digits)
  }
} else if words.count == 3, let workload = Workload(rawValue: words[0]), let steps = Int(words[1]),
  let threads = Int(words[2]), steps > 0, threads > 0
{
  CPUDevice(threads: threads).use()
  var digest = SHA256()
  for bits in bitPatterns(workload, steps: steps) {
    digest.update((0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }
  print(digest.hexadecimal)
} else {
  print("usage: adjoint-bits [WORKLOAD STEPS THREADS]")
  exit(2)
}

/// The losses, or of what trains nothing the first number.
func bitPatterns(_ workload: Workload, steps: Int) -> [UInt32] {
  let step = workload.prepare(seed: 0)
  return (0..<steps).map { step($0).floats[0].bitPattern }
}

// The losses of 1,000 steps of the workload `tiny` on the reference engine, as bit patterns, one a line:
// what the same steps in the browser are compared with.
import AdjointGraph
import AdjointRuntime
import AdjointWorkloads

Devices.current = ReferenceDevice.shared
let step = Workload.tiny.prepare(seed: 0)
for index in 0..<1000 {
  let digits = String(step(index).floats[0].bitPattern, radix: 16)
  print(String(repeating: "0", count: 8 - digits.count) + digits)
}

import Adjoint
import AdjointRuntime
import AdjointWorkloads

if CommandLine.arguments.count > 2 {
  let step = Workload(rawValue: CommandLine.arguments[1])!.prepare()
  for i in 0..<16 { _ = step(i) }
  Profile.set(true)
  for i in 0..<200 { _ = step(i) }
  var sum = 0.0
  for e in Profile.entries {
    print(e.microseconds, e.summary)
    sum += e.microseconds
  }
  print(sum)
} else {
  print(Bench(workload: Workload(rawValue: CommandLine.arguments[1])!, seconds: 2).run())
}

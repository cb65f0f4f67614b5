import Adjoint
import AdjointWorkloads

print(Bench(workload: Workload(rawValue: CommandLine.arguments[1])!, seconds: 2).run())

import Glibc

do {
  try Session(Settings(Array(CommandLine.arguments.dropFirst()))).run()
} catch let problem as Problem {
  note("benchmarks: \(problem.text)")
  exit(problem.isUsage ? 2 : 1)
} catch {
  note("benchmarks: \(error)")
  exit(1)
}

import Adjoint
import AdjointWorkloads

/// Times whole training steps, each traced anew.
struct Bench {
  let workload: Workload
  let seconds: Double

  func run() -> String {
    let step = workload.prepare()
    for index in 0..<(2 * Workload.batchCount) { _ = step(index) }
    let times = time(step)
    let median = times[times.count / 2]
    return """
      {"workload": "\(workload.rawValue)", "framework": "adjoint", \
      "us_per_step": \((median * 1e7).rounded() / 10), "threads": \(CPUDevice.shared.threads), \
      "peak_rss_mb": \(Process.peakMegabytes), "plans": \(Engine.statistics.plans)}
      """
  }

  private func time(_ step: (Int) -> Tensor) -> [Double] {
    var times: [Double] = []
    let start = Process.seconds
    while Process.seconds - start < seconds || times.count < Workload.batchCount {
      let begin = Process.seconds
      _ = step(times.count)
      times.append(Process.seconds - begin)
    }
    return times.sorted()
  }
}

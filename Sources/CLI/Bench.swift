import Adjoint

/// The workloads of the benchmark, through the public layers and optimizers.
enum Workload: String, CaseIterable {
  case tiny
  case mlp
  case mlpWide = "mlp-wide"
  case lenet
}

/// Times whole training steps, each traced anew.
struct Bench {
  let workload: Workload
  let seconds: Double

  /// Eight different batches in rotation, data already in memory.
  static let batches = 8

  func run() -> String {
    Initialization.seed(0)
    let step = makeStep()
    for index in 0..<Bench.batches { step(index) }
    for index in 0..<Bench.batches { step(index) }
    let plans = Engine.statistics.plans
    let times = time(step)
    let median = times[times.count / 2]
    return """
      {"workload": "\(workload.rawValue)", "framework": "adjoint", \
      "us_per_step": \((median * 1e7).rounded() / 10), "threads": \(CPUDevice.shared.threads), \
      "peak_rss_mb": \(Process.peakMegabytes), "plans": \(plans)}
      """
  }

  private func time(_ step: (Int) -> Void) -> [Double] {
    var times: [Double] = []
    let start = Process.seconds
    while Process.seconds - start < seconds || times.count < Bench.batches {
      let begin = Process.seconds
      step(times.count % Bench.batches)
      times.append(Process.seconds - begin)
    }
    return times.sorted()
  }

  private func makeStep() -> (Int) -> Void {
    switch workload {
    case .tiny:
      let batches = make { (normal([10, 2], $0), normal([10, 1], $0.split(1))) }
      let net = MLP([2, 4, 2, 1], activation: tanh)
      let optimizer = SGD(net, learningRate: 0.03)
      return { index in
        let (x, y) = batches[index]
        optimizer.step { meanSquaredError(net(x), y) }
      }
    case .mlp: return classifier(MLP([784, 128, 10]), [64, 784])
    case .mlpWide: return classifier(MLP([784, 1024, 1024, 10]), [256, 784])
    case .lenet:
      let batches = make { (normal([64, 1, 28, 28], $0), classes(64, $0.split(1))) }
      let net = LeNet()
      let optimizer = SGD(net, learningRate: 0.01, momentum: 0.9)
      return { index in
        let (x, y) = batches[index]
        optimizer.step { crossEntropy(net(x), y) }
      }
    }
  }

  private func classifier(_ net: MLP, _ shape: Shape) -> (Int) -> Void {
    let batches = make { (normal(shape, $0), classes(shape[0], $0.split(1))) }
    let optimizer = Adam(net, learningRate: 1e-3)
    return { index in
      let (x, y) = batches[index]
      optimizer.step { crossEntropy(net(x), y) }
    }
  }

  private func make(_ batch: (RandomKey) -> (Tensor, Tensor)) -> [(Tensor, Tensor)] {
    (0..<Bench.batches).map { batch(RandomKey(1).split($0)) }
  }

  private func normal(_ shape: Shape, _ key: RandomKey) -> Tensor { .normal(shape, key: key) }

  private func classes(_ count: Int, _ key: RandomKey) -> Tensor {
    Tensor((0..<count).map { Int(key.bits(at: $0) % 10) })
  }
}

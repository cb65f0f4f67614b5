import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointRuntime
import Foundation
import Testing

/// Pointwise groups as machine code give the bits that the kernels over tiles give.
@Suite struct PointwiseCodeTests {
  @Test(arguments: [ElementType.float32, .float64, .float16, .bfloat16])
  func codeAndTilesAgreeToTheLastBit(element: ElementType) {
    guard CPUDevice.instructionSet == "avx512" else { return }
    for seed in 0..<60 {
      let code = alone { CPUDevice.shared.with(.best) { PointwiseChain.run(seed, element) } }
      let tiles = alone { CPUDevice.shared.with(.upToAVX2) { PointwiseChain.run(seed, element) } }
      #expect(code.count == tiles.count)
      for (place, pair) in zip(code, tiles).enumerated() where !(pair.0.isNaN && pair.1.isNaN) {
        #expect(pair.0.bitPattern == pair.1.bitPattern, "seed \(seed), number \(place)")
        if pair.0.bitPattern != pair.1.bitPattern { return }
      }
    }
  }

  @Test func aLongChainNeedsMoreThanAllRegisters() {
    guard CPUDevice.instructionSet == "avx512" else { return }
    let x = Tensor.normal([1003], key: RandomKey(1))
    func value() -> [Double] {
      Engine.removePlans()
      let parts = (0..<40).map { x * Double($0) + 1 }
      let products = zip(parts, parts.reversed()).map { exp($0 * 0.01) * $1 }
      return products.reduce(parts[0]) { $0 * 0.5 + $1 }.doubles
    }
    let code = CPUDevice.shared.with(.best) { value() }
    #expect(code == CPUDevice.shared.with(.upToAVX2) { value() })
  }

  @Test func codeOfManyPlansLiesTogether() {
    guard CPUDevice.instructionSet == "avx512" else { return }
    let x = Tensor.normal([50], key: RandomKey(1))
    // Sums and products in another order for each number.
    func chain(_ number: Int) -> [Double] {
      (0..<9).reduce(x) { number >> $1 & 1 == 0 ? $0 + x : $0 * x }.doubles
    }
    alone(on: CPUDevice(threads: 1)) {
      CPUDevice.shared.with(.best) {
        Engine.removePlans()
        _ = chain(0)
        let mappings = mappingCount()
        let values = (0..<500).map { chain($0) }
        #expect(mappingCount() < mappings + 30)
        Engine.removePlans()
        #expect((0..<500).allSatisfy { chain(499 - $0) == values[499 - $0] })
      }
    }
  }

  /// How many pieces of memory the kernel keeps of this process; there may be some 65,000.
  private func mappingCount() -> Int {
    (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8))?
      .split(separator: "\n").count ?? 0
  }
}

/// A group of pointwise operations by chance: dense, broadcast and single inputs, numbers of all sizes, results that
/// are read on their way, summed, and written over inputs.
private struct PointwiseChain {
  private let key: RandomKey
  private let element: ElementType
  private var counter = 0

  init(_ seed: Int, _ element: ElementType) {
    key = RandomKey(seed)
    self.element = element
  }

  private mutating func choice(_ count: Int) -> Int {
    counter += 1
    return Int(key.bits(at: counter) % UInt64(count))
  }

  private mutating func numbers(_ shape: Shape) -> Tensor {
    let special: [Double] = [.nan, .infinity, -.infinity, 0, -0.0, 1, 1e-41, -3e4, 65_000]
    return Tensor(
      (0..<shape.count).map { place in
        choice(12) == 0 ? special[choice(9)] : key.normal(at: 1_000_000 + counter + place) * 3
      }, shape: shape, element)
  }

  static func run(_ seed: Int, _ element: ElementType) -> [Double] {
    var chain = PointwiseChain(seed, element)
    return chain.run()
  }

  private mutating func run() -> [Double] {
    let length = 1 + choice(2600)
    let cells = (0..<3).map { _ in Cell(numbers([2, length])) }
    var pool = cells.map { $0.value }
    pool += [
      numbers([length]), numbers([2, 1]), numbers([]), greater(pool[0], 0.5).cast(to: element),
    ]
    for _ in 0..<(3 + choice(30)) { pool.append(grown(pool)) }
    let whole = pool.filter { $0.shape == [2, length] }
    let updates = zip(cells, whole.suffix(3)).map { CellUpdate($0, $1) }
    let summed = whole[choice(whole.count)]
    let roots = [
      whole[whole.count / 2], greater(pool[pool.count - 1], 0), summed.sum([0]), summed.sum([1]),
      whole[whole.count - 1].sum(),
    ]
    do {
      try Engine.commit(roots, updates)
    } catch {
      Issue.record("\(error)")
    }
    return (roots + cells.map { $0.value }).flatMap { $0.cast(to: .float64).doubles }
  }

  private mutating func grown(_ pool: [Tensor]) -> Tensor {
    let a = pool[choice(2) == 0 ? pool.count - 1 : choice(pool.count)]
    let (b, c) = (pool[choice(pool.count)], pool[choice(pool.count)])
    switch choice(24) {
    case 0: return a + b
    case 1: return a - b
    case 2: return a * b
    case 3: return a / b
    case 4: return maximum(a, b)
    case 5: return minimum(a, b)
    case 6: return greater(a, b).cast(to: element)
    case 7: return equal(a, b).cast(to: element)
    case 8, 9: return select(greater(a, b), b, c)
    case 10: return select(notEqual(a, c), a, b)
    case 11: return a * b + c
    case 12: return -a
    case 13: return abs(a)
    case 14: return sqrt(abs(a))
    case 15: return floor(a)
    case 16: return round(a)
    case 17: return exp(a)
    case 18: return tanh(a)
    case 19: return sin(a)
    case 20: return log(abs(a))
    case 21: return erf(a)
    case 22: return relu(a)
    default: return pow(abs(a), b)
    }
  }
}

import Adjoint
import AdjointData
import Foundation
import Testing

/// Generators: their ranges, their labels by their formulas, and that they are the same everywhere.
@Suite struct GeneratorTests {
  private func points(_ data: GeneratedData) -> [[Double]] {
    let (values, width) = (data.inputs.doubles, data.inputs.shape[1])
    return (0..<data.inputs.shape[0]).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
  }

  @Test func shapesAndSeeds() throws {
    for generator in Generator.allCases {
      let data = generator.make(101, noise: 0.1, seed: 3)
      #expect(data.inputs.shape == [101, generator.inputCount])
      let isClasses = generator.classCount > 0
      #expect(data.targets.shape == (isClasses ? [101] : [101, 1]))
      #expect(data.targets.element == (isClasses ? .int64 : .float32))
      #expect(data.inputs.floats == generator.make(101, noise: 0.1, seed: 3).inputs.floats)
      #expect(data.inputs.floats != generator.make(101, noise: 0.1, seed: 4).inputs.floats)
      if isClasses {
        #expect(Set(data.targets.integers) == Set(0..<generator.classCount), "\(generator)")
      }
      #expect(generator.make(0).inputs.shape == [0, generator.inputCount])
      #expect(generator.make(1).inputs.floats.allSatisfy { $0.isFinite })
      #expect(try Generators.make(generator.rawValue, count: 7).count == 7)
    }
    #expect(Generators.names.count == 12)
    #expect(throws: DataError.self) { try Generators.make("square") }
    #expect(throws: DataError.self) { try Generators.make("circle", count: 0) }
  }

  @Test func labelsFollowTheFormulas() {
    let circle = Generator.circle.make(1000)
    for (point, label) in zip(points(circle), circle.targets.integers) {
      let distance = (point[0] * point[0] + point[1] * point[1]).squareRoot()
      #expect(label == 1 ? distance < 2.5 : (3.4999...5.0001).contains(distance))
    }
    let xor = Generator.xor.make(1000)
    for (point, label) in zip(points(xor), xor.targets.integers) {
      #expect(label == (point[0] * point[1] >= 0 ? 1 : 0))
      #expect(point.allSatisfy { (0.2999...5.3001).contains(abs($0)) })
    }
    let spiral = Generator.spiral.make(400)
    for (number, point) in points(spiral).enumerated() {
      let share = Double(number % 200) / 200
      let angle = 3.5 * Double.pi * share + (number < 200 ? 0 : Double.pi)
      #expect(abs(point[0] - 5 * share * sin(angle)) < 1e-5)
      #expect(abs(point[1] - 5 * share * cos(angle)) < 1e-5)
    }
    for (generator, formula) in formulas {
      let data = generator.make(500, seed: 1)
      for (point, label) in zip(points(data), data.targets.doubles) {
        #expect(abs(label - formula(point)) < 1e-5, "\(generator) \(point)")
      }
    }
    let parity = Generator.parity.make(300)
    for (point, label) in zip(points(parity), parity.targets.integers) {
      #expect(point.allSatisfy { $0 == 0 || $0 == 1 } && label == Int(point.reduce(0, +)) % 2)
    }
  }

  private var formulas: [(Generator, ([Double]) -> Double)] {
    let relu = { (x: Double) in max(0, x) }
    let hills: [(Double, Double, Double)] = [
      (-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1),
    ]
    return [
      (.plane, { ($0[0] + $0[1]) / 10 }),
      (
        .multiGauss,
        { point in
          hills.map { x, y, sign in
            sign * relu(1 - hypot(point[0] - x, point[1] - y) / 2)
          }.max { abs($0) < abs($1) } ?? 0
        }
      ),
      (.sine, { sin($0[0]) }),
      (.linear, { 2 * $0[0] - 3 * $0[1] + 1 }),
      (
        .pulse,
        { relu(4 * $0[0] + 2) - relu(4 * $0[0] + 1) - relu(4 * $0[0] - 1) + relu(4 * $0[0] - 2) }
      ),
    ]
  }

  @Test func statistics() {
    for (noise, variance) in [(0.0, 0.5), (0.5, 4)] {
      let gauss = Generator.gauss.make(20_000, noise: noise)
      for side in [0, 1] {
        let own = zip(points(gauss), gauss.targets.integers).filter { $0.1 == side }.flatMap {
          $0.0
        }
        let mean = own.reduce(0, +) / Double(own.count)
        let spread = own.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(own.count)
        #expect(own.count == 20_000 && abs(mean - (side == 1 ? 2 : -2)) < 0.06)
        #expect(abs(spread / variance - 1) < 0.05)
      }
    }
    // Noise turns some labels of the circle, and none without it.
    let noisy = Generator.circle.make(2000, noise: 0.3).targets.integers
    #expect(noisy != Generator.circle.make(2000).targets.integers)
    let moons = points(Generator.moons.make(200))
    #expect(moons.prefix(100).allSatisfy { abs(hypot($0[0], $0[1]) - 1) < 1e-5 && $0[1] > -1e-6 })
    #expect(moons.suffix(100).allSatisfy { abs(hypot($0[0] - 1, $0[1] - 0.5) - 1) < 1e-5 })
    let blobs = Generator.blobs.make(9000)
    for label in 0..<3 {
      let own = zip(points(blobs), blobs.targets.integers).filter { $0.1 == label }.map { $0.0 }
      let angle = 2 * Double.pi * Double(label) / 3
      #expect(abs(own.map { $0[0] }.reduce(0, +) / 3000 - 4 * sin(angle)) < 0.1)
      #expect(abs(own.map { $0[1] }.reduce(0, +) / 3000 - 4 * cos(angle)) < 0.1)
    }
  }
}

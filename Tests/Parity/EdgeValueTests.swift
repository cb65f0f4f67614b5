import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Foundation
import Testing

/// Halves beside numbers, and infinities and NaN in images, against values stored from PyTorch
/// (tools/parity/edge_values.py).
@Suite(.serialized) struct EdgeValueTests {
  private struct Fixture: Decodable {
    let halves: [Halves]
    let images: [Images]
  }

  private struct Halves: Decodable {
    let element: String
    let function: String
    let number: Double
    let digest: String
  }

  private struct Images: Decodable {
    let mode: String
    let target: Int?
    let scale: Double?
    let align: Bool
    let specials: [Special]
    let result: [String]
    let gradient: [String]?

    var name: String { "\(mode) \(target ?? 0) \(scale ?? 0) \(align) \(specials)" }
  }

  private struct Special: Decodable {
    let place: Int
    let number: Double

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      place = try list.decode(Int.self)
      number = Double(try list.decode(String.self)) ?? 0
    }
  }

  private static let fixture: Fixture? = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/edge_values.json")
    guard let data = try? Data(contentsOf: file) else { return nil }
    return try? JSONDecoder().decode(Fixture.self, from: data)
  }()

  private static let beside: [String: @Sendable (Tensor, Double) -> Tensor] = [
    "multiply": { $0 * $1 }, "multiplied": { $1 * $0 }, "divide": { $0 / $1 },
    "floorDivide": { floorDivide($0, $1) }, "power": { pow($0, $1) }, "add": { $0 + $1 },
    "subtract": { $0 - $1 },
    "subtracted": { $1 - $0 }, "less": { $0 < $1 }, "greaterEqual": { $0 >= $1 },
    "equal": { equal($0, $1) }, "maximum": { maximum($0, $1) }, "minimum": { minimum($0, $1) },
    "gradient": { x, number in
      gradient(of: (x * number * x.detached).sum(), withRespectTo: x)
    },
  ]

  /// Every finite number of a half type, in the order of the patterns.
  private static func finite(_ element: ElementType) -> Tensor {
    let patterns = (0...UInt16.max).map { $0 }
    if element == .float16 {
      return Tensor(patterns.map { Float16(bitPattern: $0) }.filter { $0.isFinite })
    }
    return Tensor(patterns.map { BFloat16(bitPattern: $0) }.filter { $0.float.isFinite })
  }

  private static func digest(_ result: Tensor) -> String {
    let patterns: [UInt16] =
      switch result.element {
      case .bool: result.integers.map { UInt16($0) }
      case .float16: result.array(of: Float16.self).map { $0.isNaN ? 0x7E00 : $0.bitPattern }
      default: result.array(of: BFloat16.self).map { $0.float.isNaN ? 0x7FC0 : $0.bitPattern }
      }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    // Both zeros count as one.
    for pattern in patterns.map({ $0 == 0x8000 ? 0 : $0 }) {
      for byte in [pattern & 0xFF, pattern >> 8] {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
      }
    }
    let text = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  @Test func halvesBesideNumbers() throws {
    let cases = try #require(Self.fixture).halves
    #expect(cases.count >= 200)
    let numbers: [ElementType: Tensor] = [
      .float16: Self.finite(.float16), .bfloat16: Self.finite(.bfloat16),
    ]
    for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
      Devices.with(device) {
        for test in cases {
          guard let function = Self.beside[test.function],
            let x = numbers[test.element == "float16" ? .float16 : .bfloat16]
          else { continue }
          let found = Self.digest(function(x, test.number))
          #expect(
            found == test.digest,
            "\(test.element) \(test.function) \(test.number) on \(device.name)")
        }
      }
    }
  }

  /// A number over a half is rounded once; PyTorch takes a rounded reciprocal.
  @Test(arguments: [0.1, 3, 1e-6, 30000]) func numbersOverHalves(number: Double) {
    let halves = (0...UInt16.max).map { Float16(bitPattern: $0) }.filter { $0.isFinite }
    let wanted = halves.map { Float16(Float(number) / Float($0)) }
    let found = (number / Tensor(halves)).array(of: Float16.self)
    for (a, b) in zip(found, wanted) where !(a.isNaN && b.isNaN) { #expect(a == b) }
  }

  private static func image(_ specials: [Special]) -> Tensor {
    var row = (0..<10).map { (place: Int) -> Double in
      let mixed = (7 * place * place + 3 * place) % 11
      return Double(mixed - 5)
    }
    for special in specials { row[special.place] = special.number }
    return Tensor(row, shape: [1, 1, 1, 10], .float64)
  }

  private static func resized(_ x: Tensor, _ test: Images) -> Tensor {
    let target = [1, test.target ?? 0]
    if test.mode == "average" { return x.adaptiveAveragePool(to: target) }
    let mode: Interpolation =
      test.mode == "linear" ? .linear : test.mode == "cubic" ? .cubic : .nearest
    if let scale = test.scale {
      return x.interpolated(scales: [1, scale], mode: mode, alignCorners: test.align)
    }
    return x.interpolated(to: target, mode: mode, alignCorners: test.align)
  }

  private static func answers(_ test: Images, _ specials: [Special], isPlain: Bool) -> (
    result: [Double], gradient: [Double]
  ) {
    let x = image(specials)
    let result = resized(x, test)
    var upstream = [Double](repeating: 1, count: result.count)
    if !isPlain { upstream[0] = .infinity }
    let flow = Tensor(upstream, shape: result.shape, .float64)
    let slopes = gradient(of: (result * flow).sum(), withRespectTo: x)
    return (result.doubles, slopes.doubles)
  }

  /// What is finite in PyTorch has the same value here. What is not is either not finite here, and the same infinity
  /// if it is one, or untouched: as in an image without specials.
  @Test func infinitiesInImages() throws {
    let cases = try #require(Self.fixture).images
    #expect(cases.count >= 150)
    for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
      Devices.with(device) {
        for test in cases {
          let found = Self.answers(test, test.specials, isPlain: false)
          let plain = Self.answers(test, [], isPlain: true)
          let name = "\(test.name) on \(device.name)"
          check(found.result, plain.result, test.result, name)
          if let slopes = test.gradient {
            check(found.gradient, plain.gradient, slopes, "gradient of " + name)
          }
        }
      }
    }
  }

  private func check(
    _ found: [Double], _ plain: [Double], _ wanted: [String], _ name: String
  ) {
    guard found.count == wanted.count else {
      Issue.record("\(name): \(found.count) elements, not \(wanted.count)")
      return
    }
    for (place, text) in wanted.enumerated() {
      let (value, torch) = (found[place], Double(text) ?? 0)
      if torch.isFinite {
        #expect(abs(value - torch) <= 1e-12 * max(1, abs(torch)), "\(name) at \(place)")
      } else if value.isFinite {
        #expect(value == plain[place], "\(name) at \(place)")
        #expect(torch.isNaN, "\(name) at \(place)")
      } else if !torch.isNaN {
        #expect(value == torch, "\(name) at \(place)")
      }
    }
  }
}

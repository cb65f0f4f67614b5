import Adjoint
import AdjointCPU
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Weighted sums along an axis: each place is made of its own sources alone, forwards and backwards, and every engine
/// and number of threads gives the same.
@Suite(.serialized) struct ResampleTests {
  static let rules: [(from: Int, to: Int, rule: AxisResampling)] = [
    (7, 3), (3, 7), (10, 4), (4, 10), (100, 7), (128, 200), (200, 128), (300, 299),
  ].flatMap { from, to in
    [
      (from, to, AxisResampling(.linear, from: from, to: to)),
      (from, to, AxisResampling(.cubic, from: from, to: to, alignCorners: true)),
      (from, to, AxisResampling(averaging: from, to: to)),
    ]
  }

  @Test func enginesAgree() {
    for (index, (from, to, rule)) in Self.rules.enumerated() {
      for isTransposed in [false, true] {
        let length = isTransposed ? to : from
        for (shape, axis) in [
          ([3, length], 1), ([length, 5], 0), ([2, length, 33], 1), ([length, 64], 0),
          ([3, length, 130], 1),
        ] as [(Shape, Int)] {
          for element in [ElementType.float32, .float64] {
            let x = Tensor.normal(shape, key: RandomKey(index), element).evaluated()
            let operation = Resample(axis: axis, rule, isTransposed: isTransposed)
            let wanted = Devices.with(ReferenceDevice.shared) { operation.apply(x).doubles }
            var first: [Double]?
            for threads in [1, 2, 3] {
              let found = Devices.with(CPUDevice(threads: threads)) { operation.apply(x).doubles }
              let tolerance = element == .float32 ? 1e-5 : 1e-13
              expectClose(found, wanted, tolerance, "\(rule) \(shape) \(isTransposed)")
              if let first { #expect(first == found, "\(rule) \(shape) by threads") }
              first = found
            }
          }
        }
      }
    }
  }

  /// What a place is made of, by giving one source after another the value 1.
  @Test func specialsStayWhereTheyBelong() {
    for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
      Devices.with(device) {
        for (from, to, rule) in Self.rules where from <= 128 && to <= 200 {
          for (isTransposed, length) in [(false, from), (true, to)] {
            let operation = Resample(axis: 1, rule, isTransposed: isTransposed)
            let clean = Tensor.normal([1, length], key: RandomKey(length), .float64)
            let ones = Tensor.identity(length, .float64)
            let parts = Resample(axis: 1, rule, isTransposed: isTransposed).apply(ones)
            let isTouched = notEqual(parts, 0).evaluated()
            for special in [Double.infinity, -.infinity, .nan] {
              // Row i of the images has the special at place i.
              let images = select(ones .!= 0, Tensor(special, .float64), clean)
              let found = operation.apply(images)
              let untouched = operation.apply(clean).broadcast(to: found.shape)
              let isRight = select(
                isTouched, logicalNot(isFinite(found)), equal(found, untouched))
              #expect(isRight.all().item == 1, "\(rule) \(special) on \(device.name)")
            }
          }
        }
      }
    }
  }

  /// Averages under windows that lie alike go another way.
  @Test func averagesUnderWindows() {
    let clean = Tensor.normal([2, 16, 8, 8], key: RandomKey(5))
    var flags = [Double](repeating: 0, count: 16)
    flags[3] = 1
    let images = select(Tensor(flags, shape: [16, 1, 1]) .!= 0, Tensor(.nan), clean)
    for function in [
      { $0.averagePool2d(2) }, { $0.averagePool2d(3, stride: 2, padding: 1) },
      { $0.adaptiveAveragePool(to: 4) },
    ] as [(Tensor) -> Tensor] {
      let (found, plain) = (function(images), function(clean))
      for channel in 0..<16 {
        let (a, b) = (found[0, channel].floats, plain[0, channel].floats)
        #expect(channel == 3 ? a.allSatisfy { $0.isNaN } : a == b, "channel \(channel)")
      }
    }
  }

  @Test func imagesWithSpecials() {
    let clean = Tensor.normal([1, 2, 6, 9], key: RandomKey(2), .float64)
    let functions: [(String, (Tensor) -> Tensor)] = [
      ("linear", { $0.interpolated(to: [9, 12], mode: .linear) }),
      ("cubic", { $0.interpolated(scale: 1.5, mode: .cubic) }),
      ("average", { $0.adaptiveAveragePool(to: [4, 5]) }),
    ]
    for (name, function) in functions {
      // One channel is NaN altogether, and nothing of it reaches the other one.
      let mask = Tensor([0, 1], shape: [1, 2, 1, 1], .float64) .!= 0
      let found = function(select(mask, Tensor(.nan, .float64), clean))
      let plain = function(clean)
      #expect(found[0, 0].doubles == plain[0, 0].doubles, "\(name)")
      #expect(found[0, 1].doubles.allSatisfy { $0.isNaN }, "\(name)")
      // A corner touches few places.
      let corner = Tensor([.infinity] + clean.doubles.dropFirst(), shape: clean.shape, .float64)
      let touched = function(corner).doubles.filter { !$0.isFinite }.count
      #expect(touched > 0 && touched < plain.count / 4, "\(name): \(touched)")
    }
  }
}

import Adjoint
import AdjointData
import Testing

/// Pictures changed by chance: each change by hand, and who sees which when.
@Suite struct AugmentationTests {
  /// 1 2 3 over 4 5 6.
  private let small = Planes<UInt8>(channels: 1, height: 2, width: 3, values: [1, 2, 3, 4, 5, 6])

  @Test func eachChangeByHand() {
    #expect(small.flipped().values == [3, 2, 1, 6, 5, 4])
    #expect(small.flippedVertically().values == [4, 5, 6, 1, 2, 3])
    #expect(small.moved(1, 0).values == [0, 1, 2, 0, 4, 5])
    #expect(small.moved(-1, 1).values == [0, 0, 0, 2, 3, 0])
    #expect(small.moved(5, 5).values == [0, 0, 0, 0, 0, 0])
    #expect(small.cut(1, 1, 1).values == [1, 2, 3, 4, 0, 6])
    #expect(small.cut(2, 0, 0).values == [0, 2, 3, 4, 5, 6])
    #expect(small.cut(10, 2, 1).values == [0, 0, 0, 0, 0, 0])
    let other = Planes<UInt8>(channels: 1, height: 2, width: 3, values: [3, 2, 1, 6, 5, 14])
    #expect(small.mixed(0.25, with: other).values == [3, 2, 2, 6, 5, 12])
  }

  @Test func turnsByHand() {
    let square = Planes<Float>(channels: 1, height: 3, width: 3, values: (1...9).map { Float($0) })
    func close(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 } }
    // Against the clock: the right column becomes the upper row.
    #expect(close(square.turned(90).values, [3, 6, 9, 2, 5, 8, 1, 4, 7]))
    #expect(close(square.turned(180).values, [9, 8, 7, 6, 5, 4, 3, 2, 1]))
    #expect(square.turned(0).values == square.values)
    // The corner comes from √2 away, beyond the edge; the middle stays.
    let turned = square.turned(45).values
    #expect(turned[4] == 5 && turned[0] < 2)
    // The middle of the upper edge comes from (1 + √½, 1 − √½): its value is linear in the place.
    let half = Float(0.5).squareRoot()
    #expect(abs(turned[1] - (5 + half - 3 * half)) < 1e-4)
  }

  @Test func coloursByHand() {
    // Two pixels: (100, 50, 0) and (0, 0, 0).
    let image = Planes<UInt8>(channels: 3, height: 1, width: 2, values: [100, 0, 50, 0, 0, 0])
    #expect(image.coloured(brightness: 1, contrast: 1, saturation: 1) == image)
    #expect(
      image.coloured(brightness: 3, contrast: 1, saturation: 1).values == [255, 0, 150, 0, 0, 0])
    // The brightness of the first is 59.25; without saturation it is all there is.
    #expect(
      image.coloured(brightness: 1, contrast: 1, saturation: 0).values == [59, 0, 59, 0, 59, 0])
    // The mean brightness is 29.625.
    #expect(
      image.coloured(brightness: 1, contrast: 0, saturation: 1).values == [30, 30, 30, 30, 30, 30])
    let grey = Planes<Float>(channels: 1, height: 1, width: 2, values: [0, 1])
    #expect(grey.coloured(brightness: 1, contrast: 2, saturation: 1).values == [-0.5, 1.5])
  }

  private func data(_ count: Int = 40) throws -> TensorDataset {
    let values = (0..<(count * 48)).map { UInt8(1 + $0 * 7 % 250) }
    return try TensorDataset(
      inputs: Tensor(values, shape: [count, 3, 4, 4]),
      targets: Tensor((0..<count).map { $0 % 5 }))
  }

  private let all: [Augmentation] = [
    .flip(), .crop(padding: 2), .rotate(degrees: 20), .cutOut(2), .shift(0.25), .flipVertically(),
    .colour(brightness: 0.2, contrast: 0.2, saturation: 0.2),
  ]

  @Test func whatIsSeenDependsOnSeedEpochAndExampleAlone() throws {
    let augmented = try Augmented(try data(), all, mixUp: MixUp(classCount: 5), seed: 7)
    let together = try augmented.batch(Array(0..<40), epoch: 3)
    let (images, targets) = (together.input.integers, together.target.floats)
    for place in [0, 17, 39] {
      let alone = try augmented.batch([place], epoch: 3)
      #expect(alone.input.integers == Array(images[(place * 48)..<(place * 48 + 48)]))
      #expect(alone.target.floats == Array(targets[(place * 5)..<(place * 5 + 5)]))
    }
    #expect(try augmented.batch(Array(0..<40), epoch: 4).input.integers != images)
    let other = try Augmented(try data(), all, mixUp: MixUp(classCount: 5), seed: 8)
    #expect(try other.batch(Array(0..<40), epoch: 3).input.integers != images)
    // Made ahead or not, from the beginning or from the middle.
    func seen(_ ahead: Int, from first: Int) throws -> [[Int]] {
      let loader = Loader(augmented, batchSize: 6, seed: 1, ahead: ahead)
      let batches = loader.batches(epoch: 2, from: first)
      var all: [[Int]] = []
      while let batch = try batches.nextBatch() { all.append(batch.input.integers) }
      return all
    }
    let whole = try seen(0, from: 0)
    #expect(try seen(3, from: 0) == whole)
    #expect(try seen(2, from: 4) == Array(whole.dropFirst(4)))
    // A part of a data set passes the epoch on.
    let part = Subset(augmented, [5, 2])
    #expect(try part.batch([1], epoch: 3).input.integers == Array(images[96..<144]))
  }

  @Test func chanceIsEven() throws {
    let picture = Tensor((1...9).map { UInt8($0) }, shape: [1, 1, 3, 3])
    let base = try TensorDataset(inputs: picture, targets: Tensor([0]))
    func seen(_ augmentation: Augmentation) throws -> [[Int]: Int] {
      let data = try Augmented(base, [augmentation])
      return try (0..<2000).reduce(into: [:]) { counts, epoch in
        counts[try data.batch([0], epoch: epoch).input.integers, default: 0] += 1
      }
    }
    let flips = try seen(.flip(probability: 0.25))
    #expect(flips.count == 2 && abs((flips[[3, 2, 1, 6, 5, 4, 9, 8, 7]] ?? 0) - 500) < 80)
    let crops = try seen(.crop(padding: 1))
    let plain = Planes<UInt8>(channels: 1, height: 3, width: 3, values: (1...9).map { $0 })
    for across in -1...1 {
      for down in -1...1 {
        let count = crops[plain.moved(across, down).values.map { Int($0) }] ?? 0
        #expect(abs(count - 222) < 60)
      }
    }
    #expect(try crops.count == 9 && seen(.cutOut(1)).count == 9)
    #expect(try seen(.shift(0)).count == 1 && seen(.flip(probability: 0)).count == 1)
  }

  @Test func mixtures() throws {
    let base = try TensorDataset(
      inputs: Tensor([0, 100].map { UInt8($0) }, shape: [2, 1, 1, 1]), targets: Tensor([0, 1]))
    let mixed = try Augmented(base, [], mixUp: MixUp(alpha: 1, classCount: 2))
    var (sum, count, even) = (0.0, 0.0, 0)
    for epoch in 0..<1000 {
      let batch = try mixed.batch([0, 1], epoch: epoch)
      let (values, shares) = (batch.input.doubles, batch.target.doubles)
      for row in 0..<2 {
        #expect(abs(shares[2 * row] + shares[2 * row + 1] - 1) < 1e-6)
        #expect(abs(values[row] - 100 * shares[2 * row + 1]) <= 0.5001)
        // Where the partner is of the other class, the share of the own one is even between 0 and 1.
        guard shares[2 * row + row] < 1 else { continue }
        sum += shares[2 * row + row]
        count += 1
        if shares[2 * row + row] < 0.25 { even += 1 }
      }
    }
    #expect(abs(count - 1000) < 120 && abs(sum / count - 0.5) < 0.04)
    #expect(abs(Double(even) / count - 0.25) < 0.05)
    let numbers = try TensorDataset(
      inputs: Tensor([0.0, 1.0], shape: [2, 1, 1, 1]), targets: Tensor([[2.0], [4.0]]))
    let batch = try Augmented(numbers, [], mixUp: MixUp(alpha: 0.4, classCount: nil)).batch([0, 1])
    for (x, y) in zip(batch.input.doubles, batch.target.doubles) {
      #expect(abs(2 + 2 * x - y) < 1e-6)
    }
  }

  @Test func whatIsWrongIsSaid() throws {
    let base = try data()
    for bad in [.flip(probability: 2), .crop(padding: -1), .shift(3), .cutOut(-1)] as [Augmentation]
    {
      #expect(throws: DataError.self) { try Augmented(base, [bad]) }
    }
    #expect(throws: DataError.self) {
      try Augmented(base, [], mixUp: MixUp(alpha: 0, classCount: 2))
    }
    #expect(throws: DataError.self) {
      try Augmented(base, [], mixUp: MixUp(classCount: 2)).batch(Array(0..<40))
    }
    let flat = try TensorDataset(inputs: Tensor.zeros([3, 4]), targets: Tensor([0, 1, 2]))
    let error = #expect(throws: DataError.self) { try Augmented(flat, [.flip()]).batch([0]) }
    #expect(error?.problem == "takes pictures [N, C, H, W] of uint8 or float32, not float32 [1, 4]")
    let prepared = try Augmented(base, [.flip()]) { $0.cast(to: .float32) / 255 }.batch([0])
    #expect(prepared.input.element == .float32 && prepared.input.shape == [1, 3, 4, 4])
  }
}

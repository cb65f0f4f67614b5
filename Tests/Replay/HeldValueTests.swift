import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// What is made of parameters alone is computed once for all replays of a function, and again when they change.
@Suite struct HeldValueTests {
  private func isNear(_ a: Tensor, _ b: Tensor, _ bound: Float = 2e-5) -> Bool {
    let (a, b) = (a.floats, b.floats)
    let largest = b.map { abs($0) }.max() ?? 0
    return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= bound * largest }
  }

  /// Statistics and factors that differ from channel to channel.
  private func unsettle(_ net: any Module, _ seed: Int) {
    for (place, cell) in net.cells.enumerated()
    where cell.value.element == .float32 && cell.value.rank == 1 {
      cell.value = .uniform(cell.value.shape, 0.5, 1.5, key: RandomKey(seed).split(place))
    }
  }

  @Test(arguments: [false, true]) func residualNetworks(bottleneck: Bool) {
    alone {
      let net = ResNet(
        blocks: [2, 2], width: 8, bottleneck: bottleneck, small: !bottleneck, classes: 5,
        channels: 3)
      unsettle(net, 1)
      let predict = compiled { net($0) }
      for index in 0..<6 {
        let x = Tensor.normal([2, 3, 20, 20], key: RandomKey(index))
        #expect(isNear(predict(x), net(x)))
      }
    }
  }

  @Test func changedParametersAreSeenAndOldOnesNotWrittenTo() {
    alone {
      let net = Sequential(Conv2d(2, 6, kernel: 3), BatchNorm(6), Conv2d(6, 4, kernel: 3))
      let optimizer = SGD(net, learningRate: 0.05)
      let step = optimizer.compiled { x, y in meanSquaredError(net(x), y) }
      let predict = compiled { net($0) }
      let (x, y) = (
        Tensor.normal([2, 2, 9, 9], key: RandomKey(1)),
        Tensor.normal([2, 4, 5, 5], key: RandomKey(2))
      )
      var last: [Float] = []
      for _ in 0..<12 {
        let now = predict(x)
        #expect(isNear(now, net(x)))
        #expect(now.floats != last)
        last = now.floats
        _ = step(x, y)
      }
      let weight = net.parameters[0]
      weight.value = weight.value * 2
      #expect(isNear(predict(x), net(x)))
    }
  }

  @Test func networksOfOneFormHaveTheirOwn() {
    alone {
      let nets = (0..<2).map { _ in Sequential(Conv2d(1, 4, kernel: 3, padding: 1), BatchNorm(4)) }
      let functions = nets.map { net in compiled { net($0) } }
      for index in 0..<8 {
        let x = Tensor.normal([1, 1, 6, 6], key: RandomKey(index))
        for (net, function) in zip(nets, functions) { #expect(isNear(function(x), net(x))) }
      }
    }
  }

  /// What a function computes with is that of the scope where it is called.
  @Test func aScopeOfPrecisionIsNotForgotten() {
    alone {
      let w = Cell(Tensor.normal([64, 64], key: RandomKey(1)).evaluated())
      let function = compiled { matmul($0, w.value) }
      let x = Tensor.normal([128, 64], key: RandomKey(2)).evaluated()
      let wide = matmul(x, w.value).floats
      let narrow = withPrecision(.bfloat16) { matmul(x, w.value).floats }
      #expect(wide != narrow)
      for _ in 0..<4 {
        #expect(function(x).floats == wide)
        #expect(withPrecision(.bfloat16) { function(x).floats } == narrow)
      }
    }
  }

  /// A number has no memory that it could share with the one that was there.
  @Test func aNumberReplacesANumber() throws {
    let cell = Cell(Tensor(1.0))
    try Engine.commit([], [CellUpdate(cell, Tensor(0.5))])
    #expect(cell.value.item == 0.5)
    cell.value = Tensor.ones([4]).sum()
    try Engine.commit([], [CellUpdate(cell, Tensor(0.0))])
    #expect(cell.value.item == 0)
  }

  /// A layer that ends later than another begins reads its images when it ends; a group may compute again what an
  /// earlier one has computed, from what it was made of.
  @Test func whatIsReadLaterIsNotWrittenOver() {
    alone {
      let convs = (0..<3).map { _ in Conv2d(16, 16, kernel: 3, padding: 1) }
      let bodies: [(Tensor) -> Tensor] = [
        { x in
          let h = convs[0](x)
          return convs[1](h) + (convs[2](exp(h)) + h)
        },
        { x in
          let h = relu(convs[0](x))
          return convs[1](h) + (convs[2](relu(convs[1](h))) + h)
        },
        { x in
          let h = convs[0](x), r = relu(h)
          return (convs[1](r * 0.5) + h) * r
        },
        { x in
          let h = convs[0](x), r = relu(h)
          return convs[2]((convs[1](r + 1) + h) * r)
        },
      ]
      for (place, body) in bodies.enumerated() {
        let function = compiled(body)
        for index in 0..<4 {
          let x = Tensor.normal([2, 16, 40, 40], key: RandomKey(index))
          #expect(isNear(function(x), body(x)), "\(place)")
        }
      }
    }
  }

  @Test func whatOthersReadIsNotWrittenOver() {
    alone {
      let conv = Conv2d(4, 4, kernel: 3, padding: 1)
      let other = Conv2d(4, 4, kernel: 1)
      func body(_ x: [Tensor]) -> [Tensor] {
        let a = other(x[0])
        // The addend is what is convolved; is read later; is a result; is an argument; is repeated; is a view.
        let b = relu(a + conv(a))
        let c = relu(conv(b) + a)
        let d = conv(c)
        let e = relu(d + other(c)) - a
        let f = relu(conv(e) + x[0])
        let g = conv(f) + x[0].mean([2, 3], keepingDimensions: true)
        let h = relu(conv(g) + f.transposed([0, 1, 3, 2])) * f
        return [b, d, h, conv.weight.value * 2, conv.weight.value.sum()]
      }
      let function = compiled { (x: [Tensor]) -> [Tensor] in body(x) }
      for index in 0..<7 {
        let x = [Tensor.normal([2, 4, 8, 8], key: RandomKey(index))]
        let kept = x[0].floats
        let (results, expected) = (function(x), body(x))
        for (a, b) in zip(results, expected) { #expect(isNear(a, b)) }
        #expect(x[0].floats == kept)
      }
    }
  }

  @Test func whatIsPutTogetherOfPartsThatStayAndOthers() {
    alone {
      let (a, b) = (
        Parameter(.normal([3, 4], key: RandomKey(1))),
        Parameter(.normal([2, 4], key: RandomKey(2)))
      )
      let row = Tensor([Int64(1), 0])
      func body(_ x: Tensor) -> [Tensor] {
        let both = concatenated([a.value, b.value])
        let places = Tensor([Int64(2), 0, 2])
        return [
          concatenated([a.value, x, b.value]) * 2, both[1...] + x[0],
          matmul(x, both, transposingB: true),
          concatenated([x, both]), a.value.gather(row, axis: 0),
          both.gather(places, axis: 0) * x[0],
          b.value.transposed([1, 0]), a.value[1], both.sum(), x + 1,
        ]
      }
      let function = compiled { (x: [Tensor]) -> [Tensor] in body(x[0]) }
      for index in 0..<12 {
        let x = Tensor.normal([2, 4], key: RandomKey(10 + index))
        for (y, expected) in zip(function([x]), body(x)) { #expect(isNear(y, expected)) }
        if index % 3 == 2 { a.value = a.value + 1 }
      }
    }
  }

  @Test func productsWithWhatFollowsThem() {
    alone {
      let (wide, narrow) = (Linear(64, 128), Linear(128, 64))
      func body(_ x: Tensor) -> Tensor {
        let y = x + narrow(gelu(wide(x)))
        let z = narrow(relu(wide(y) * 0.5)).transposed([0, 2, 1])
        return wide(z.transposed([0, 2, 1])) + wide(y)
      }
      let function = compiled { body($0) }
      for index in 0..<8 {
        let x = Tensor.normal(index % 2 == 0 ? [2, 20, 64] : [1, 50, 64], key: RandomKey(index))
        #expect(isNear(function(x), body(x)))
        if index == 4 { wide.weight.value = wide.weight.value * 2 }
      }
    }
  }

  @Test func convolutionsOfAllKinds() {
    alone {
      let forms: [(Shape, Shape, Int, Int)] = [
        ([2, 3, 9, 9], [5, 3, 3, 3], 2, 1), ([1, 6, 7, 7], [4, 3, 3, 3], 1, 2),
        ([1, 8, 5, 5], [8, 1, 3, 3], 1, 8), ([3, 1, 4, 4], [1, 1, 1, 1], 1, 1),
        ([1, 70, 6, 6], [33, 70, 1, 1], 2, 1),
      ]
      for (place, (images, weights, stride, groups)) in forms.enumerated() {
        let key = RandomKey(place)
        let weight = Parameter(.normal(weights, key: key))
        let bias = Parameter(.normal([weights[0]], key: key.split(1)))
        func body(_ x: Tensor) -> Tensor {
          let y = convolution(
            x, weight.value, bias: bias.value, stride: stride, padding: 1, groups: groups)
          return relu(2 * y - 1) / 3
        }
        let function = compiled { body($0) }
        for index in 0..<4 {
          let x = Tensor.normal(images, key: RandomKey(100 + index))
          #expect(isNear(function(x), body(x)), "\(images) \(weights)")
        }
      }
    }
  }

  @Test func whatIsNoNumberStaysNone() {
    alone {
      let conv = Conv2d(16, 16, kernel: 1)
      let function = compiled { conv($0) }
      var numbers = [Float](repeating: 1, count: 16 * 9)
      numbers[4] = .nan
      for _ in 0..<4 {
        let y = function(Tensor(numbers, shape: [1, 16, 3, 3]))
        #expect(y.floats.filter { $0.isNaN }.count == 16)
      }
    }
  }
}

import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Functions that are replayed give what they are made of.
@Suite struct CompiledFunctionTests {
  @Test func aModelThatIsTrainedFurtherIsSeen() {
    alone {
      let net = Sequential(Linear(3, 4), BatchNorm(4), Dropout(0.5), Linear(4, 2))
      let optimizer = Adam(net, learningRate: 0.1)
      let predict = compiled { net($0) }
      let before = Engine.statistics.replays
      for index in 0..<20 {
        let x = Tensor.normal([index % 2 == 0 ? 5 : 7, 3], key: RandomKey(index))
        #expect(predict(x).floats == net(x).floats)
        optimizer.step { net(x).mean() }
      }
      // Two shapes, ten calls each, of which the first, 2nd, 3rd, 5th and 9th are traced.
      #expect(Engine.statistics.replays - before == 10)
    }
  }

  @Test func manyInputsAndResults() {
    alone {
      let function = compiled { (inputs: [Tensor]) -> [Tensor] in
        [inputs[0] + inputs[1], inputs[0] * inputs[2], (inputs[1] - inputs[2]).sum()]
      }
      let pair = compiled { $0 * 2 + $1 }
      var kept: [(Tensor, [Float])] = []
      for index in 0..<12 {
        let inputs = (0..<3).map { Tensor.normal([2, 3], key: RandomKey(index).split($0)) }
        let results = function(inputs)
        #expect(results[0].floats == (inputs[0] + inputs[1]).floats)
        #expect(results[1].floats == (inputs[0] * inputs[2]).floats)
        #expect(results[2].floats == (inputs[1] - inputs[2]).sum().floats)
        let two = pair(inputs[0], inputs[1])
        #expect(two.floats == (inputs[0] * 2 + inputs[1]).floats)
        kept.append((two, two.floats))
      }
      for (tensor, floats) in kept { #expect(tensor.floats == floats) }
    }
  }

  @Test func theSameTensorTwiceIsAnotherForm() {
    alone {
      let product = compiled { $0 * $1 }
      let (x, y) = (Tensor([1.0, 2]), Tensor([3.0, 4]))
      for _ in 0..<8 {
        #expect(product(x, y).floats == [3, 8])
        #expect(product(x, x).floats == [1, 4])
      }
    }
  }

  @Test func pendingArgumentsAreComputedWithIt() {
    alone {
      let product = compiled { $0 * $1 }
      let before = (Engine.statistics.replays, Engine.statistics.plans)
      for index in 0..<24 {
        let x = Tensor.normal([3], key: RandomKey(index))
        // Two ways to be computed are two forms; a leaf that comes twice is one.
        let pending = index % 2 == 0 ? x * Double(index) + 1 : tanh(x)
        let result = product(pending, x)
        #expect(!pending.node.isEvaluated)
        #expect(result.floats == (pending * x).floats)
      }
      #expect(Engine.statistics.replays - before.0 == 2 * 7)
      #expect(Engine.statistics.plans - before.1 <= 2)
      #expect(throws: GraphError.self) {
        try product.tryCall(Tensor.placeholder(TensorType([3], .float32)), Tensor(1))
      }
    }
  }

  @Test func withinAStepItIsWhatItIsMadeOf() {
    alone {
      let results = [false, true].map { isCompiled in
        Initialization.seed(2)
        let net = Sequential(Linear(3, 4), Dropout(0.5), Linear(4, 2))
        let optimizer = Adam(net, learningRate: 0.1)
        let function = compiled { net($0) }
        let x = Tensor.normal([5, 3], key: RandomKey(1))
        for _ in 0..<6 { _ = function(x) }
        let step = optimizer.compiled { isCompiled ? function($0).mean() : net($0).mean() }
        for _ in 0..<8 { step(x) }
        return net.parameters.flatMap { $0.value.floats }
      }
      #expect(results[0] == results[1])
    }
  }

  @Test func whatIsPassedThroughAndWrongCalls() {
    alone {
      let same = compiled { $0 }
      for index in 0..<6 { #expect(same(Tensor([Double(index)])).item == Double(index)) }
      let product = compiled { matmul($0, $1) }
      let (a, b) = (Tensor.zeros([2, 3]), Tensor.zeros([4, 5]))
      for _ in 0..<4 {
        #expect(throws: GraphError.self) { try product.tryCall(a, b) }
        #expect(throws: GraphError.self) { try checked { _ = product(a, b) } }
        #expect(product(a, a.transposed).shape == [2, 2])
      }
      #expect(throws: GraphError.self) { try compiled { $0[$0 > 1] }.tryCall(a) }
    }
  }

  @Test func manyTasksAtOnceAreRight() async {
    let net = Linear(3, 2)
    let predict = compiled { net($0) }
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          (0..<50).allSatisfy { index in
            let x = Tensor.normal([1 + index % 3, 3], key: RandomKey(task).split(index))
            return predict(x).floats == net(x).floats
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}

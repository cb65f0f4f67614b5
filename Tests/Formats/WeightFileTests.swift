import Adjoint
import Foundation
import Testing

/// Weights between this library and PyTorch: by name, in the same layouts, or one clear line.
@Suite struct WeightFileTests {
  /// The network of `tools/parity/make_weights.py`.
  struct CNN: Module {
    let conv1 = Conv2d(1, 3, kernel: 3, padding: 1), conv2 = Conv2d(3, 4, kernel: 3)
    let fc1 = Linear(36, 10), fc2 = Linear(10, 3)

    func forward(_ x: Tensor) -> Tensor {
      let x = relu(conv1(x)).maxPool2d(2)
      return fc2(relu(fc1(relu(conv2(x)).flattened(from: 1))))
    }
  }

  struct Residual: Module {
    let conv1 = Conv2d(2, 4, kernel: 3, padding: 1, bias: false), bn1 = BatchNorm(4)
    let conv2 = Conv2d(4, 4, kernel: 3, padding: 1, bias: false), bn2 = BatchNorm(4)
    let fc = Linear(4, 3)

    func forward(_ x: Tensor) -> Tensor {
      let x = relu(bn1(conv1(x)))
      return fc(relu(bn2(conv2(x)) + x).mean([2, 3]))
    }
  }

  struct Recurrent: Module {
    let lstm = LSTM(4, 6, layers: 2), fc = Linear(6, 3)
    func forward(_ x: Tensor) -> Tensor { fc(lstm(x)) }
  }

  struct Attention: Module {
    let attention = MultiHeadAttention(8, heads: 2), norm = LayerNorm(8)
    func forward(_ x: Tensor) -> Tensor { norm(x + attention(x)) }
  }

  static let nets: [(name: String, make: @Sendable () -> any Module)] = [
    ("cnn", { CNN() }), ("residual", { Residual() }), ("recurrent", { Recurrent() }),
    ("attention", { Attention() }),
  ]

  static func fixture(_ name: String) -> String { projectFile("Tests/Fixtures/" + name) }

  @Test(arguments: nets.map { $0.name }) func aStateDictLoadsByName(name: String) throws {
    let net = try #require(Self.nets.first { $0.name == name }).make()
    try net.load(weights: Self.fixture("torch_\(name).safetensors"))
    let example = try Safetensors(reading: Self.fixture("torch_\(name)_case.safetensors"))
    let (input, output) = (try #require(example["input"]), try #require(example["output"]))
    let worst = abs(net(input) - output).max().item
    #expect(worst < 1e-5, "differs by \(worst)")
  }

  @Test func whatWeWriteIsAStateDict() throws {
    try withTemporaryFolder { folder in
      let (theirs, ours) = (Self.fixture("torch_cnn.safetensors"), folder + "/cnn.safetensors")
      let net = CNN()
      try net.load(weights: theirs)
      try net.save(weights: ours)
      let (before, after) = (try Safetensors(reading: theirs), try Safetensors(reading: ours))
      #expect(Set(before.tensors.map { $0.name }) == Set(after.tensors.map { $0.name }))
      for (name, tensor) in before.tensors {
        #expect(after[name]?.floats == tensor.floats && after[name]?.shape == tensor.shape)
      }
      let again = CNN()
      #expect(try again.weightsDigest() != net.weightsDigest())
      try again.load(weights: ours)
      #expect(try again.weightsDigest() == net.weightsDigest())
    }
  }

  @Test func eachWrongNameIsALine() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/wrong.safetensors"
      let net = MLP([4, 3, 2])
      let before = try net.weightsDigest()
      try Safetensors([
        ("layers.0.weight", .zeros([3, 5])), ("layers.0.bias", .zeros([3])),
        ("layers.1.bias", .zeros([2])), ("head.weight", .zeros([2, 2])),
      ]).write(to: path)
      let error = #expect(throws: WeightsError.self) { try net.load(weights: path) }
      #expect(
        error?.problems == [
          "layers.0.weight is [3, 5], but the model's is [3, 4]",
          "has no layers.1.weight, which the model needs",
          "has head.weight, which the model does not know",
        ])
      #expect(error?.description.split(separator: "\n").count == 3)
      #expect(try net.weightsDigest() == before)
    }
  }

  @Test func aSharedWeightStandsUnderEitherName() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/gpt.safetensors"
      let make = { GPT(vocabulary: 5, context: 4, width: 4, depth: 1, heads: 1) }
      let net = make()
      let (rows, head) = ("transformer.wte.weight", "lm_head.weight")
      let rest = net.cells.filter { $0.name != rows }.map { ($0.name, $0.value) }
      #expect(rest.count == net.cells.count - 1)
      let weight = net.tokens.weight.value
      // As PyTorch's `save_model` writes it, as a `state_dict` has it, as this library writes it.
      for names in [[head], [rows, head], [rows]] {
        try Safetensors(rest + names.map { ($0, weight) }).write(to: path)
        let again = make()
        try again.load(weights: path)
        #expect(try again.weightsDigest() == net.weightsDigest(), "\(names)")
      }
      try Safetensors(rest + [(rows, weight), (head, weight + 1)]).write(to: path)
      let error = #expect(throws: WeightsError.self) { try make().load(weights: path) }
      #expect(
        error?.problems == [
          "lm_head.weight is not transformer.wte.weight, but the model has one weight for both"
        ])
    }
  }

  @Test func doublesBecomeTheCellsType() throws {
    try withTemporaryFolder { folder in
      let (wide, narrow) = (MLP([3, 2], .float64), MLP([3, 2]))
      try wide.save(weights: folder + "/wide.safetensors")
      try narrow.load(weights: folder + "/wide.safetensors")
      #expect(narrow.parameters[0].value.element == .float32)
      #expect(narrow.parameters[0].value.floats == wide.parameters[0].value.floats)
    }
  }
}

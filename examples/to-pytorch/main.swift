// Weights for PyTorch: each model's state_dict as safetensors, an input, and what the model makes of it.
//   swift run -c release example-to-pytorch FOLDER [MODEL…]
// and in Python, for any of them: net.load_state_dict(safetensors.torch.load_file("FOLDER/lenet.safetensors"))
import Adjoint

/// Layers of one's own: the names are those of the fields, as in PyTorch.
struct Classifier: Module {
  let lstm = LSTM(4, 6, layers: 2, bidirectional: true), fc = Linear(12, 3)
  func forward(_ x: Tensor) -> Tensor { fc(lstm(x)) }
}

struct Attention: Module {
  let attention = MultiHeadAttention(8, heads: 2), norm = LayerNorm(8)
  func forward(_ x: Tensor) -> Tensor { norm(x + attention(x)) }
}

struct Transformer: Module {
  let layers = (0..<2).map { _ in TransformerEncoderLayer(8, heads: 2, feedForward: 12) }
  func forward(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0) } }
}

func numbers(_ shape: Shape) -> Tensor { .normal(shape, key: RandomKey(1)) }

func tokens(_ shape: Shape, below count: Int) -> Tensor {
  Tensor((0..<shape.count).map { Int64(7 * $0 * $0 % count) }, shape: shape)
}

typealias Case = (name: String, model: () throws -> any Module, input: Tensor)
let small: [Case] = [
  ("lenet", { LeNet() }, numbers([3, 1, 28, 28])),
  ("resnet20", { ResNet.small(20, width: 4) }, numbers([2, 3, 32, 32])),
  (
    "vgg",
    {
      VGG(counts: [1, 2], widths: [4, 8], hidden: 12, pooled: 2, batchNorm: true, classes: 5)
    }, numbers([2, 3, 16, 16])
  ),
  ("lstm", { Classifier() }, numbers([3, 5, 4])),
  ("char-lstm", { CharLSTM(vocabulary: 11, width: 4, hidden: 6) }, tokens([2, 7], below: 11)),
  ("attention", { Attention() }, numbers([3, 5, 8])),
  ("transformer", { Transformer() }, numbers([3, 5, 8])),
  (
    "gpt",
    { GPT(vocabulary: 11, context: 8, width: 12, depth: 2, heads: 3, tiedHead: false) },
    tokens([2, 8], below: 11)
  ),
  (
    "gpt-tied", { GPT(vocabulary: 11, context: 8, width: 12, depth: 2, heads: 3) },
    tokens([2, 8], below: 11)
  ),
  (
    "vit",
    { ViT(imageSize: 8, patch: 4, width: 12, depth: 2, heads: 3, hidden: 24, classes: 5) },
    numbers([2, 3, 8, 8])
  ),
  ("unet", { UNet(3, 4, width: 4, levels: 2) }, numbers([2, 3, 16, 16])),
  ("autoencoder", { Autoencoder([12, 8, 3]) }, numbers([4, 12])),
  ("vae", { VariationalAutoencoder([12, 8], code: 3) }, numbers([4, 12])),
]
/// torchvision's own, on request: their files are large.
let large: [Case] = [
  ("resnet18", { ResNet.large(18)! }, numbers([2, 3, 64, 64])),
  ("resnet50", { ResNet.large(50)! }, numbers([2, 3, 64, 64])),
  ("vgg11_bn", { VGG(11, batchNorm: true, classes: 10)! }, numbers([1, 3, 64, 64])),
  ("vit_b_16", { ViT() }, numbers([1, 3, 224, 224])),
]

let words = Array(CommandLine.arguments.dropFirst())
let folder = words.first ?? "."
let wanted = words.dropFirst()
let cases = wanted.isEmpty ? small : (small + large).filter { wanted.contains($0.name) }
for (name, make, input) in cases {
  Initialization.seed(5)
  let model = try make()
  // Statistics, and weights that begin at zero or one, as after some training: then each of them matters.
  for (place, cell) in model.cells.enumerated() where cell.value.element.isFloating {
    let isScale = cell.name.hasSuffix("running_var") || cell.value.rank == 1
    guard isScale || cell.value.floats.allSatisfy({ $0 == 0 }) else { continue }
    cell.value = Tensor.uniform(cell.value.shape, 0.5, 1, key: RandomKey(place)).evaluated()
  }
  let output = model(input).evaluated()
  try model.save(weights: "\(folder)/\(name).safetensors")
  try Safetensors([("input", input), ("output", output)])
    .write(to: "\(folder)/\(name)_case.safetensors")
  print("\(name): \(model.cells.count) tensors, output \(output.shape)")
}

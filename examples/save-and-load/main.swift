// Trains a small network, saves it, and loads it twice: as weights, and as a model that says what it sees.
//   swift run -c release example-save-and-load [STEPS] [FOLDER]
import Adjoint

let words = Array(CommandLine.arguments.dropFirst())
let steps = words.first.flatMap { Int($0) } ?? 500
let folder = words.count > 1 ? words[1] : "."

// Points of two classes: inside and outside of a circle.
let points = Tensor.uniform([400, 2], -1, 1, key: RandomKey(1)).evaluated()
let classes = ((points * points).sum([1]) < 0.5).cast(to: .int64).evaluated()

let settings: ModelSettings = ["input": [2], "outputs": 2, "hidden": [16, 16]]
let net = try ModelCatalogue.make("mlp", settings)
let optimizer = Adam(net.parameters, learningRate: 0.01)
for _ in 0..<steps { optimizer.step { crossEntropy(net(points), classes) } }

// The weights alone: PyTorch reads the file too.
try net.save(weights: folder + "/circle-weights.safetensors")
let again = try ModelCatalogue.make("mlp", settings)
try again.load(weights: folder + "/circle-weights.safetensors")
print("the same weights:", try again.weightsDigest() == net.weightsDigest())

// The whole model.
let description = ModelDescription(
  model: "mlp", settings: settings, task: .classification, labels: ["outside", "inside"],
  preprocessing: Preprocessing(shape: [2]))
try SavedModel(net, description).write(to: folder + "/circle.safetensors")

let model = try SavedModel(folder + "/circle.safetensors")
print("(0.1, 0.2) is", try model.predict(Tensor([[0.1, 0.2]])).labels[0])
print("(0.9, 0.9) is", try model.predict(Tensor([[0.9, 0.9]])).labels[0])

import Adjoint
import AdjointData

extension Command {
  static let generate = Command(
    name: "generate",
    summary: "Goes on with a text, by a saved model of language.",
    operands: "MODEL",
    options: [
      Option(name: "--prompt", value: "TEXT", summary: "what it begins with"),
      Option(name: "--length", value: "N", summary: "how many characters follow (500)"),
      Option(
        name: "--temperature", value: "T", summary: "0 takes the likeliest, 1 as learned (0.8)"),
      Option(name: "--top", value: "N", summary: "choose among the N likeliest only"),
      Option(name: "--seed", value: "N", summary: "what the random numbers start from (0)"),
      Option(name: "--threads", value: "N", summary: "how many threads (one a processor)"),
    ],
    run: { arguments in
      guard arguments.operands.count == 1, let path = arguments.operands.first else {
        throw CommandError.usage(
          "generate takes one model; write adjoint generate runs/NAME-1/model.safetensors --prompt TEXT"
        )
      }
      let count = try arguments.integer("--length", in: 1...1_000_000) ?? 500
      let sampling = Sampling(
        temperature: try arguments.number("--temperature", in: 0...100) ?? 0.8,
        top: try arguments.integer("--top", in: 1...1_000_000),
        seed: try arguments.integer("--seed", in: 0...(1 << 31)) ?? 0)
      _ = try ComputeDevice.use(arguments)
      let model = try SavedModel(path)
      guard model.description.task == .language else {
        throw CommandError.failure(
          "\(path): is a model for \(model.description.task.rawValue), not of language")
      }
      let vocabulary = Vocabulary(model.description.labels.compactMap { $0.unicodeScalars.first })
      let prompt = arguments.text("--prompt") ?? "\n"
      guard !prompt.isEmpty else {
        throw CommandError.usage("--prompt is empty; give at least one character")
      }
      let start = try vocabulary.encode(prompt)
      let tokens: [Int]
      switch model.network {
      case let gpt as GPT: tokens = try gpt.generate(start, count: count, sampling: sampling)
      case let lstm as CharLSTM:
        tokens = try lstm.generate(start, count: count, sampling: sampling)
      default: throw CommandError.failure("\(path): \(model.description.model) cannot generate")
      }
      print(vocabulary.decode(tokens))
    })
}

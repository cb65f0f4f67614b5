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
      let model = try ModelFile.read(path)
      guard model.description.task == .language else {
        throw CommandError.failure(
          "\(path): is a model for \(model.description.task.rawValue), not of language")
      }
      let prompt = arguments.text("--prompt") ?? "\n"
      guard !prompt.isEmpty else {
        throw CommandError.usage("--prompt is empty; give at least one character")
      }
      let writer = try LanguageModel(model.network, labels: model.description.labels)
      print(try writer.text(prompt, count: count, sampling))
    })
}

/// A network that goes on with texts, and its characters.
struct LanguageModel {
  private let generate: ([Int], Int, Sampling) throws -> [Int]
  private let vocabulary: Vocabulary

  init(_ network: any Module, labels: [String]) throws {
    vocabulary = Vocabulary(labels.compactMap { $0.unicodeScalars.first })
    switch network {
    case let gpt as GPT: generate = { try gpt.generate($0, count: $1, sampling: $2) }
    case let lstm as CharLSTM: generate = { try lstm.generate($0, count: $1, sampling: $2) }
    default: throw CommandError.failure("the model cannot generate")
    }
  }

  /// The prompt and `count` characters after it.
  func text(_ prompt: String, count: Int, _ sampling: Sampling) throws -> String {
    vocabulary.decode(try generate(try vocabulary.encode(prompt), count, sampling))
  }
}

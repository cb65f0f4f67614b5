import Adjoint
import AdjointData

/// A text as training data for a model of language, character by character.
enum TextSource {
  /// How many characters the model sees at once.
  static let length = 128

  static func load(_ path: String, _ options: TrainOptions) throws -> TrainingData {
    try DataChoice.refuse(["target", "features", "noise"], for: "text", options)
    guard options.task == nil else {
      throw CommandError.usage("train: \(path) is text, which is continued; leave --task out")
    }
    let text = try TextData.read(
      path, length: length, validation: options.validation, stride: length / 2)
    let vocabulary = text.vocabulary
    let testFile = options.test
    return TrainingData(
      name: TableSource.name(of: path), training: text.training, validation: text.validation,
      test: testFile.map { file in
        {
          try TextData.read(file, length: length, validation: 0, vocabulary: vocabulary).training
        }
      },
      task: .language, labels: vocabulary.characters.map { String(Character($0)) },
      preprocessing: Preprocessing(shape: [length]),
      notes: [
        "text: \(text.training.characterCount) characters to learn from, \(text.validation?.characterCount ?? 0) at the end held back to watch",
        "\(vocabulary.count) different characters, foretold one by one from up to \(length) before them",
      ])
  }
}

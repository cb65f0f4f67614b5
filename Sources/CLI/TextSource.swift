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
    let content = try TextData.text(in: path)
    let hint = tableHint(content)
    try checkLength(content.unicodeScalars.count, path, options.validation, hint)
    let text = try TextData(
      content, length: length, validation: options.validation, stride: length / 2, source: path)
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
      ] + (hint.map { [$0] } ?? []))
  }

  private static func checkLength(
    _ count: Int, _ path: String, _ share: Double, _ hint: String?
  ) throws {
    let (fewest, alone) = (
      TextData.fewestCharacters(length: length, validation: share),
      TextData.fewestCharacters(length: length, validation: 0)
    )
    guard count < fewest else { return }
    let other =
      count < alone || share == 0 ? "" : ", or --validation 0, which holds none back to watch"
    throw DataError(
      path,
      "has \(count) characters; at least \(fewest) are needed\(other)\(hint.map { " (\($0))" } ?? "")"
    )
  }

  /// What to do where the text is rows of as many fields each.
  private static func tableHint(_ text: String) -> String? {
    let lines = text.utf8.prefix(20_000).split { $0 == 10 || $0 == 13 }.prefix(20)
    let marks: [(UInt8, String)] = [(44, ".csv"), (59, ".csv"), (9, ".tsv"), (124, ".csv")]
    guard lines.count >= 3 else { return nil }
    for (mark, ending) in marks {
      let counts = Set(lines.dropLast().map { line in line.count { $0 == mark } })
      if counts.count == 1, counts != [0] {
        return "its lines look like a table's: name it \(ending) to train on its columns"
      }
    }
    return nil
  }
}

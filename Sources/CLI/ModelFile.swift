import Adjoint
import Glibc

/// Models as the command line names them: by their file, or by the folder of the run that made them.
enum ModelFile {
  static func path(_ word: String) -> String {
    DataChoice.isFolder(word) ? RunFolder(path: word).model : word
  }

  static func read(_ word: String) throws -> SavedModel { try SavedModel(path(word)) }

  /// How many examples of data the model was trained on, where these data are the model's own; nil where they are not,
  /// or are read apart for evaluation.
  static func learnedCount(_ model: SavedModel, of words: [String]) -> Int? {
    let facts = model.description.training
    guard let count = facts["examples"]?.integer,
      let own = facts["options"]?["data"]?.array?.first?.string, let word = words.first,
      let one = realpath(own, nil), let other = realpath(word, nil)
    else { return nil }
    defer {
      free(one)
      free(other)
    }
    return strcmp(one, other) == 0 ? count : nil
  }
}

import AdjointGraph

/// A change by chance that leaves a picture what it is.
///
/// Done where batches are made, on the loader's thread and not in the step's graph: the step waits for nothing, and
/// bytes stay bytes. What chance decides is a function of seed, epoch and example alone, so that neither the batches
/// nor who makes them count, and a run that is taken up again sees the very same pictures.
public enum Augmentation: Sendable, Equatable {
  /// Left and right change places, with a probability.
  case flip(probability: Double = 0.5)
  /// Top and bottom change places, with a probability.
  case flipVertically(probability: Double = 0.5)
  /// A crop of the same size from the picture with so many zeros around it.
  case crop(padding: Int)
  /// Moved by up to this share of width and height, by whole pixels; zeros come in.
  case shift(Double)
  /// Turned around the middle by up to so many degrees, linear between pixels; zeros come in.
  case rotate(degrees: Double)
  /// Brightness, contrast and saturation, each times a number between 1 less and 1 plus this.
  case colour(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0)
  /// A square of so many pixels of zeros around a place anywhere in the picture.
  case cutOut(Int)

  /// What is wrong with its numbers, if anything.
  var problem: String? {
    switch self {
    case .flip(let probability), .flipVertically(let probability):
      (0...1).contains(probability) ? nil : "a probability of \(probability)"
    case .crop(let padding): padding >= 0 ? nil : "a padding of \(padding)"
    case .shift(let share): (0...1).contains(share) ? nil : "a shift by \(share)"
    case .rotate(let degrees): degrees.isFinite && degrees >= 0 ? nil : "a turn by \(degrees)"
    case .colour(let brightness, let contrast, let saturation):
      [brightness, contrast, saturation].allSatisfy { (0...1).contains($0) }
        ? nil : "changes of colour that are not from 0 to 1"
    case .cutOut(let size): size >= 0 ? nil : "a cut-out of \(size) pixels"
    }
  }

  /// The picture changed as `key` decides.
  func changed<Value: PixelValue>(_ image: Planes<Value>, _ key: RandomKey) -> Planes<Value> {
    switch self {
    case .flip(let probability):
      return key.uniform(at: 0) < probability ? image.flipped() : image
    case .flipVertically(let probability):
      return key.uniform(at: 0) < probability ? image.flippedVertically() : image
    case .crop(let padding):
      return image.moved(
        padding - key.integer(at: 0, below: 2 * padding + 1),
        padding - key.integer(at: 1, below: 2 * padding + 1))
    case .shift(let share):
      let (across, down) = (Augmentation.spread(key, 0), Augmentation.spread(key, 1))
      return image.moved(
        Int((across * share * Double(image.width)).rounded()),
        Int((down * share * Double(image.height)).rounded()))
    case .rotate(let degrees):
      return image.turned(Augmentation.spread(key, 0) * degrees)
    case .colour(let brightness, let contrast, let saturation):
      return image.coloured(
        brightness: Float(1 + brightness * Augmentation.spread(key, 0)),
        contrast: Float(1 + contrast * Augmentation.spread(key, 1)),
        saturation: Float(1 + saturation * Augmentation.spread(key, 2)))
    case .cutOut(let size):
      return image.cut(
        size, key.integer(at: 0, below: image.width), key.integer(at: 1, below: image.height))
    }
  }

  /// A number evenly from −1 to 1.
  private static func spread(_ key: RandomKey, _ counter: Int) -> Double {
    2 * key.uniform(at: counter) - 1
  }
}

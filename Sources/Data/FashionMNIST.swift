import AdjointGraph
import AdjointRuntime
import Glibc

/// Fashion-MNIST: 60,000 and 10,000 pictures of clothes in ten classes, 28×28, as Debian's package
/// `dataset-fashion-mnist` installs them.
public enum FashionMNIST {
  /// What the classes are.
  public static let classNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  /// Where the files are; ADJOINT_DATA names another folder that has a `fashion-mnist` in it.
  public static var folder: String {
    if let own = getenv("ADJOINT_DATA") { return String(cString: own) + "/fashion-mnist" }
    return "/usr/share/datasets/fashion-mnist"
  }

  /// The pictures [N, 1, 28, 28], their grey values from 0 to 1, and their classes.
  public static func load(test: Bool = false) throws -> (images: Tensor, labels: Tensor) {
    let (bytes, labels) = try loadBytes(test: test)
    return ((bytes.cast(to: .float32) / 255).evaluated(), labels)
  }

  /// The pictures as a data set that keeps them as bytes, a quarter of the memory; they become numbers from 0 to 1
  /// in the training step's own graph.
  public static func dataset(test: Bool = false) throws -> TensorDataset {
    let (bytes, labels) = try loadBytes(test: test)
    return try TensorDataset(inputs: bytes, targets: labels) { $0.cast(to: .float32) / 255 }
  }

  /// The pictures [N, 1, 28, 28] as uint8, and their classes.
  public static func loadBytes(
    test: Bool = false
  ) throws -> (images: Tensor, labels: Tensor) {
    let name = test ? "t10k" : "train"
    guard access(folder, R_OK) == 0 else {
      throw DataError(
        folder,
        "Fashion-MNIST is not there; install it (apt-get install dataset-fashion-mnist) or name the folder above it in ADJOINT_DATA"
      )
    }
    let (images, labels) = try IDX.readPair(
      images: "\(folder)/\(name)-images-idx3-ubyte.gz",
      labels: "\(folder)/\(name)-labels-idx1-ubyte.gz", keepingBytes: true)
    return (images.unsqueezed(1).evaluated(), labels)
  }
}

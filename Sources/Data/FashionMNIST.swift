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
    let name = test ? "t10k" : "train"
    guard access(folder, R_OK) == 0 else {
      throw DataError(
        folder,
        "Fashion-MNIST is not there; install it (apt-get install dataset-fashion-mnist) or name the folder above it in ADJOINT_DATA"
      )
    }
    let (images, labels) = try IDX.readPair(
      images: "\(folder)/\(name)-images-idx3-ubyte.gz",
      labels: "\(folder)/\(name)-labels-idx1-ubyte.gz")
    return ((images.unsqueezed(1) / 255).evaluated(), labels)
  }
}

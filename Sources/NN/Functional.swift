import AdjointGraph

/// Layers as plain functions of tensors: what the structs call, and what runs in the browser.
public enum Functional {
  /// x Wᵀ + b, with W [out, in].
  public static func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) -> Tensor {
    let product = matmul(x, weight, transposingB: true)
    return bias.map { product + $0 } ?? product
  }

  /// Cross-correlation plus one number a channel: images [N, C, H, W], weight [O, C, h, w], bias [O].
  public static func conv2d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: Int, padding: Int
  ) -> Tensor {
    convolution(x, weight, bias: bias, stride: stride, padding: padding)
  }
}

// Windows of images as columns, and columns as images again: each the other's adjoint.

extension Tensor {
  /// The windows of images [N, C, H, W] as columns [N, C · size², windows], in row-major order.
  public func unfolded(_ size: Int, stride: Int = 1, padding: Int = 0) -> Tensor {
    guard rank == 4, size > 0, stride > 0, padding >= 0 else {
      return fail(wrongWindow("unfolded", size, stride, padding, shape))
    }
    let images = padded([(0, 0), (0, 0), (padding, padding), (padding, padding)])
    guard let grid = WindowGrid(size, stride, images.shape) else {
      return fail(wrongWindow("unfolded", size, stride, padding, shape))
    }
    let pieces = grid.places.map { StridedSlice(grid.axes($0)).apply(images) }
    return stacked(pieces, axis: 2)
      .reshaped([shape[0], shape[1] * size * size, grid.rows * grid.columns])
  }

  /// Columns as `unfolded` makes them, added up to images of a height and width.
  public func folded(
    to height: Int, _ width: Int, _ size: Int, stride: Int = 1, padding: Int = 0
  ) -> Tensor {
    guard rank == 3, size > 0, stride > 0, padding >= 0, height >= 0, width >= 0,
      shape[1] % (size * size) == 0
    else { return fail(wrongWindow("folded", size, stride, padding, shape)) }
    let channels = shape[1] / (size * size)
    let target: Shape = [shape[0], channels, height + 2 * padding, width + 2 * padding]
    guard let grid = WindowGrid(size, stride, target), shape[2] == grid.rows * grid.columns else {
      return fail(wrongWindow("folded", size, stride, padding, shape))
    }
    let columns = reshaped([shape[0], channels, size * size, grid.rows, grid.columns])
    let images = grid.places.enumerated().map { index, place in
      StridedPlace(grid.axes(place), in: target).apply(
        columns.strided(2, AxisStride(start: index, step: 1, count: 1)).squeezed(2))
    }
    return images.dropFirst().reduce(images[0]) { $0 + $1 }
      .strided(2, AxisStride(start: padding, step: 1, count: height))
      .strided(3, AxisStride(start: padding, step: 1, count: width))
  }
}

/// Where windows lie in images of a shape.
private struct WindowGrid {
  let size: Int
  let stride: Int
  let shape: Shape
  let rows: Int
  let columns: Int

  init?(_ size: Int, _ stride: Int, _ shape: Shape) {
    guard size <= shape[2], size <= shape[3] else { return nil }
    self.size = size
    self.stride = stride
    self.shape = shape
    rows = (shape[2] - size) / stride + 1
    columns = (shape[3] - size) / stride + 1
  }

  /// The places of a window in row-major order.
  var places: [(Int, Int)] { (0..<size * size).map { ($0 / size, $0 % size) } }

  /// Where one place of all windows lies.
  func axes(_ place: (Int, Int)) -> [AxisStride] {
    [
      .all(shape[0]), .all(shape[1]), AxisStride(start: place.0, step: stride, count: rows),
      AxisStride(start: place.1, step: stride, count: columns),
    ]
  }
}

private func wrongWindow(
  _ name: String, _ size: Int, _ stride: Int, _ padding: Int, _ shape: Shape
) -> GraphError {
  GraphError(
    name,
    "windows of \(size) by stride \(stride) and padding \(padding) do not fit \(shape.description)")
}

/// How a window moves along one axis of an image.
package struct WindowAxis: Equatable, Sendable {
  package var stride: Int
  /// What is added in front of the axis and behind it. Below 0 behind it: that much is never looked at.
  package var before: Int
  package var after: Int
  /// How far apart the elements under the window lie.
  package var dilation: Int

  package init(stride: Int = 1, before: Int = 0, after: Int = 0, dilation: Int = 1) {
    self.stride = stride
    self.before = before
    self.after = after
    self.dilation = dilation
  }

  /// Numbers that can be multiplied with each other without a thought of overflow.
  private var isSensible: Bool {
    let most = Int(Int32.max)
    return stride > 0 && stride <= most && dilation > 0 && dilation <= most
      && before >= 0 && before <= most && after >= -most && after <= most
  }

  /// How much of the axis a window of this size spans.
  package func reach(_ size: Int) -> Int { (size - 1) * dilation + 1 }

  /// The number of places a window of this size takes along an axis, or nil where it takes none.
  func places(_ length: Int, _ size: Int) -> Int? {
    guard isSensible, size > 0 else { return nil }
    let room = length + before + after - reach(size)
    return room < 0 ? nil : room / stride + 1
  }
}

/// How a window moves over images [N, C, …], axis by axis.
package struct WindowMotion: Equatable, Sendable {
  /// One entry a spatial axis.
  package var axes: [WindowAxis]

  package init(_ axes: [WindowAxis]) { self.axes = axes }

  /// The same along every axis.
  package init(rank: Int = 2, stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
    let axis = WindowAxis(stride: stride, before: padding, after: padding, dilation: dilation)
    axes = Array(repeating: axis, count: rank)
  }

  func attributes(_ others: [Int]) -> [Int] {
    var list = others
    list.reserveCapacity(others.count + 4 * axes.count)
    for axis in axes {
      list.append(axis.stride)
      list.append(axis.before)
      list.append(axis.after)
      list.append(axis.dilation)
    }
    return list
  }

  /// The number of places windows of these sizes take along each spatial axis of images, or nil where they
  /// take none.
  func places(_ images: Shape, _ sizes: [Int]) -> [Int]? {
    var result: [Int] = []
    for (index, axis) in axes.enumerated() {
      guard let count = axis.places(images[2 + index], sizes[index]) else { return nil }
      result.append(count)
    }
    return result
  }
}

extension Shape {
  /// The axes of images [N, C, …] or kernels [O, C, …] after the first two.
  package var spatial: [Int] { rank < 2 ? [] : (2..<rank).map { self[$0] } }
}

/// Numbers for the spatial axes of images: one for all of them, or a list.
public protocol AxisNumbers: Sendable {
  /// One number an axis; nil where the list has another length. `standard` where nothing is told.
  func numbers(_ rank: Int, standard: [Int]) -> [Int]?
}

extension Int: AxisNumbers {
  /// The same number for every axis.
  public func numbers(_ rank: Int, standard: [Int]) -> [Int]? {
    Array(repeating: self, count: Swift.max(rank, 0))
  }
}

extension Array: AxisNumbers where Element == Int {
  /// The list, if it has a number for every axis.
  public func numbers(_ rank: Int, standard: [Int]) -> [Int]? { count == rank ? self : nil }
}

extension Optional: AxisNumbers where Wrapped: AxisNumbers {
  /// The numbers that are there, or the standard ones.
  public func numbers(_ rank: Int, standard: [Int]) -> [Int]? {
    switch self {
    case .none: standard
    case .some(let told): told.numbers(rank, standard: standard)
    }
  }
}

/// What is added around images before a window moves over them.
public enum WindowPadding: Sendable {
  /// Nothing: the window stays inside.
  case valid
  /// As much as gives ⌈size / stride⌉ places; where that is odd, one more behind than in front.
  case same
  /// As much in front of each axis as behind it.
  case even([Int])
  /// In front of each axis and behind it.
  case sides([(before: Int, after: Int)])
}

/// What a caller says of a window, not yet checked against images.
struct WindowRequest {
  let name: String
  let stride: [Int]
  let dilation: [Int]

  /// Strides and dilations for images and kernels of a rank.
  init(
    _ name: String, _ rank: Int, stride: some AxisNumbers, dilation: some AxisNumbers,
    standardStride: [Int] = []
  ) throws(GraphError) {
    self.name = name
    guard rank >= 1, rank <= 3 else {
      throw GraphError(
        name, "takes images [N, C, …] with 1 to 3 spatial axes, not \(rank)")
    }
    guard let strides = stride.numbers(rank, standard: standardStride),
      let dilations = dilation.numbers(rank, standard: [])
    else {
      throw GraphError(name, "stride and dilation need one number or \(rank), one an axis")
    }
    self.stride = strides
    self.dilation = dilations
    for index in 0..<rank {
      let most = Int(Int32.max)
      guard strides[index] > 0, strides[index] <= most, dilations[index] > 0,
        dilations[index] <= most
      else {
        throw GraphError(
          name,
          "stride \(Shape.list(strides)) and dilation \(Shape.list(dilations)) must be above 0 and below 2³¹"
        )
      }
    }
  }

  /// The motion of windows of these sizes, where `.same` pads an axis by `total`.
  func motion(
    _ padding: WindowPadding, _ sizes: [Int],
    same total: (_ axis: WindowAxis, _ index: Int) -> Int
  ) throws(GraphError) -> WindowMotion {
    var motion = WindowMotion([])
    for index in stride.indices {
      var axis = WindowAxis(stride: stride[index], dilation: dilation[index])
      switch padding {
      case .valid: break
      case .same:
        let all = total(axis, index)
        axis.before = Swift.max(all, 0) / 2
        axis.after = all - axis.before
      case .even(let list):
        let width = try told(list, index)
        try axis.pad(width, width, name)
      case .sides(let list):
        let widths = try told(list, index)
        try axis.pad(widths.before, widths.after, name)
      }
      motion.axes.append(axis)
    }
    return motion
  }

  /// The padding of one axis from a list that must be for all of them.
  private func told<Width>(_ list: [Width], _ index: Int) throws(GraphError) -> Width {
    guard list.count == stride.count else {
      throw GraphError(
        name,
        "padding for \(list.count) axes where the images have \(stride.count) spatial ones")
    }
    return list[index]
  }
}

extension WindowAxis {
  fileprivate mutating func pad(
    _ before: Int, _ after: Int, _ name: String
  ) throws(GraphError) {
    let most = Int(Int32.max)
    guard before >= 0, after >= 0, before <= most, after <= most else {
      throw GraphError(name, "padding \(before), \(after) must not be below 0 or above 2³¹")
    }
    (self.before, self.after) = (before, after)
  }
}

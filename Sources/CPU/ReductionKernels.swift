import AdjointGraph
import AdjointReference
import CKernels

/// The sum or maximum over axes of a value in any layout.
final class StridedReductionKernel: Kernel {
  var summary: String {
    "reduction to slot \(output), ranks \(shape.kept_rank) of \(shape.kept_rank + shape.reduced_rank)"
  }
  private let input: Int
  private let output: Int
  private let kind: Int32
  private var shape: adj_reduction_shape
  private let isDouble: Bool
  private let threads: Int32

  init(
    _ kind: adj_reduction, _ source: Location, _ axes: AxisSet, to output: Int, _ type: TensorType,
    _ device: CPUDevice
  ) {
    input = source.slot
    self.output = output
    self.kind = Int32(kind.rawValue)
    isDouble = type.element == .float64
    threads = Int32(device.threads(forWork: source.shape.count))
    let all = Array(0..<source.shape.rank)
    let kept = LoopNest(
      source.shape, order: all.filter { !axes.contains($0) }, strides: [source.strides])
    // The order of a sum is free: go through memory from the outside in.
    let reducedAxes = all.filter { axes.contains($0) }
      .sorted { source.strides[$0] > source.strides[$1] }
    let reduced = LoopNest(source.shape, order: reducedAxes, strides: [source.strides])
    shape = adj_reduction_shape()
    shape.kept_rank = Int32(kept.sizes.count)
    shape.reduced_rank = Int32(reduced.sizes.count)
    withUnsafeMutablePointer(to: &shape) { shape in
      fill(&shape.pointee.kept_sizes, kept.sizes)
      fill(&shape.pointee.kept_strides, kept.strides[0])
      fill(&shape.pointee.reduced_sizes, reduced.sizes)
      fill(&shape.pointee.reduced_strides, reduced.strides[0])
    }
  }

  func run(_ slots: Slots) {
    let (from, to) = (slots[input], slots[output])
    if isDouble {
      adj_reduce_f64(
        kind, &shape, from.assumingMemoryBound(to: Double.self),
        to.assumingMemoryBound(to: Double.self), threads)
    } else {
      adj_reduce_f32(
        kind, &shape, from.assumingMemoryBound(to: Float.self),
        to.assumingMemoryBound(to: Float.self), threads)
    }
  }
}

/// Writes numbers into a C array of eight.
func fill<Tuple>(_ tuple: inout Tuple, _ numbers: [Int]) {
  withUnsafeMutableBytes(of: &tuple) { memory in
    let target = memory.bindMemory(to: Int64.self)
    for (index, number) in numbers.enumerated() { target[index] = Int64(number) }
  }
}

/// The softmax cross-entropy region, whole; with an upstream its gradient.
final class CrossEntropyKernel: Kernel {
  var summary: String {
    "softmax cross-entropy\(upstream == nil ? "" : " gradient") \(rows)×\(classes)"
  }
  private let logits: Int
  private let targets: Int
  private let upstream: Int?
  private let output: Int
  private let rows: Int64
  private let classes: Int64
  private let isDouble: Bool
  private let threads: Int32

  init(_ logits: Location, _ targets: Int, upstream: Int?, to output: Int, _ device: CPUDevice) {
    self.logits = logits.slot
    self.targets = targets
    self.upstream = upstream
    self.output = output
    rows = Int64(logits.shape[0])
    classes = Int64(logits.shape[1])
    isDouble = logits.type.element == .float64
    threads = Int32(device.threads(forWork: logits.shape.count))
  }

  func run(_ slots: Slots) throws(GraphError) {
    let targets = slots[targets].assumingMemoryBound(to: Int64.self)
    let wrong =
      isDouble ? runDouble(slots, targets) : runFloat(slots, targets)
    guard wrong < 0 else {
      throw GraphError(
        "softmaxCrossEntropy",
        "target \(targets[Int(wrong)]) in row \(wrong) is not a class from 0 to \(classes - 1)")
    }
  }

  private func runFloat(_ slots: Slots, _ targets: UnsafeMutablePointer<Int64>) -> Int64 {
    let x = slots[logits].assumingMemoryBound(to: Float.self)
    let to = slots[output].assumingMemoryBound(to: Float.self)
    guard let upstream else {
      return adj_softmax_cross_entropy_f32(rows, classes, x, targets, to, threads)
    }
    return adj_softmax_cross_entropy_backward_f32(
      rows, classes, x, targets, slots[upstream].assumingMemoryBound(to: Float.self), to, threads)
  }

  private func runDouble(_ slots: Slots, _ targets: UnsafeMutablePointer<Int64>) -> Int64 {
    let x = slots[logits].assumingMemoryBound(to: Double.self)
    let to = slots[output].assumingMemoryBound(to: Double.self)
    guard let upstream else {
      return adj_softmax_cross_entropy_f64(rows, classes, x, targets, to, threads)
    }
    return adj_softmax_cross_entropy_backward_f64(
      rows, classes, x, targets, slots[upstream].assumingMemoryBound(to: Double.self), to, threads)
  }
}

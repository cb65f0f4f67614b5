import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

extension CPUCompiler {
  /// Operations with kernels of their own. False for what this engine leaves to the plain one.
  mutating func appendNative(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) throws(GraphError) -> Bool {
    if appendArrays(operation, value, inputs, type) { return true }
    if appendMatrices(operation, value, inputs, type) { return true }
    if appendIntegerReduction(operation, value, inputs, type) { return true }
    guard type.element.isFloating else { return false }
    switch operation {
    case let product as MatMul where type.element.isFloating:
      appendProduct(product, value, inputs, type)
    case let sum as Sum: appendReduction(ADJ_SUM, sum.axes, value, inputs[0], type)
    case let maximum as Maximum: appendReduction(ADJ_MAX, maximum.axes, value, inputs[0], type)
    case let product as Product:
      appendReduction(ADJ_PRODUCT, product.axes, value, inputs[0], type)
    case is SoftmaxCrossEntropy, is SoftmaxCrossEntropyGradient:
      appendCrossEntropy(
        value, inputs, type, canFail: builder.isFirstCheck(operation, inputs))
    case let attention as SelfAttention: appendAttention(attention.form, value, inputs, type)
    case let gradient as SelfAttentionGradient: appendAttention(gradient.form, value, inputs, type)
    case let convolution as Convolution:
      appendConvolution(.forward, convolution.motion, convolution.groups, value, inputs, type)
    case let gradient as ConvolutionInputGradient:
      appendConvolution(.inputGradient, gradient.motion, gradient.groups, value, inputs, type)
    case let gradient as ConvolutionKernelGradient:
      appendConvolution(.kernelGradient, gradient.motion, gradient.groups, value, inputs, type)
    case let pool as MaxPool: appendPool(.forward, pool.window, value, inputs, type)
    case let pool as MaxPoolGradient: appendPool(.gradient, pool.window, value, inputs, type)
    case let pool as MaxPoolSelect: appendPool(.select, pool.window, value, inputs, type)
    case let random as RandomUniform: appendRandom(random, value, inputs[0], type)
    default: return false
    }
    return true
  }

  private mutating func appendRandom(
    _ operation: RandomUniform, _ value: Int, _ input: Int, _ type: TensorType
  ) {
    let keys = rowMajor(input)
    builder.append(
      RandomUniformKernel(operation, keys, to: value, device), reads: [keys.slot], writes: [value])
    locations[value] = .rowMajor(value, type)
  }

  private mutating func appendProduct(
    _ operation: MatMul, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) {
    let a = matrix(inputs[0])
    let b = matrix(inputs[1])
    builder.append(
      MatrixProductKernel(operation, a, b, to: value, type, device), reads: [a.slot, b.slot],
      writes: [value])
    locations[value] = .rowMajor(value, type)
  }

  /// An operand of a product: its last two axes must be dense in one order or the other.
  private mutating func matrix(_ value: Int) -> Location {
    let place = location(value)
    let rank = place.shape.rank
    let (row, column) = (place.strides[rank - 2], place.strides[rank - 1])
    let (rows, columns) = (place.shape[rank - 2], place.shape[rank - 1])
    let isPlain = (column == 1 || columns == 1) && (row >= columns || rows == 1)
    let isTransposed = (row == 1 || rows == 1) && (column >= rows || columns == 1)
    return isPlain || isTransposed ? place : rowMajor(value)
  }

  mutating func appendReduction(
    _ kind: adj_reduction, _ axes: AxisSet, _ value: Int, _ input: Int, _ type: TensorType
  ) {
    let place = location(input)
    builder.append(
      StridedReductionKernel(kind, place, axes, to: value, type, device), reads: [place.slot],
      writes: [value])
    locations[value] = .rowMajor(value, type)
  }

  /// Sums, maxima and products of integers: what is reduced is laid last first.
  private mutating func appendIntegerReduction(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) -> Bool {
    guard type.element == .int64 else { return false }
    let reduction: (kind: adj_scan_kind, axes: AxisSet)
    switch operation {
    case let sum as Sum: reduction = (ADJ_SCAN_SUM, sum.axes)
    case let maximum as Maximum: reduction = (ADJ_SCAN_MAXIMUM, maximum.axes)
    case let product as Product: reduction = (ADJ_SCAN_PRODUCT, product.axes)
    default: return false
    }
    let axes = reduction.axes
    let source = location(inputs[0])
    let all = Array(0..<source.shape.rank)
    let (kept, reduced) = (all.filter { !axes.contains($0) }, all.filter { axes.contains($0) })
    guard let first = reduced.first, let last = reduced.last else { return false }
    let isOneCut = reduced.count == last - first + 1
    let order = isOneCut ? all : kept + reduced
    let shape = Shape(order.map { source.shape[$0] })
    let dense = copied(
      source.transposed(order, TensorType(shape, .int64)), as: shape.strides)
    func count(_ axes: some Sequence<Int>) -> Int64 {
      axes.reduce(1) { $0 * Int64(source.shape[$1]) }
    }
    let lanes = adj_lanes(
      outer: isOneCut ? count(0..<first) : count(kept), length: count(reduced),
      inner: isOneCut ? count((last + 1)..<all.count) : 1)
    let (kind, threads) = (Int32(reduction.kind.rawValue), Int32(device.threads))
    builder.append(
      CallKernel("reduction of integers \(source.shape)") { slots in
        adj_reduce_lanes_i64(kind, lanes, slots.places(dense.slot), slots.places(value), threads)
      }, reads: [dense.slot], writes: [value])
    locations[value] = .rowMajor(value, type)
    return true
  }

  private mutating func appendCrossEntropy(
    _ value: Int, _ inputs: [Int], _ type: TensorType, canFail: Bool
  ) {
    let logits = rowMajor(inputs[0])
    let targets = rowMajor(inputs[1])
    let upstream = inputs.count > 2 ? rowMajor(inputs[2]) : nil
    let reads = [logits.slot, targets.slot] + (upstream.map { [$0.slot] } ?? [])
    builder.append(
      CrossEntropyKernel(logits, targets.slot, upstream: upstream?.slot, to: value, device),
      reads: reads, writes: [value], canFail: canFail)
    locations[value] = .rowMajor(value, type)
  }

  private mutating func appendConvolution(
    _ role: ConvolutionKernel.Role, _ motion: WindowMotion, _ groups: Int, _ value: Int,
    _ inputs: [Int], _ type: TensorType
  ) {
    let a = channelsLast(inputs[0])
    let b = role == .kernelGradient ? channelsLast(inputs[1]) : rowMajor(inputs[1])
    let output: Location =
      role == .kernelGradient ? .rowMajor(value, type) : .channelsLast(value, type)
    var writes = [value]
    func scratch(_ bytes: Int) -> Int {
      if bytes == 0 { return 0 }
      writes.append(builder.newSlot(bytes: bytes))
      return writes[1]
    }
    let kernel: any Kernel
    if let winograd = WinogradKernel(role, motion, groups: groups, a, b, output, device) {
      winograd.scratchSlot = scratch(winograd.scratchBytes)
      kernel = winograd
    } else {
      let plain = ConvolutionKernel(role, motion, groups: groups, a, b, output, device)
      plain.scratchSlot = scratch(plain.scratchBytes)
      kernel = plain
    }
    builder.append(kernel, reads: [a.slot, b.slot], writes: writes)
    locations[value] = output
  }

  private mutating func channelsLast(_ value: Int) -> Location {
    located(value, as: Location.channelsLastStrides(program.values[value].type.shape))
  }

  private mutating func appendPool(
    _ role: PoolKernel.Role, _ window: PoolWindow, _ value: Int, _ inputs: [Int],
    _ type: TensorType
  ) {
    let images = channelsLast(inputs[0])
    let values = inputs.count > 1 ? channelsLast(inputs[1]) : nil
    let output = Location.channelsLast(value, type)
    builder.append(
      PoolKernel(role, window, images, values, output, device),
      reads: [images.slot] + (values.map { [$0.slot] } ?? []), writes: [value])
    locations[value] = output
  }
}

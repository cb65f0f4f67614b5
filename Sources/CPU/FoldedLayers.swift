import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

/// A convolution, or a product with a matrix, with what follows it: numbers a channel that stay from run to run, a sum with other images, ReLU.
struct FoldedLayer {
  /// What is done with each channel.
  enum Change {
    case add
    case subtract
    case multiply
    case divide
  }

  let images: Int
  let weights: Int
  /// Whether it is a product: a convolution of 1×1 in which the rows are the places of one image, a line.
  let isProduct: Bool
  fileprivate(set) var changes: [(change: Change, by: Int)] = []
  /// What is added, element by element.
  fileprivate(set) var addend: Int?
  fileprivate(set) var rectifies = false
  /// The values from the convolution to the one before the last, which nobody else reads.
  fileprivate(set) var inside: [Int] = []
  /// The value that the layer gives.
  fileprivate(set) var end: Int
  fileprivate(set) var primitive: LayerPrimitive?
}

extension FoldedLayer {
  /// Which axis of the results counts channels.
  fileprivate func channelAxis(_ results: Shape) -> Int { isProduct ? results.rank - 1 : 1 }

  /// How its images and results lie.
  fileprivate func strides(_ shape: Shape) -> [Int] {
    isProduct ? shape.strides : Location.channelsLastStrides(shape)
  }
}

/// oneDNN's primitive for a layer.
final class LayerPrimitive {
  let pointer: OpaquePointer
  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { adj_onednn_layer_destroy(pointer) }
}

/// The layers of a program whose weights stay from run to run: their normalisations become part of the weights, which
/// are scaled and laid out once.
struct FoldedLayers {
  private(set) var layers: [Int: FoldedLayer] = [:]
  /// Values that are computed within a layer alone.
  private(set) var inside: Set<Int> = []

  private let program: Program
  private let held: [Bool]
  private var readers: [[Int]]

  init(_ program: Program, held: [Bool], _ device: CPUDevice) {
    self.program = program
    self.held = held
    readers = Array(repeating: [], count: program.values.count)
    guard device.usesLibrary, !held.isEmpty else { return }
    for value in program.values.indices {
      for input in program.inputs(of: value) { readers[input].append(value) }
    }
    // What is asked for is read by somebody else too.
    for value in program.outputs { readers[value].append(-1) }
    for value in program.values.indices { fold(value, device) }
    readers = []
  }

  /// Whether a value has no kernel but a layer's.
  func isPart(_ value: Int) -> Bool { inside.contains(value) || layers[value] != nil }

  private mutating func fold(_ value: Int, _ device: CPUDevice) {
    guard case .computed(let operation, let inputs) = program.values[value].source,
      program.values[value].type.element == .float32, inputs.count == 2, held[inputs[1]],
      !held[inputs[0]], let shape = shape(operation, value, inputs)
    else { return }
    var layer = FoldedLayer(
      images: inputs[0], weights: inputs[1], isProduct: operation is MatMul, end: value)
    while extend(&layer) {}
    let threads = device.threads(
      forWork: program.values[value].type.shape.count
        * program.values[inputs[1]].type.shape.dimensions.dropFirst().reduce(1, *))
    layer.primitive = LayerPrimitive(
      shape, adds: layer.addend != nil, rectifies: layer.rectifies, threads)
    guard layer.primitive != nil else { return }
    inside.formUnion(layer.inside)
    layers[layer.end] = layer
  }

  /// What a layer's primitive is told; nil of what is no layer, or too small a product for one.
  private func shape(
    _ operation: any Operation, _ value: Int, _ inputs: [Int]
  ) -> adj_conv_shape? {
    let (a, b) = (program.values[inputs[0]].type.shape, program.values[inputs[1]].type.shape)
    let results = program.values[value].type.shape
    if let convolution = operation as? Convolution {
      return ConvolutionKernel.shape(convolution.motion, groups: convolution.groups, a, b, results)
    }
    guard let product = operation as? MatMul, product.transposesB, !product.transposesA,
      b.rank == 2, b[0] >= 32, b[1] >= 32, a.count >= 32 * b[1], a.count * b[0] >= 200_000
    else { return nil }
    let rows = a.count / b[1]
    return ConvolutionKernel.shape(
      WindowMotion(rank: 2), groups: 1, [1, b[1], 1, rows], [b[0], b[1], 1, 1],
      [1, b[0], 1, rows])
  }

  /// Takes in what alone reads the layer's end, if it is something that a layer can do.
  private func extend(_ layer: inout FoldedLayer) -> Bool {
    let end = layer.end
    guard !layer.rectifies, readers[end].count == 1, readers[end][0] >= 0 else { return false }
    let next = readers[end][0]
    guard !isPart(next), program.values[next].type == program.values[end].type,
      case .computed(let operation, let inputs) = program.values[next].source
    else { return false }
    if operation is ReLU {
      layer.rectifies = true
    } else {
      guard inputs.count == 2, layer.addend == nil else { return false }
      let other = inputs[0] == end ? inputs[1] : inputs[0]
      if let change = change(operation, isFirst: inputs[0] == end), isOneAChannel(other, layer) {
        layer.changes.append((change, other))
      } else if operation is Add, !held[other],
        program.values[other].type == program.values[end].type
      {
        layer.addend = other
      } else {
        return false
      }
    }
    layer.inside.append(end)
    layer.end = next
    return true
  }

  private func change(_ operation: any Operation, isFirst: Bool) -> FoldedLayer.Change? {
    switch operation {
    case is Add: .add
    case is Multiply: .multiply
    case is Subtract: isFirst ? .subtract : nil
    case is Divide: isFirst ? .divide : nil
    default: nil
    }
  }

  /// Whether a value stays, and has one number for each channel of images, or one for all.
  private func isOneAChannel(_ value: Int, _ layer: FoldedLayer) -> Bool {
    let (shape, whole) = (program.values[value].type.shape, program.values[layer.end].type.shape)
    guard held[value], program.values[value].type.element == .float32 else { return false }
    if shape.count == 1 { return true }
    let axis = layer.channelAxis(whole)
    let own = axis - (whole.rank - shape.rank)
    return own >= 0 && shape[own] == whole[axis] && shape.count == whole[axis]
  }
}

extension LayerPrimitive {
  fileprivate convenience init?(
    _ shape: adj_conv_shape, adds: Bool, rectifies: Bool, _ threads: Int
  ) {
    var shape = shape
    guard
      let made = adj_onednn_layer_create(
        &shape, adds ? 1 : 0, rectifies ? 1 : 0, Int32(threads))
    else { return nil }
    self.init(made)
  }
}

extension CPUCompiler {
  /// The kernels of a layer: one that prepares its weights, and one that runs it.
  mutating func appendLayer(_ layer: FoldedLayer) {
    guard let primitive = layer.primitive else { return }
    let type = program.values[layer.end].type
    let channels = type.shape[layer.channelAxis(type.shape)]
    let images = located(
      layer.images, as: layer.strides(program.values[layer.images].type.shape))
    let weights = rowMajor(layer.weights)
    let changes = layer.changes.map { entry in
      LayerPacking.Change(
        change: entry.change, slot: rowMajor(entry.by).slot,
        isOne: program.values[entry.by].type.shape.count == 1)
    }
    let packing = LayerPacking(
      primitive, weights: weights.slot, changes,
      to: builder.newSlot(bytes: Int(adj_onednn_layer_packed_bytes(primitive.pointer))),
      bias: builder.newSlot(bytes: 4 * channels), channels: channels)
    builder.append(
      packing, reads: [weights.slot] + changes.map { $0.slot },
      writes: [packing.packed, packing.bias])
    let results = layer.addend.map { overwritable($0, apartFrom: images.slot, layer) } ?? layer.end
    let scratch = builder.newSlot(
      bytes: max(Int(adj_onednn_layer_scratch_bytes(primitive.pointer)), 1))
    let kernel = LayerKernel(
      layer, primitive, images: images, packing, to: results, scratch: scratch)
    let read = [images.slot, packing.packed, packing.bias] + (layer.addend == nil ? [] : [results])
    builder.append(kernel, reads: read, writes: [results, scratch])
    locations[layer.end] = Location(
      slot: results, type: type, strides: layer.strides(type.shape))
  }

  /// The slot of a value, channels-last, where nobody needs it as it is any more; otherwise of a copy.
  private mutating func overwritable(
    _ value: Int, apartFrom images: Int, _ layer: FoldedLayer
  ) -> Int {
    let place = location(value)
    let strides = layer.strides(place.shape)
    if place.lies(as: strides), place.slot != images, isFree(place.slot, after: layer) {
      forgetCopies(of: place.slot)
      return place.slot
    }
    let copy = Location(
      slot: builder.newSlot(bytes: place.type.byteCount), type: place.type, strides: strides)
    builder.append(
      StridedCopyKernel(place, to: copy, device), reads: [place.slot], writes: [copy.slot])
    return copy.slot
  }

  /// Whether a slot is an intermediate value's own, and all who read it have done so once the layer has.
  private func isFree(_ slot: Int, after layer: FoldedLayer) -> Bool {
    let owners = builder.owners
    guard slot < program.values.count, case .computed = program.values[slot].source,
      owners[slot] == slot, !builder.isHeld(slot),
      !owners.indices.contains(where: { $0 != slot && owners[$0] == slot })
    else { return false }
    let own = locations.indices.filter { locations[$0]?.slot == slot }
    guard !own.contains(where: { program.outputs.contains($0) }) else { return false }
    let parts = layer.inside + [layer.end]
    return own.allSatisfy { value in
      readsLeft[value] == parts.count { program.inputs(of: $0).contains(value) }
    }
  }
}

/// Makes the weights and the bias of a layer: the changes a channel become part of both.
final class LayerPacking: Kernel {
  struct Change {
    let change: FoldedLayer.Change
    let slot: Int
    /// Whether one number is for all channels.
    let isOne: Bool
  }

  var summary: String { "pack weights for \(channels) channels" }
  let packed: Int
  let bias: Int
  private let primitive: LayerPrimitive
  private let weights: Int
  private let changes: [Change]
  private let channels: Int

  init(
    _ primitive: LayerPrimitive, weights: Int, _ changes: [Change], to packed: Int, bias: Int,
    channels: Int
  ) {
    (self.primitive, self.weights, self.changes) = (primitive, weights, changes)
    (self.packed, self.bias, self.channels) = (packed, bias, channels)
  }

  func run(_ slots: Slots) throws(GraphError) {
    var factors = [Double](repeating: 1, count: channels)
    var shifts = [Double](repeating: 0, count: channels)
    for entry in changes {
      let numbers = slots[entry.slot].assumingMemoryBound(to: Float.self)
      for channel in 0..<channels {
        let number = Double(numbers[entry.isOne ? 0 : channel])
        switch entry.change {
        case .add: shifts[channel] += number
        case .subtract: shifts[channel] -= number
        case .multiply:
          factors[channel] *= number
          shifts[channel] *= number
        case .divide:
          factors[channel] /= number
          shifts[channel] /= number
        }
      }
    }
    let bias = slots[self.bias].assumingMemoryBound(to: Float.self)
    for channel in 0..<channels { bias[channel] = Float(shifts[channel]) }
    let failed = adj_onednn_layer_pack(
      primitive.pointer, slots[weights].assumingMemoryBound(to: Float.self), factors,
      slots[packed].assumingMemoryBound(to: Float.self))
    guard failed == 0 else { throw GraphError("layer", "its weights could not be laid out") }
  }
}

/// A layer in one pass.
final class LayerKernel: Kernel {
  let summary: String
  private let primitive: LayerPrimitive
  private let images: Int
  private let packed: Int
  private let bias: Int
  private let results: Int
  private let scratch: Int

  init(
    _ layer: FoldedLayer, _ primitive: LayerPrimitive, images: Location, _ packing: LayerPacking,
    to results: Int, scratch: Int
  ) {
    (self.primitive, self.images, self.results) = (primitive, images.slot, results)
    (packed, bias, self.scratch) = (packing.packed, packing.bias, scratch)
    let parts = [
      layer.isProduct ? "product" : "convolution", layer.addend == nil ? "" : "+ images",
      layer.rectifies ? "relu" : "",
    ]
    summary =
      parts.filter { !$0.isEmpty }.joined(separator: " ") + " of \(images.shape), packed, oneDNN"
  }

  func run(_ slots: Slots) throws(GraphError) {
    func numbers(_ slot: Int) -> UnsafeMutablePointer<Float> {
      slots[slot].assumingMemoryBound(to: Float.self)
    }
    let failed = adj_onednn_layer_run(
      primitive.pointer, numbers(images), numbers(packed), numbers(bias), numbers(results),
      slots[scratch])
    guard failed == 0 else { throw GraphError("layer", "oneDNN failed to run it") }
  }
}

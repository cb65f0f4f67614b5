import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

extension CPUCompiler {
  /// Attention of sequences to themselves, or with an upstream gradient as the second input its gradient.
  mutating func appendAttention(
    _ form: AttentionForm, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) {
    let places = inputs.map { rowMajor($0) }
    let kernel = AttentionKernel(form, places, to: value, device)
    kernel.scratch = builder.newSlot(bytes: max(kernel.scratchBytes, 1))
    builder.append(kernel, reads: places.map { $0.slot }, writes: [value, kernel.scratch])
    locations[value] = .rowMajor(value, type)
  }
}

/// Attention of sequences to themselves, or its gradient.
final class AttentionKernel: Kernel {
  var summary: String {
    (shape.is_bfloat16 == 1 ? "bfloat16 " : "")
      + "attention\(upstream == nil ? "" : " backward") \(shape.batch)×\(shape.heads)×\(shape.places)×\(shape.width)"
  }
  /// Where blocks of weights are kept.
  var scratch = 0
  let scratchBytes: Int
  private var shape: adj_attention
  private let rows: Int
  private let upstream: Int?
  private let output: Int
  private let isDouble: Bool
  private let threads: Int32

  init(_ form: AttentionForm, _ places: [Location], to output: Int, _ device: CPUDevice) {
    let rows = places[0].type
    let (batch, length, width) = (rows.shape[0], rows.shape[1], form.width(rows.shape))
    shape = adj_attention(
      batch: Int64(batch), places: Int64(length), heads: Int64(form.heads),
      key_heads: Int64(form.keyHeads), width: Int64(width), causal: form.isCausal ? 1 : 0,
      is_bfloat16: form.precision == .bfloat16 ? 1 : 0, scale: form.scale)
    self.rows = places[0].slot
    upstream = places.count > 1 ? places[1].slot : nil
    self.output = output
    isDouble = rows.element == .float64
    threads = Int32(device.threads(forWork: batch * form.heads * length * length * width))
    scratchBytes = Int(adj_attention_scratch(&shape, isDouble ? 8 : 4, threads))
  }

  func run(_ slots: Slots) {
    if isDouble {
      let (x, to) = (slots.of(rows, Double.self), slots.of(output, Double.self))
      guard let upstream else {
        adj_attention_f64(&shape, x, to, slots[scratch], threads)
        return
      }
      adj_attention_backward_f64(
        &shape, x, slots.of(upstream, Double.self), to, slots[scratch], threads)
    } else {
      let (x, to) = (slots.of(rows, Float.self), slots.of(output, Float.self))
      guard let upstream else {
        adj_attention_f32(&shape, x, to, slots[scratch], threads)
        return
      }
      adj_attention_backward_f32(
        &shape, x, slots.of(upstream, Float.self), to, slots[scratch], threads)
    }
  }
}

extension Slots {
  /// The numbers in a slot.
  @inline(__always)
  fileprivate func of<Number>(
    _ slot: Int, _ type: Number.Type
  ) -> UnsafeMutablePointer<Number> { self[slot].assumingMemoryBound(to: type) }
}

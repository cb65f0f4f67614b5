import AdjointGraph
import AdjointReference
import AdjointRuntime
import CKernels

extension CPUCompiler {
  /// Weighted sums of places along an axis. False for everything else.
  mutating func appendResample(
    _ operation: any Operation, _ value: Int, _ inputs: [Int], _ type: TensorType
  ) -> Bool {
    guard let resample = operation as? Resample, type.element.isFloating,
      let element = type.element.arrayElement
    else { return false }
    let table = resample.resampling.weights(isTransposed: resample.isTransposed)
    return element == Int32(ADJ_FLOAT32.rawValue)
      ? appendResample(resample, table.weights.map { Float($0) }, table, element, value, inputs[0])
      : appendResample(resample, table.weights, table, element, value, inputs[0])
  }

  private mutating func appendResample<Weight>(
    _ operation: Resample, _ weights: [Weight], _ table: AxisWeights, _ element: Int32,
    _ value: Int, _ input: Int
  ) -> Bool {
    let type = program.values[value].type
    let source = rowMajor(input)
    let lanes = source.shape.lanes(along: operation.axis)
    let threads = Int32(device.threads(forWork: type.shape.count * 4))
    builder.append(
      CallKernel("resample " + type.shape.description) { slots in
        table.starts.withUnsafeBufferPointer { starts in
          table.sources.withUnsafeBufferPointer { sources in
            weights.withUnsafeBytes { weights in
              let places = adj_axis_weights(
                count: Int64(starts.count - 1), starts: starts.baseAddress,
                sources: sources.baseAddress, weights: weights.baseAddress)
              adj_resample(
                element, lanes, places, slots[source.slot], slots[value], threads)
            }
          }
        }
      }, reads: [source.slot], writes: [value])
    locations[value] = .rowMajor(value, type)
    return true
  }
}

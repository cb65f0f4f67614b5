import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// All checks of one operation over its rows, counted as they run.
struct Proof {
  let operation: any Operation
  let rows: [OperationRow]
  var counts: [ProofKind: Int] = [:]

  init(_ operation: any Operation, _ rows: [OperationRow]) {
    self.operation = operation
    self.rows = rows
  }

  func run() -> [ProofKind: Int] {
    var proof = self
    for row in rows { proof.check(row) }
    if operation.asPointwise != nil { proof.shapesMatchElements() }
    proof.specialNumbersFollowTheFormula()
    proof.wrongCallsAreRefused()
    return proof.counts
  }

  /// The checks of one row, which may be of a function made of many operations.
  mutating func check(_ row: OperationRow) {
    enginesAgree(row)
    if row.hasRoomForABatch {
      batchMatchesLoop(row)
      anEmptyBatchIsEmpty(row)
    }
    viewsMatchCopies(row)
    kernelsFillTheInferredType(row)
    guard row.withoutDerivative == nil else { return }
    reverseMatchesFiniteDifferences(row)
    secondOrderMatchesFiniteDifferences(row)
    forwardMatchesReverse(row)
  }

  mutating func note(_ kind: ProofKind) { counts[kind, default: 0] += 1 }

  private mutating func enginesAgree(_ row: OperationRow) {
    let oracle = Devices.with(ReferenceDevice.shared) {
      row.apply(row.makeInputs(.float64)).doubles
    }
    for (element, tolerance) in [(ElementType.float64, 1e-12), (.float32, 2e-5)] {
      for device in testDevices {
        let value = Devices.with(device) { row.apply(row.makeInputs(element)).doubles }
        expectClose(value, oracle, tolerance, "\(row) \(element.name) on \(device.name)")
        note(.value)
        if row.inputs.contains(where: { $0.0.isScalar }) { note(.scalar) }
      }
    }
  }

  private mutating func reverseMatchesFiniteDifferences(_ row: OperationRow) {
    for device in testDevices {
      Devices.with(device) {
        let inputs = row.makeInputs(.float64)
        for place in row.floatingInputs(inputs) {
          checkGradient(inputs, place, "\(row) input \(place) on \(device.name)", row.apply)
          note(.derivative)
        }
      }
    }
  }

  private mutating func secondOrderMatchesFiniteDifferences(_ row: OperationRow) {
    let inputs = row.makeInputs(.float64)
    for place in row.floatingInputs(inputs) {
      // The gradient of a weighted result, squared so that linear operations have a second order too.
      let first: ([Tensor]) -> Tensor = { x in
        let y = row.apply(x)
        return gradients(of: (y * y * weights(y)).sum(), withRespectTo: [x[place]])[0]
          ?? Tensor.zeros(x[place].shape, .float64)
      }
      checkGradient(inputs, place, "second order of \(row) input \(place)", first)
      note(.secondOrder)
    }
  }

  private mutating func forwardMatchesReverse(_ row: OperationRow) {
    let inputs = row.makeInputs(.float64)
    for place in row.floatingInputs(inputs) {
      let x = inputs[place]
      let direction = Tensor.normal(x.shape, key: RandomKey(7), .float64)
      let (y, moved) = valueAndDerivative(
        { row.apply(inputs.replacing(place, $0)) }, at: x, along: direction)
      let w = weights(y)
      let forward = (moved * w).sum().item
      let adjoint = gradients(of: (y * w).sum(), withRespectTo: [x])[0]
      let reverse = adjoint.map { ($0 * direction).sum().item } ?? 0
      expectClose([forward], [reverse], 1e-11, "\(row) input \(place)")
      note(.forward)
    }
  }

  private mutating func batchMatchesLoop(_ row: OperationRow) {
    let examples = (0..<3).map { row.makeInputs(.float64, seed: $0) }
    for batchedInputs in subsets(examples[0].count) {
      let inputs = examples[0].indices.map { place in
        batchedInputs.contains(place) ? stacked(examples.map { $0[place] }) : examples[0][place]
      }
      let found = batched(row, inputs, batchedInputs).doubles
      let loop = examples.flatMap { example in
        row.apply(
          inputs.indices.map { batchedInputs.contains($0) ? example[$0] : inputs[$0] }
        ).doubles
      }
      expectClose(found, loop, 1e-12, "\(row) batching inputs \(batchedInputs)")
      note(.batch)
    }
  }

  /// A batch of no examples has no results, and the gradient of what is not batched is 0.
  private mutating func anEmptyBatchIsEmpty(_ row: OperationRow) {
    let dense = row.makeInputs(.float64)
    guard !dense.isEmpty else { return }
    let example = row.apply(dense)
    for device in testDevices {
      Devices.with(device) {
        for batchedInputs in subsets(dense.count) {
          let inputs = dense.indices.map {
            batchedInputs.contains($0) ? noExamples(of: dense[$0]) : dense[$0]
          }
          let name = "\(row), no examples of inputs \(batchedInputs), on \(device.name)"
          let result = batched(row, inputs, batchedInputs)
          #expect(result.shape.dimensions == [0] + example.shape.dimensions, "\(name)")
          #expect(result.doubles.isEmpty, "\(name)")
          note(.empty)
          guard example.element.isFloating else { continue }
          let slopes = gradients(of: result.sum(), withRespectTo: inputs)
          for (slope, input) in zip(slopes, inputs) {
            guard let slope else { continue }
            #expect(slope.shape == input.shape, "\(name)")
            #expect(slope.doubles.allSatisfy { $0 == 0 }, "\(name)")
            note(.empty)
          }
        }
      }
    }
  }

  private func batched(_ row: OperationRow, _ inputs: [Tensor], _ places: [Int]) -> Tensor {
    vmap(
      { given in
        [
          row.apply(
            inputs.indices.map { place in
              places.firstIndex(of: place).map { given[$0] } ?? inputs[place]
            })
        ]
      }, places.map { inputs[$0] })[0]
  }

  private func noExamples(of x: Tensor) -> Tensor {
    var shape = x.shape
    shape.insert(0, at: 0)
    return .zeros(shape, x.element)
  }
}

extension OperationRow {
  /// True where no value has all the axes that a tensor can have.
  fileprivate var hasRoomForABatch: Bool {
    graphNodes(behind: [apply(makeInputs(.float64))]).allSatisfy {
      $0.shape.rank < Shape.maximumRank
    }
  }

  /// True where no gradient flows through the operation itself, whatever is around it.
  var isFlat: Bool {
    nodes(makeInputs(.float64)).allSatisfy { node in
      let inputs = (0..<node.inputCount).map { copied(Tensor(node.input($0))) }
      let result = node.operation.apply(inputs)
      guard result.element.isFloating else { return true }
      let given = inputs.filter { $0.element.isFloating }
      return gradients(of: (result * weights(result)).sum(), withRespectTo: given)
        .allSatisfy { $0 == nil || $0!.doubles.allSatisfy { $0 == 0 } }
    }
  }
}

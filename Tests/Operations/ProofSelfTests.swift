import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// The proof itself can fail.
@Suite struct ProofSelfTests {
  @Test func wrongTypesAreNoticed() throws {
    for row in operationTable {
      for node in row.nodes(row.makeInputs(.float64)) where node.inputCount > 0 {
        guard typesShownElsewhere[node.operation.name] == nil else { continue }
        #expect(typeProblem(node) == nil)
        var wrong = node.type
        wrong.shape.append(1)
        if wrong.shape.isValid { #expect(typeProblem(copy(of: node, wrong)) != nil, "\(row)") }
        let element: ElementType = node.element == .float64 ? .float32 : .float64
        #expect(typeProblem(copy(of: node, TensorType(node.shape, element))) != nil, "\(row)")
      }
    }
  }

  private func copy(of node: Node, _ type: TensorType) -> Node {
    let copy = Node(node.operation, type)
    for place in 0..<node.inputCount { copy.append(node.input(place)) }
    return copy
  }

  /// A type that is too small: the kernel writes where nothing of its own is.
  @Test func whatIsWrittenBeyondAResultIsNoticed() throws {
    let margin = try Devices.with(ReferenceDevice.shared) {
      let x = Tensor([1, 2, 3, 4], .float64)
      let node = Node(CumulativeSum(axis: 0, isExclusive: false, isReversed: false))
      node.append(x.node)
      (node.shape, node.element) = ([3], .float64)
      Engine.margin = (64, 0x5A)
      defer { Engine.margin = (0, 0) }
      try Engine.evaluate([Tensor(node)])
      let storage = try #require(node.storage)
      return UnsafeRawBufferPointer(start: storage.pointer, count: storage.byteCount).suffix(64)
        .filter { $0 != 0x5A }.count
    }
    #expect(margin > 0)
  }

  @Test func kindsThatDoNotApplyAreStillKinds() {
    let names = Set(Registry.operations.map { $0.name })
    for (name, kinds) in ProofKind.exceptions {
      #expect(names.contains(name), "an exception of '\(name)', which is not registered")
      #expect(kinds.values.allSatisfy { $0.count > 10 }, "\(name): an exception needs its reason")
    }
    for call in wrongCalls { #expect(names.contains(call.operation), "\(call.operation)") }
    for deviation in specialDeviations { #expect(names.contains(deviation.operation)) }
  }

  @Test func eachSetOfKernelsIsUsed() {
    let names = CPUDevice.Kernels.allCases.map { kernels in
      CPUDevice.shared.with(kernels) { CPUDevice.instructionSet }
    }
    #expect(names.last == "portable")
    #expect(names[0] == CPUDevice.instructionSet)
    if names[0] == "avx512" { #expect(names == ["avx512", "avx2", "portable"]) }
  }

  /// Signs of zero, infinities and NaN are told apart.
  @Test func specialNumbersAreToldApart() {
    let pairs: [(Double, Double)] = [
      (0, -0.0), (.infinity, -.infinity), (.nan, 0), (0, .nan), (1, 1 + 1e-9), (.infinity, 1e308),
      (0, 0x1p-1022),
    ]
    for (a, b) in pairs { #expect(!isSpecialMatch(a, b, 1e-12, 0x1p-1022), "\(a) and \(b)") }
  }
}

import Adjoint
import AdjointGraph
import Testing

/// Products over chosen axes, against plain loops.
@Suite struct EinsumTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let terms: String
    let shapes: [Shape]
    var testDescription: String { terms }
    init(_ terms: String, _ shapes: Shape...) {
      self.terms = terms
      self.shapes = shapes
    }
    var inputs: [Tensor] {
      shapes.enumerated().map { .normal($1, key: RandomKey($0 + 11), .float64) }
    }
  }

  static let cases: [Case] = [
    Case("ij,jk->ik", [2, 3], [3, 4]), Case("ij,jk", [2, 3], [3, 4]),
    Case("bij,bjk->bik", [2, 3, 4], [2, 4, 2]), Case("ij->ji", [2, 3]), Case("ij->", [2, 3]),
    Case("ii->", [3, 3]), Case("ii->i", [3, 3]), Case("iji->j", [3, 2, 3]),
    Case("iii->i", [3, 3, 3]), Case("i,i->", [4], [4]), Case("i,j->ij", [2], [3]),
    Case("i,j->ji", [2], [3]), Case("ij,ij->ij", [2, 3], [2, 3]),
    Case("ij,kj->ki", [2, 3], [4, 3]), Case("ijk,kl->il", [2, 3, 4], [4, 2]),
    Case("ii,ij->j", [3, 3], [3, 2]), Case("bhqd,bhkd->bqkh", [2, 2, 3, 2], [2, 2, 4, 2]),
    Case("ij,jk,kl->il", [2, 3], [3, 2], [2, 4]), Case("ij,j,jk->ki", [2, 3], [3], [3, 2]),
    Case("a,b,c->cab", [2], [3], [2]), Case(" B a , a c -> c B ", [2, 3], [3, 2]),
    Case("ca,ab", [2, 3], [3, 4]), Case("ij,->j", [2, 3], []), Case("ij,jk->ik", [2, 0], [0, 2]),
  ]

  @Test(arguments: cases) func valuesAreThoseOfALoop(_ given: Case) {
    let found = einsum(given.terms, given.inputs)
    let (shape, expected) = loop(given.terms, given.inputs)
    #expect(found.shape.dimensions == shape)
    expectClose(found.doubles, expected, 1e-13, given.terms)
  }

  @Test(arguments: cases) func gradientsOfBothOrders(_ given: Case) {
    let inputs = given.inputs
    for place in inputs.indices {
      checkGradient(inputs, place, given.terms) { einsum(given.terms, $0) }
      checkGradient(inputs, place, "second order of " + given.terms) { x in
        let y = einsum(given.terms, x)
        return gradient(of: (y * y * weights(y)).sum(), withRespectTo: x[place])
      }
    }
  }

  @Test func vectorsAndAxes() {
    let a = Tensor.normal([2, 3, 4], key: RandomKey(1), .float64)
    let b = Tensor.normal([4, 3, 5], key: RandomKey(2), .float64)
    let product = tensordot(a, b, ([-1, 1], [0, 1]))
    #expect(product.shape == [2, 5])
    expectClose(product.doubles, loop("ijk,kjl->il", [a, b]).values, 1e-13, "tensordot")
    let c = b.transposed([1, 0, 2])
    expectClose(tensordot(a, c).doubles, product.doubles, 1e-13, "last and first")
    #expect(tensordot(a, b, 0).shape == [2, 3, 4, 4, 3, 5])
    let (u, v) = (Tensor([1, 2, 3]), Tensor([4, 5, 6]))
    #expect(dot(u, v).item == 32)
    #expect(outer(u, v).integers == [4, 5, 6, 8, 10, 12, 12, 15, 18])
    #expect(einsum("i,j->ij", u, v).integers == outer(u, v).integers)
  }

  static let wrong: [(String, [Shape], String)] = [
    ("ij,jk->ik", [[2, 3], [4, 2]], "'j' is 3 and, in \"jk\" of [4, 2], 4"),
    ("ij,jk->ik", [[2, 3]], "2 terms do not name 1 operands"),
    ("ijk->i", [[2, 3]], "\"ijk\" does not fit [2, 3]"),
    ("ij->ik", [[2, 3]], "'k' of the result \"ik\" is in no operand"),
    ("ij->ii", [[2, 3]], "'i' stands twice in the result \"ii\""),
    ("i.->i", [[2, 3]], "'.' in \"i.->i\" is not a letter"),
    ("ii->i", [[2, 3]], "'i' is 2 and, in \"ii\" of [2, 3], 3"),
  ]

  @Test(arguments: wrong) func wrongTermsAreNamed(
    _ terms: String, _ shapes: [Shape], _ text: String
  ) {
    let error = #expect(throws: GraphError.self) {
      try checked { _ = einsum(terms, shapes.map { Tensor.zeros($0) }) }
    }
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
  }

  @Test func wrongAxesAreRefused() {
    let m = Tensor.zeros([2, 3])
    for call in [
      { tensordot(m, m, ([0], [1])) }, { tensordot(m, m, ([0, 0], [0, 0])) },
      { tensordot(m, m, 3) }, { dot(m, m) }, { outer(m, m) },
    ] as [() -> Tensor] {
      #expect(throws: GraphError.self) { try checked { call() } }
    }
  }
}

/// Every combination of all letters, one after the other.
private func loop(_ terms: String, _ operands: [Tensor]) -> (shape: [Int], values: [Double]) {
  let sides = terms.filter { $0 != " " }.split(separator: ">", omittingEmptySubsequences: false)
  let inputs = sides[0].filter { $0 != "-" }
    .split(separator: ",", omittingEmptySubsequences: false).map { Array($0) }
  let all = Array(Set(inputs.flatMap { $0 })).sorted()
  let output =
    sides.count > 1
    ? Array(sides[1])
    : all.filter { letter in inputs.flatMap { $0 }.filter { $0 == letter }.count == 1 }
  var size: [Character: Int] = [:]
  for (letters, operand) in zip(inputs, operands) {
    for (axis, letter) in letters.enumerated() { size[letter] = operand.shape[axis] }
  }
  let numbers = operands.map { $0.doubles }
  let shape = output.map { size[$0]! }
  var values = [Double](repeating: 0, count: shape.reduce(1, *))
  for combination in 0..<all.reduce(1, { $0 * size[$1]! }) {
    var (place, rest) = ([Character: Int](), combination)
    for letter in all {
      place[letter] = rest % size[letter]!
      rest /= size[letter]!
    }
    func offset(_ letters: [Character]) -> Int {
      letters.reduce(0) { $0 * size[$1]! + place[$1]! }
    }
    var term = 1.0
    for (letters, values) in zip(inputs, numbers) { term *= values[offset(letters)] }
    values[offset(output)] += term
  }
  return (shape, values)
}

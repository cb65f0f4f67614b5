import Adjoint
import AdjointGraph
import Glibc
import Testing

/// Reductions made of primitives, against plain loops.
@Suite struct ReductionFunctionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let apply: @Sendable (Tensor) -> Tensor
    /// The same of one row.
    let loop: @Sendable ([Double]) -> [Double]
    var testDescription: String { name }

    init(
      _ name: String, _ apply: @escaping @Sendable (Tensor) -> Tensor,
      _ loop: @escaping @Sendable ([Double]) -> [Double]
    ) {
      self.name = name
      self.apply = apply
      self.loop = loop
    }
  }

  static let cases: [Case] = [
    Case("min", { $0.min([1]) }) { [$0.min()!] },
    Case("product", { $0.product([1]) }) { [$0.reduce(1, *)] },
    Case("variance", { $0.variance([1]) }) { [spread($0, 0)] },
    Case("sample variance", { $0.variance([1], correction: 1) }) { [spread($0, 1)] },
    Case("deviation", { $0.standardDeviation([1], correction: 1, keepingDimensions: true) }) {
      [spread($0, 1).squareRoot()]
    },
    Case("norm 1", { $0.norm(1, [1]) }) { [$0.reduce(0) { $0 + abs($1) }] },
    Case("norm 2", { $0.norm(2, [-1]) }) { [$0.reduce(0) { $0 + $1 * $1 }.squareRoot()] },
    Case("norm 3", { $0.norm(3, [1]) }) { [cbrt($0.reduce(0) { $0 + pow(abs($1), 3) })] },
    Case("norm inf", { $0.norm(.infinity, [1]) }) { [$0.map { abs($0) }.max()!] },
    Case("logSumExp", { $0.logSumExp([1]) }) { [log($0.reduce(0) { $0 + exp($1) })] },
    Case("softmax", { $0.softmax() }) { row in
      row.map { exp($0) / row.reduce(0) { $0 + exp($1) } }
    },
    Case("logSoftmax", { $0.logSoftmax(1) }) { row in
      row.map { $0 - log(row.reduce(0) { $0 + exp($1) }) }
    },
    Case("cumulativeSum", { $0.cumulativeSum(1) }) { row in
      row.indices.map { row[...$0].reduce(0, +) }
    },
    Case("exclusive, reversed", { $0.cumulativeSum(1, exclusive: true, reversed: true) }) { row in
      row.indices.map { row[($0 + 1)...].reduce(0, +) }
    },
    Case("cumulativeProduct", { $0.cumulativeProduct(1) }) { row in
      row.indices.map { row[...$0].reduce(1, *) }
    },
    Case("exclusive product", { $0.cumulativeProduct(1, exclusive: true) }) { row in
      row.indices.map { row[..<$0].reduce(1, *) }
    },
    Case("cumulativeMaximum", { $0.cumulativeMaximum(1) }) { row in
      row.indices.map { row[...$0].max()! }
    },
  ]

  static func spread(_ row: [Double], _ correction: Int) -> Double {
    let mean = row.reduce(0, +) / Double(row.count)
    return row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count - correction)
  }

  static let x = Tensor.normal([3, 5], key: RandomKey(3), .float64)

  @Test(arguments: cases) func valuesAreThoseOfALoop(_ given: Case) {
    let numbers = Self.x.doubles
    let expected = (0..<3).flatMap { given.loop(Array(numbers[$0 * 5..<($0 + 1) * 5])) }
    expectClose(given.apply(Self.x).doubles, expected, 1e-13, given.name)
  }

  @Test(arguments: cases) func gradientsOfBothOrders(_ given: Case) {
    checkGradient([Self.x], 0, given.name) { given.apply($0[0]) }
    checkGradient([Self.x], 0, "second order of " + given.name) { x in
      let y = given.apply(x[0])
      return gradient(of: (y * y * weights(y)).sum(), withRespectTo: x[0])
    }
  }

  @Test func places() {
    let x = Tensor([3, 7, 7, 1, .nan, 9, 5, 5], shape: [2, 4])
    #expect(x.argmax().integers == [1, 0])
    #expect(x.argmin().integers == [3, 0])
    #expect(x.argmax(0, keepingDimensions: true).shape == [1, 4])
    #expect(Tensor([4, 2, 4, 2]).argmax().integers == [0])
    #expect(Tensor([4, 2, 4, 2]).argmin().integers == [1])
    #expect(Tensor([1, .nan, .nan, 5]).argmax().integers == [1])
    #expect(throws: GraphError.self) { try checked { Tensor.zeros([2, 0]).argmax() } }
    #expect(throws: GraphError.self) { try checked { Tensor.zeros([2]).argmax(1) } }
  }

  @Test func truthValues() {
    let x = Tensor([0, 0, 0.5, 0, .nan, -1], shape: [3, 2])
    #expect(x.any([1]).booleans == [false, true, true])
    #expect(x.all([1]).booleans == [false, false, true])
    #expect(x.countNonZero([1]).integers == [0, 1, 2])
    #expect(x.countNonZero().item == 3)
    #expect(greater(x, 0.25 * x).any([0], keepingDimensions: true).shape == [1, 2])
    #expect(greater(Tensor([1.0, 2]), Tensor([0.5])).all().booleans == [true])
  }

  @Test func emptyReductions() {
    let x = Tensor.zeros([2, 0], .float64)
    #expect(x.product([1]).doubles == [1, 1])
    #expect(x.min([1]).doubles == [.infinity, .infinity])
    #expect(x.any([1]).booleans == [false, false])
    #expect(x.all([1]).booleans == [true, true])
    #expect(x.norm(2, [1]).doubles == [0, 0])
    #expect(x.norm(.infinity, [1]).doubles == [0, 0])
    #expect(x.logSumExp([1]).doubles == [-.infinity, -.infinity])
    #expect(x.softmax().shape == [2, 0])
    #expect(x.variance([1]).doubles.allSatisfy { $0.isNaN })
  }

  @Test func notANumberWins() {
    let x = Tensor([1, .nan, 3], .float64)
    for value in [
      x.min(), x.product(), x.variance(), x.norm(1), x.norm(2), x.norm(3), x.norm(.infinity),
      x.logSumExp(),
    ] { #expect(value.item.isNaN) }
    #expect(x.cumulativeMaximum().doubles[0] == 1)
    #expect(x.cumulativeMaximum().doubles[2].isNaN)
  }

  @Test func extremesDoNotOverflow() {
    let low = -Double.infinity
    let x = Tensor([1000, 1000, low, low, low, 2], shape: [3, 2], .float64)
    expectClose(x.logSumExp([1]).doubles, [1000 + log(2.0), low, 2], 1e-14, "logSumExp")
    expectClose(x.softmax().doubles, [0.5, 0.5, 0, 0, 0, 1], 1e-14, "softmax")
    expectClose(
      x.logSoftmax().doubles, [-log(2.0), -log(2.0), low, low, low, 0], 1e-14, "logSoftmax")
    let slope = gradient(of: x.logSumExp([1]).sum(), withRespectTo: x).doubles
    expectClose(slope, [0.5, 0.5, 0, 0, 0, 1], 1e-14, "gradient")
  }

  @Test func gradientsAreFlatAtZero() {
    let x = Tensor.zeros([3], .float64)
    for value in [x.norm(1), x.norm(2), x.norm(3), x.norm(.infinity), x.standardDeviation()] {
      #expect(gradient(of: value, withRespectTo: x).doubles == [0, 0, 0])
    }
  }

  @Test func factorsMayBeZero() {
    let one = Tensor([2, 0, 5], .float64)
    #expect(gradient(of: one.product(), withRespectTo: one).doubles == [0, 10, 0])
    let two = Tensor([0, 0, 5], .float64)
    #expect(gradient(of: two.product(), withRespectTo: two).doubles == [0, 0, 0])
    #expect(
      gradient(of: one.cumulativeProduct().sum(), withRespectTo: one).doubles == [1, 12, 0])
    let ties = Tensor([1, 3, 3, 2, 4], .float64)
    #expect(
      gradient(of: ties.cumulativeMaximum().sum(), withRespectTo: ties).doubles
        == [1, 3, 0, 0, 1])
    let first = Tensor([0, -1, 2], .float64)
    #expect(
      gradient(of: first.cumulativeMaximum().sum(), withRespectTo: first).doubles == [2, 0, 1])
  }

  @Test func integersStayIntegers() {
    #expect(Tensor([2, 3, 4]).product().integers == [24])
    #expect(Tensor([2, 3, 4]).cumulativeProduct().integers == [2, 6, 24])
    #expect(Tensor([2, 3, 4]).cumulativeSum(reversed: true).integers == [9, 7, 4])
    #expect(Tensor([2, 1, 4]).cumulativeMaximum().integers == [2, 2, 4])
  }

  @Test func wrongAxesAreRefused() {
    let x = Tensor.zeros([2, 3])
    for call in [
      { x.product([2]) }, { x.cumulativeSum(2) }, { x.cumulativeProduct(-3) }, { x.softmax(4) },
      { x.cumulativeMaximum(5) }, { x.norm(0) }, { Tensor([1, 2]).norm() },
      { Tensor([1, 2]).softmax() },
    ] as [() -> Tensor] {
      #expect(throws: GraphError.self) { try checked { call() } }
    }
  }
}

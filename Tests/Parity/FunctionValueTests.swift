import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// Functions, forward and gradient, against values stored from PyTorch (tools/parity/function_values.py).
@Suite struct FunctionValueTests {
  typealias Function = @Sendable (_ x: [Tensor], _ p: [Int]) -> Tensor

  static let cases = ValueTests.load("function_values.json")
  static let functions: [String: Function] = [
    unary, inPairs, reductions, shapes, pieces, indexing, products,
  ].reduce(into: [:]) { all, part in all.merge(part) { a, _ in a } }

  @Test func thereAreCasesOfEveryKind() {
    #expect(Self.cases.count >= 390)
    #expect(Set(Self.cases.map { $0.kind }) == Set(Self.functions.keys))
  }

  @Test func forwardAndGradient() throws {
    for test in Self.cases {
      let function = try #require(Self.functions[test.kind], "no function \(test.kind)")
      // What has no gradient has zeros in the file.
      let connected: ([Tensor], [Int]) -> Tensor = { x, p in
        x.filter { $0.element.isFloating }.reduce(function(x, p).cast(to: .float64)) {
          $0 + ($1 * 0).sum()
        }
      }
      for device in [ReferenceDevice.shared, CPUDevice.shared] as [any Device] {
        alone(on: device) { ValueTests().check(test, connected, device.name) }
      }
    }
    print("values from PyTorch: \(Self.cases.count) cases of functions, forward and gradient")
  }

  private static let unary: [String: Function] = [
    "abs": { x, _ in abs(x[0]) }, "sign": { x, _ in sign(x[0]) },
    "floor": { x, _ in floor(x[0]) }, "ceil": { x, _ in ceil(x[0]) },
    "round": { x, _ in round(x[0]) }, "trunc": { x, _ in trunc(x[0]) },
    "expm1": { x, _ in expm1(x[0]) }, "atan": { x, _ in atan(x[0]) },
    "sinh": { x, _ in sinh(x[0]) }, "cosh": { x, _ in cosh(x[0]) },
    "asinh": { x, _ in asinh(x[0]) }, "erf": { x, _ in erf(x[0]) },
    "sigmoid": { x, _ in sigmoid(x[0]) }, "softplus": { x, _ in softplus(x[0]) },
    "tan": { x, _ in tan(x[0] * 0.5) }, "reciprocal": { x, _ in reciprocal(x[0]) },
    "exp2": { x, _ in exp2(x[0]) }, "logSigmoid": { x, _ in logSigmoid(x[0]) },
    "leakyReLU": { x, _ in leakyReLU(x[0], slope: 0.125) },
    "elu": { x, _ in elu(x[0], alpha: 1.5) }, "selu": { x, _ in selu(x[0]) },
    "celu": { x, _ in celu(x[0], alpha: 2) }, "gelu": { x, _ in gelu(x[0]) },
    "geluTanh": { x, _ in geluTanh(x[0]) }, "silu": { x, _ in silu(x[0]) },
    "mish": { x, _ in mish(x[0]) }, "hardTanh": { x, _ in hardTanh(x[0]) },
    "relu6": { x, _ in relu6(x[0] * 4) }, "hardSigmoid": { x, _ in hardSigmoid(x[0] * 2) },
    "hardSwish": { x, _ in hardSwish(x[0] * 2) }, "clamp": { x, _ in clamp(x[0], -0.5, 1.25) },
    "square": { x, _ in square(x[0]) }, "cube": { x, _ in power(x[0], 3) },
    "inverseSquare": { x, _ in power(x[0], -2) }, "log1p": { x, _ in log1p(x[0]) },
    "log2": { x, _ in log2(x[0]) }, "log10": { x, _ in log10(x[0]) },
    "rsqrt": { x, _ in rsqrt(x[0]) }, "cbrt": { x, _ in cbrt(x[0]) },
    "lgamma": { x, _ in lgamma(x[0]) }, "digamma": { x, _ in digamma(x[0]).detached },
    "polygamma2": { x, _ in polygamma(2, x[0]) }, "acosh": { x, _ in acosh(x[0] + 1) },
    "powScalar": { x, _ in pow(x[0], 2.5) }, "scalarPow": { x, _ in pow(2.5, x[0]) },
    "asin": { x, _ in asin(x[0]) }, "acos": { x, _ in acos(x[0]) },
    "atanh": { x, _ in atanh(x[0]) }, "erfinv": { x, _ in erfinv(x[0]) },
  ]

  private static let inPairs: [String: Function] = [
    "maximum": { x, _ in maximum(x[0], x[1]) }, "minimum": { x, _ in minimum(x[0], x[1]) },
    "atan2": { x, _ in atan2(x[0], x[1]) }, "hypot": { x, _ in hypot(x[0], x[1]) },
    "prelu": { x, _ in prelu(x[0], x[1]) }, "pow": { x, _ in pow(x[0], x[1]) },
    "select": { x, _ in select(greater(x[0], x[1]), x[0] * 2, x[1] * 3) },
    "remainder": { x, _ in remainder(x[0], x[1]) },
    "floorDivide": { x, _ in floorDivide(x[0], x[1]) },
    "clampTensors": { x, _ in clamp(x[0], x[1], x[1] + 1) },
    "comparisons": { x, _ in
      numbered([less, lessEqual, greater, greaterEqual, equal, notEqual].map { $0(x[0], x[1]) })
    },
    "truths": { x, _ in
      let (a, b) = (greater(x[0], Tensor(0, .float64)), greater(x[1], Tensor(0, .float64)))
      return numbered([logicalAnd, logicalOr, logicalXor].map { $0(a, b) })
        + logicalNot(a).cast(to: .float64) * 10
    },
  ]

  /// Σ k · truth k.
  private static func numbered(_ truths: [Tensor]) -> Tensor {
    truths.enumerated().map { $1.cast(to: .float64) * Double($0 + 1) }.reduce(
      Tensor(0, .float64), +)
  }

  private static let reductions: [String: Function] = [
    "min": { x, p in x[0].min(p) },
    "norm": { x, p in x[0].norm(p[0] == 0 ? .infinity : Double(p[0]), Array(p.dropFirst())) },
    "variance": { x, p in x[0].variance(Array(p.dropFirst()), correction: p[0]) },
    "deviation": { x, p in x[0].standardDeviation(Array(p.dropFirst()), correction: p[0]) },
    "logSumExp": { x, p in x[0].logSumExp(p) }, "product": { x, p in x[0].product(p) },
    "questions": { x, p in floor(x[0]).countNonZero(p) },
    "softmax": { x, p in x[0].softmax(p[0]) }, "logSoftmax": { x, p in x[0].logSoftmax(p[0]) },
    "places": { x, p in x[0].argmax(p[0]) * 10 + x[0].argmin(p[0]) },
    "cumulativeSum": { x, p in x[0].cumulativeSum(p[0]) },
    "cumulativeProduct": { x, p in x[0].cumulativeProduct(p[0]) },
    "cumulativeMaximum": { x, p in x[0].cumulativeMaximum(p[0]) },
  ]

  private static let shapes: [String: Function] = [
    "unsqueezed": { x, p in x[0].unsqueezed(p[0]) }, "squeezed": { x, p in x[0].squeezed(p[0]) },
    "squeezedAll": { x, _ in x[0].squeezed() },
    "expanded": { x, p in x[0].expanded(to: Shape(p)) },
    "movingAxis": { x, p in x[0].movingAxis(p[0], to: p[1]) },
    "swappingAxes": { x, p in x[0].swappingAxes(p[0], p[1]) },
    "flipped": { x, p in x[0].flipped(p) }, "rolled": { x, p in x[0].rolled(p[0], axis: p[1]) },
    "tiled": { x, p in x[0].tiled(p) }, "repeated": { x, p in x[0].repeated(p[0], axis: p[1]) },
    "padReflect": { x, p in x[0].padded(axis: -1, p[0], p[1], .reflect) },
    "padReplicate": { x, p in x[0].padded(axis: -1, p[0], p[1], .replicate) },
    "padCircular": { x, p in x[0].padded(axis: -1, p[0], p[1], .circular) },
    "padConstant": { x, p in x[0].padded([(1, 2), (p[0], p[1])], with: 1.5) },
    "diagonal": { x, p in x[0].diagonal(offset: p[0]) },
    "diagonalMatrix": { x, p in x[0].diagonalMatrix(offset: p[0]) },
    "lowerTriangle": { x, p in x[0].lowerTriangle(offset: p[0]) },
    "upperTriangle": { x, p in x[0].upperTriangle(offset: p[0]) },
    "unfolded": { x, p in x[0].unfolded(p[0], stride: p[1], padding: p[2]) },
    "folded": { x, p in
      x[0].folded(to: 6, 5, p[0], stride: p[1], padding: p[2])
    },
  ]

  private static let pieces: [String: Function] = [
    "split": { x, p in weighed(x[0].split(p[0] == 0 ? [1, 3] : [2, 3], axis: p[0])) },
    "chunked": { x, p in weighed(x[0].chunked(2, axis: p[0])) },
    "concatenated": { x, p in concatenated([x[0], x[1], x[0]], axis: p[0]) },
    "stacked": { x, p in stacked([x[0], x[1], x[0]], axis: p[0]) },
    "strided": { x, _ in x[0][.from(1, to: 6, by: 2), .every(3)] },
    "newAxes": { x, _ in x[0][-1, .newAxis, 1..<4] },
  ]

  private static func weighed(_ parts: [Tensor]) -> Tensor {
    concatenated(parts.enumerated().map { $1.flattened() * Double($0 + 1) })
  }

  private static let indexing: [String: Function] = [
    "taken": { x, p in x[0].taken(along: p[0], x[1]) },
    "adding": { x, p in x[0].adding(along: p[0], x[2], x[1]) },
    "scatterAdding": { x, p in x[0].scatterAdding(x[2], x[1], axis: p[0]) },
    "setting": { x, _ in
      x[0].setting(
        along: 0, stacked([x[1], remainder(x[1] + 1, Tensor(4, .int64))]),
        x[0].slice(start: 0, length: 2) * 3)
    },
    "scattering": { x, _ in
      x[0].scattering(
        concatenated([x[1], remainder(x[1] + 2, Tensor(4, .int64))]),
        x[0].slice(start: 0, length: 2) * 3)
    },
    "settingWhere": { x, _ in x[0].setting(x[1], where: equal(x[2], Tensor(0, .int64))) },
    "masked": { x, _ in x[0][equal(x[1], Tensor(0, .int64))] * 2 },
    "oneHot": { x, _ in x[1].oneHot(4, .float64) * x[0] },
    "searchSorted": { x, _ in Tensor([-1.5, -0.5, 0.25, 1], .float64).searchSorted(x[0]) + x[1] },
    "sorted": { x, p in
      x[0].sorted(axis: p[0], descending: p[1] == 1)
        * (x[0].argSorted(axis: p[0], descending: p[1] == 1).cast(to: .float64) + 1)
    },
    "topK": { x, p in
      let (values, places) = x[0].topK(3, axis: p[0], largest: p[1] == 1)
      return values * (places.cast(to: .float64) + 1)
    },
  ]

  private static let terms = [
    "ij,jk->ik", "bij,bjk->bik", "ii->i", "ij->ji", "i,j->ij", "bi,oi,bj->boj", "ijk->k",
  ]

  private static let products: [String: Function] = [
    "dot": { x, _ in dot(x[0], x[1]) }, "outer": { x, _ in outer(x[0], x[1]) },
    "tensordot": { x, _ in tensordot(x[0], x[1], 2) },
    "einsum": { x, p in einsum(terms[p[0]], x) },
    "solve": { x, _ in solve(x[0] + unit(x[0], 3), x[1]) },
    "inverse": { x, _ in inverse(x[0] + unit(x[0], 3)) },
    "triangularSolve": { x, p in triangularSolve(x[0] + unit(x[0], 3), x[1], lower: p[0] == 1) },
    "cholesky": { x, _ in cholesky(matmul(x[0], x[0], transposingB: true) + unit(x[0], 2)) },
    "determinant": { x, _ in determinant(x[0] + unit(x[0])) },
    "logAbsDeterminant": { x, _ in logAbsDeterminant(x[0] + unit(x[0], 3)) },
    "eigenvalues": { x, _ in
      symmetricEigenvalues(x[0] + x[0].swappingAxes(-1, -2) + counted(x[0], 3, from: 0))
    },
    "singularValues": { x, _ in singularValues(x[0] + counted(x[0], 3, from: 1)) },
    "qr": { x, _ in
      let (q, r) = qr(x[0] + unit(x[0], 3))
      return abs(q) + abs(r)
    },
    "svd": { x, _ in
      let (u, values, v) = svd(x[0])
      let sizes = values.unsqueezed(-2)
      let sides = (u * u * sizes).sum([-1], keepingDimensions: true)
      let ends = (v * v * sizes).sum([-1]).unsqueezed(-2)
      return matmul(u * sizes * sizes, v, transposingB: true) + sides + ends
    },
    "lu": { x, _ in
      let (p, l, u) = lu(x[0])
      return matmul(matmul(p, l * l), u)
    },
  ]

  /// A diagonal of multiples.
  private static func counted(_ x: Tensor, _ step: Double, from first: Double) -> Tensor {
    let order = Tensor.iota(x.shape[x.rank - 1]).cast(to: .float64)
    return ((order + first) * step).diagonalMatrix()
  }
}

import Adjoint
import AdjointGraph

/// A call that an operation refuses, and the whole text by which it does.
struct WrongCall: Sendable {
  let operation: String
  let text: String
  let run: @Sendable () -> Tensor

  init(_ operation: String, _ text: String, _ run: @escaping @Sendable () -> Tensor) {
    (self.operation, self.text, self.run) = (operation, text, run)
  }
}

private typealias Call = WrongCall
private let numbers = Tensor.zeros([2, 3])
private let integers = Tensor([1, 2, 3])
private let truths = Tensor([true, false])
private let images = Tensor.zeros([1, 2, 4, 4])

let wrongCalls: [WrongCall] = typeCalls + pairCalls + shapeCalls + indexCalls + kernelCalls

private func each(
  _ names: [String], _ text: String, _ inputs: @escaping @Sendable () -> [Tensor]
) -> [WrongCall] {
  names.map { name in
    Call(name, text) {
      Registry.operations.first { $0.name == name }!.apply(inputs())
    }
  }
}

private let typeCalls: [WrongCall] =
  each(
    [
      "exp", "log", "tanh", "squareRoot", "sin", "cos", "expm1", "log1p", "atan",
      "asin", "acos", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfinv", "lgamma",
      "polygamma", "sigmoid", "softplus", "cbrt",
    ], "takes floating-point numbers, not int64 [3]"
  ) { [integers] }
  + each(
    ["negate", "relu", "power", "absolute", "sign", "floor", "ceil", "round", "truncate"],
    "takes numbers, not bool; cast first"
  ) { [truths] }
  + each(["logicalNot"], "takes bool; cast first") { [integers] }
  + each(["logicalAnd", "logicalOr", "logicalXor"], "takes bool; cast first") {
    [numbers, numbers]
  }
  + each(
    ["bitwiseAnd", "bitwiseOr", "bitwiseXor", "shiftLeft", "shiftRight"],
    "takes integers; cast first"
  ) { [numbers, numbers] }
  + each(["realPower", "atan2", "hypot"], "takes floating-point numbers, not int64 [3]") {
    [integers, integers]
  }

private let pairs = [
  "add", "subtract", "multiply", "divide", "greater", "greaterEqual", "equal", "notEqual",
  "pairMaximum", "pairMinimum", "remainder", "floorDivide",
]

private let pairCalls: [WrongCall] =
  each(
    pairs + ["realPower", "atan2", "hypot"], "shapes do not broadcast: [2, 3] and [2]"
  ) { [numbers, Tensor.zeros([2])] }
  + each(pairs, "element types differ: float32 [2, 3] and int64 [3]") { [numbers, integers] }
  + each(["add", "multiply", "remainder"], "takes numbers, not bool; cast first") {
    [truths, truths]
  }
  + each(["select"], "the condition must be bool, not float32") { [numbers, numbers, numbers] }
  + each(["select"], "shapes do not broadcast: [2], [2, 3] and [2, 3]") {
    [truths, numbers, numbers]
  }

private let shapeCalls: [WrongCall] = [
  Call("reshape", "[2, 3] has 6 elements, [4] has 4") { numbers.reshaped([4]) },
  Call("reshape", "[2, 3] has 6 elements, [1, 1, 1, 1, 1, 1, 1, … more than 8 axes] is no shape") {
    numbers.reshaped([1, 1, 1, 1, 1, 1, 1, 2, 3])
  },
  Call("transpose", "[0, 0] is not an order of the axes of [2, 3]") {
    numbers.transposed([0, 0])
  },
  Call("broadcast", "[2, 3] does not broadcast to [2, 4]") { numbers.broadcast(to: [2, 4]) },
  Call("slice", "3 places along axis 0 do not fit [2, 3]") {
    numbers.slice(start: 0, length: 3)
  },
  Call("place", "[2, 3] does not fit 1 along axis 0") { numbers.placed(start: 0, in: 1) },
  Call("stridedSlice", "2 places from 1 by 1 along axis 0 do not fit [2, 3]") {
    numbers.strided(0, AxisStride(start: 1, step: 1, count: 2))
  },
  Call("stridedPlace", "2 places from 0 by 2 along axis 0 do not fit [2, 3]") {
    numbers.stridedPlaced(0, AxisStride(start: 0, step: 2, count: 2), in: 2)
  },
  Call("concatenate", "float32 [2, 3] and float32 [2, 4] do not fit along axis 0") {
    concatenated([numbers, Tensor.zeros([2, 4])])
  },
  Call("sum", "axis 2 is outside [2, 3]") { numbers.sum([2]) },
  Call("sum", "takes numbers, not bool; cast first") {
    Sum(.all(rank: 1), keepsDimensions: false).apply(truths)
  },
  Call("maximum", "an axis is outside [2, 3]") {
    Maximum(AxisSet(mask: 4), keepsDimensions: false).apply(numbers)
  },
  Call("maximum", "takes numbers, not bool; cast first") {
    Maximum(.all(rank: 1), keepsDimensions: false).apply(truths)
  },
  Call("product", "axis 5 is outside [2, 3]") { numbers.product([5]) },
  Call("argMax", "axis 2 is outside [2, 3]") {
    ArgMax(axis: 2, keepsDimensions: false).apply(numbers)
  },
  Call("argMax", "no element along axis 1 of [2, 0]") { Tensor.zeros([2, 0]).argmax(1) },
  Call("cumulativeSum", "axis 2 is outside [2, 3]") { numbers.cumulativeSum(2) },
  Call("cumulativeProduct", "cast bool to a number first") {
    CumulativeProduct(axis: 0, isExclusive: false, isReversed: false).apply(truths)
  },
  Call("cumulativeMaximum", "axis 1 is outside [3]") { integers.cumulativeMaximum(1) },
  Call("argSort", "takes numbers, not bool; cast first") {
    ArgSort(axis: 0, isDescending: false).apply(truths)
  },
  Call("recurrence", "takes two numbers of one type and shape, not float32 [2, 3] and int64 [3]") {
    Recurrence(axis: 0, isReversed: false).apply(numbers, integers)
  },
  Call("resample", "axis 2 is outside [2, 3]") {
    Resample(axis: 2, AxisResampling(.linear, from: 3, to: 4)).apply(numbers)
  },
  Call("resample", "cannot make 5 places of 4 along axis 1 of [2, 3]") {
    Resample(axis: 1, AxisResampling(.linear, from: 4, to: 5)).apply(numbers)
  },
  Call("resample", "takes floating-point numbers, not int64 [3]") {
    Resample(axis: 0, AxisResampling(.linear, from: 3, to: 4)).apply(integers)
  },
  Call("recurrence", "axis 2 is outside [2, 3]") {
    Recurrence(axis: 2, isReversed: false).apply(numbers, numbers)
  },
]

private let indexCalls: [WrongCall] = [
  Call("gather", "indices must be integers, not float32") { numbers.gather(numbers) },
  Call("gather", "the result would have more than 8 dimensions") {
    Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 2]).gather(Tensor([0], shape: [1, 1]))
  },
  Call("scatterAdd", "indices [3] do not match [2, 3] at axis 0") {
    ScatterAdd(axis: 0, length: 4).apply(numbers, integers)
  },
  Call("checkedIndices", "indices must be integers, not float32") {
    CheckedIndices(below: 3).apply(numbers)
  },
  Call("iota", "cannot count to -1") { Tensor.iota(-1) },
  Call("searchSorted", "the sorted values must be a vector, not [2, 3]") {
    numbers.searchSorted(numbers)
  },
  Call("lastWriter", "indices must be an int64 vector, not float32 [2, 3]") {
    LastWriter(3).apply(numbers)
  },
]

private let kernelCalls: [WrongCall] =
  [
    Call("matmul", "inner dimensions differ: [2, 3] × [2, 3] (3 ≠ 2)") {
      matmul(numbers, numbers)
    },
    Call("matmul", "batches do not broadcast: [2, 1, 3] × [3, 3, 1]") {
      matmul(Tensor.zeros([2, 1, 3]), Tensor.zeros([3, 3, 1]))
    },
    Call("softmaxCrossEntropy", "targets must be integers [2], not int64 [3]") {
      softmaxCrossEntropy(numbers, integers)
    },
    Call("softmaxCrossEntropyGradient", "upstream must be a float32 scalar, not [2, 3]") {
      SoftmaxCrossEntropyGradient.shared.apply(numbers, Tensor([0, 1]), numbers)
    },
    Call("standardize", "an axis is outside [2, 3]") {
      Standardization(AxisSet(mask: 4), 1).apply(numbers)
    },
    Call("standardize", "the weight must fit float32 [1, 3], not float32 [2, 3]") {
      Standardization(AxisSet(mask: 1), 1).apply([numbers, numbers])
    },
    Call("standardize", "takes floating-point numbers, not int64; cast first") {
      Standardization(AxisSet(mask: 1), 1).apply(integers)
    },
    Call("selfAttention", "[2, 3, 6] does not make 3 heads over 2 heads of keys and values") {
      selfAttention(Tensor.zeros([2, 3, 6]), heads: 3, keyHeads: 2)
    },
    Call("selfAttention", "takes floating-point rows [N, T, E], not float32 [2, 3]") {
      selfAttention(numbers, heads: 1)
    },
    Call("selfAttentionGradient", "upstream must be float32 [2, 3, 2], not float32 [2, 3]") {
      SelfAttentionGradient(AttentionForm(heads: 1, keyHeads: 1, isCausal: true, scale: 1))
        .apply(Tensor.zeros([2, 3, 6]), numbers)
    },
    Call(
      "orthogonalFactor",
      "takes a floating-point matrix (or a batch) with at least as many rows as columns, not float32 [2, 3]"
    ) { OrthogonalFactor.shared.apply(numbers) },
    Call(
      "luFactors",
      "takes a floating-point matrix (or a batch) with at least as many rows as columns, not float32 [2, 3]"
    ) { LUFactors.shared.apply(numbers) },
    Call("singularDecomposition", "takes a floating-point matrix (or a batch), not int64 [2]") {
      SingularDecomposition.shared.apply(Tensor([0, 1]))
    },
    Call("solve", "the right side, float32 [2, 3], does not fit float32 [3, 3]") {
      solve(Tensor.zeros([3, 3]), numbers)
    },
    Call("triangularSolve", "the right side, float32 [2, 3], does not fit float32 [3, 3]") {
      triangularSolve(Tensor.zeros([3, 3]), numbers)
    },
  ]
  + each(
    [
      "cholesky", "determinant", "logAbsDeterminant", "symmetricEigenvalues",
      "symmetricEigenvectors",
    ], "takes a square floating-point matrix (or a batch), not float32 [2, 3]"
  ) { [numbers] }

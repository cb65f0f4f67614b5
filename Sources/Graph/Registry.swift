/// Every operation, one line each: what the tests, the documentation and exporters go through.
///
/// Operations with attributes stand here with some example of them.
package enum Registry {
  package static let operations: [any Operation] = [
    // Pointwise
    Add.shared,
    Subtract.shared,
    Multiply.shared,
    Divide.shared,
    Negate.shared,
    Exp.shared,
    Log.shared,
    Tanh.shared,
    ReLU.shared,
    SquareRoot.shared,
    Power(3),
    Sin.shared,
    Cos.shared,
    Greater.shared,
    Equal.shared,
    Select.shared,
    Cast.to(.float64),
    // Views
    Reshape([1]),
    Transpose([0]),
    Broadcast([1]),
    Slice(axis: 0, length: 1),
    StopGradient.shared,
    Barrier.shared,
    // Reductions
    Sum(.all(rank: 1), keepsDimensions: false),
    Maximum(.all(rank: 1), keepsDimensions: false),
    Product(.all(rank: 1), keepsDimensions: false),
    ArgMax(axis: 0, keepsDimensions: false),
    // Kernels
    MatMul.of(transposingA: false, transposingB: false),
    Place(axis: 0, length: 1),
    Gather(axis: 0),
    ScatterAdd(axis: 0, length: 1),
    Iota(1),
    CheckedIndices(below: 1),
    Convolution(WindowMotion()),
    ConvolutionInputGradient(WindowMotion(), [1, 1, 1, 1]),
    ConvolutionKernelGradient(WindowMotion(), [1, 1, 1, 1]),
    MaxPool(PoolWindow(1, stride: 1, padding: 0)),
    MaxPoolGradient(PoolWindow(1, stride: 1, padding: 0)),
    MaxPoolSelect(PoolWindow(1, stride: 1, padding: 0)),
    CumulativeSum(axis: 0, isExclusive: false, isReversed: false),
    CumulativeProduct(axis: 0, isExclusive: false, isReversed: false),
    CumulativeMaximum(axis: 0),
    Recurrence(axis: 0, isReversed: false),
    TriangularSolve(isLower: true, isTransposed: false, hasUnitDiagonal: false),
    Cholesky.shared,
    LinearSolve(isTransposed: false),
    Determinant(isLogarithm: false),
    Determinant(isLogarithm: true),
    // Regions
    SoftmaxCrossEntropy.shared,
    SoftmaxCrossEntropyGradient.shared,
  ]
}

import Adjoint
import AdjointGraph
import Testing

/// Tensors print as NumPy prints them: texts stored from NumPy.
@Suite struct PrintingTests {
  @Test(arguments: cases) func printsLikeNumPy(index: Int, values: [Double], text: String) {
    let (shape, element) = Self.types[index]
    #expect(Tensor(values, shape: shape, element).description == text)
  }

  static let types: [(Shape, ElementType)] = [
    (Shape([3]), .float32),
    (Shape([3]), .float32),
    (Shape([2, 2]), .float32),
    (Shape([]), .float32),
    (Shape([2]), .float64),
    (Shape([2]), .float64),
    (Shape([2]), .float64),
    (Shape([2]), .float64),
    (Shape([4]), .float32),
    (Shape([2, 3, 4]), .float32),
    (Shape([2]), .float64),
    (Shape([2, 2]), .float32),
    (Shape([2000]), .float32),
    (Shape([30, 100]), .int64),
    (Shape([2, 2]), .int64),
    (Shape([0]), .float32),
    (Shape([2]), .float64),
    (Shape([2]), .float64),
    (Shape([2]), .float32),
    (Shape([2]), .float32),
    (Shape([2]), .float32),
  ]

  static let cases: [(Int, [Double], String)] = [
    (0, [1.0, 2.0, 3.0], "[1. 2. 3.]"),
    (1, [0.3333333432674408, 1.0, 2.5], "[0.33333334 1.         2.5       ]"),
    (2, [1.0, -2.5, 3.0, 4.0], "[[ 1.  -2.5]\n [ 3.   4. ]]"),
    (3, [3.5], "3.5"),
    (4, [1e-05, 1.0], "[1.e-05 1.e+00]"),
    (5, [10000000000.0, 1.0], "[1.e+10 1.e+00]"),
    (6, [0.1, 1000.5], "[1.0000e-01 1.0005e+03]"),
    (7, [0.1, 100.5], "[1.000e-01 1.005e+02]"),
    (8, [.nan, 1.0, .infinity, -.infinity], "[ nan   1.  inf -inf]"),
    (
      9,
      [
        0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0,
        17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0,
      ],
      "[[[ 0.  1.  2.  3.]\n  [ 4.  5.  6.  7.]\n  [ 8.  9. 10. 11.]]\n\n [[12. 13. 14. 15.]\n  [16. 17. 18. 19.]\n  [20. 21. 22. 23.]]]"
    ),
    (10, [0.3333333333333333, 0.6666666666666666], "[0.33333333 0.66666667]"),
    (11, [0.0, 0.0, 0.0, 0.0], "[[0. 0.]\n [0. 0.]]"),
    (
      12, (0..<2000).map { Double($0) },
      "[0.000e+00 1.000e+00 2.000e+00 ... 1.997e+03 1.998e+03 1.999e+03]"
    ),
    (
      13, (0..<3000).map { Double($0) },
      "[[   0    1    2 ...   97   98   99]\n [ 100  101  102 ...  197  198  199]\n [ 200  201  202 ...  297  298  299]\n ...\n [2700 2701 2702 ... 2797 2798 2799]\n [2800 2801 2802 ... 2897 2898 2899]\n [2900 2901 2902 ... 2997 2998 2999]]"
    ),
    (14, [1.0, -20.0, 300.0, 4.0], "[[  1 -20]\n [300   4]]"),
    (15, [], "[]"),
    (16, [123456.789, 0.5], "[1.23456789e+05 5.00000000e-01]"),
    (17, [2e-08, 3e-08], "[2.e-08 3.e-08]"),
    (18, [-0.0, 1.5], "[-0.   1.5]"),
    (19, [1000.0, 1.0], "[1000.    1.]"),
    (20, [1001.0, 1.0], "[1.001e+03 1.000e+00]"),
  ]

  @Test func otherTypes() {
    #expect(Tensor([true, false]).description == "[ true false]")
    #expect("\(Tensor([1, 2]) * 2)" == "[2 4]")
  }

  /// Texts of NumPy for more elements than a line holds.
  @Test func longLinesBreak() {
    #expect(
      Tensor((0..<40).map { Float($0) }).description == """
        [ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.
         18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29. 30. 31. 32. 33. 34. 35.
         36. 37. 38. 39.]
        """)
    #expect(
      Tensor((0..<30).map { $0 * 1000 }, shape: [1, 1, 30]).description == """
        [[[    0  1000  2000  3000  4000  5000  6000  7000  8000  9000 10000
           11000 12000 13000 14000 15000 16000 17000 18000 19000 20000 21000
           22000 23000 24000 25000 26000 27000 28000 29000]]]
        """)
    // What is left of a line that breaks loses the spaces at its end.
    let sevenths = Tensor((0..<60).map { Float($0) / 7 }, shape: [2, 30])
    #expect(sevenths.description.contains("4.142857  ]\n [4.285714   4.428571   4.571429 "))
    #expect(sevenths.description.contains(" 4.857143   5.\n  5.142857   5.285714 "))
  }

  @Test func typesAndParametersPrint() {
    #expect("\(Tensor.zeros([2, 3]).type)" == "float32 [2, 3]")
    let layer = Linear(3, 4)
    #expect("\(layer.weight)" == "float32 [4, 3]")
    #expect("\(layer)" == "Linear(weight: float32 [4, 3], bias: Optional(float32 [4]))")
    _ = layer.cells
    #expect("\(layer.weight)" == "weight: float32 [4, 3]")
  }
}

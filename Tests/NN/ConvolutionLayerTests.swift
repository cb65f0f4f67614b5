import Adjoint
import AdjointGraph
import AdjointRuntime
import Testing

/// Layers of convolution and pooling: what they hold, and that they compute what their functions do.
@Suite struct ConvolutionLayerTests {
  private struct Net: Module {
    let conv = Conv1d(4, 6, kernel: 3, padding: .same, dilation: 2, groups: 2)
    let up = ConvTranspose1d(6, 4, kernel: 4, stride: 2, padding: 1, groups: 2, bias: false)
    let pool = AvgPool1d(2)

    func forward(_ x: Tensor) -> Tensor { pool(up(relu(conv(x)))) }
  }

  @Test func parametersAreNamedAndShapedAsInPyTorch() {
    let net = Net()
    #expect(net.cells.map { $0.name } == ["conv.weight", "conv.bias", "up.weight"])
    #expect(net.conv.weight.value.shape == [6, 2, 3])
    #expect(net.up.weight.value.shape == [6, 2, 4])
    #expect(net(Tensor.zeros([3, 4, 10])).shape == [3, 4, 10])
  }

  /// Uniform over ±1/√fan, the fan counted as PyTorch counts it.
  @Test func parametersAreSpreadAsInPyTorch() {
    let down = Conv2d(8, 64, kernel: [3, 5], groups: 2)
    let up = ConvTranspose3d(64, 8, kernel: 3, groups: 4)
    for (parameters, fan) in [(down.parameters, 4 * 15), (up.parameters, 2 * 27)] {
      let bound = 1 / Double(fan).squareRoot()
      #expect(parameters.count == 2)
      for values in parameters.map({ $0.value.doubles }) {
        let largest = values.map { abs($0) }.max()!
        #expect(largest <= bound && largest > 0.5 * bound)
      }
      #expect(parameters[0].value.doubles.map { abs($0) }.max()! > 0.99 * bound)
    }
  }

  @Test func layersComputeWhatTheirFunctionsDo() {
    let x = Tensor.normal([2, 4, 5, 6, 7], key: RandomKey(1))
    let conv = Conv3d(4, 2, kernel: [1, 2, 3], stride: [1, 2, 1], padding: [0, 1, 1])
    let expected = convolution(
      x, conv.weight.value, bias: conv.bias?.value, stride: [1, 2, 1], padding: [0, 1, 1])
    #expect(conv(x).floats == expected.floats)
    let up = ConvTranspose3d(4, 3, kernel: 2, stride: 2, outputPadding: [1, 0, 1], dilation: 2)
    let grown = transposedConvolution(
      x, up.weight.value, bias: up.bias?.value, stride: 2, outputPadding: [1, 0, 1], dilation: 2)
    #expect(up(x).floats == grown.floats)
    #expect(MaxPool3d(2, padding: 1)(x).floats == x.maxPool(2, padding: 1).floats)
    #expect(
      AvgPool3d([2, 3, 2], stride: 1, countingPadding: false)(x).floats
        == x.averagePool([2, 3, 2], stride: 1).floats)
    #expect(AdaptiveAvgPool3d([2, 1, 3])(x).floats == x.adaptiveAveragePool(to: [2, 1, 3]).floats)
  }

  @Test func wrongLayersAreRefused() {
    let x = Tensor.zeros([1, 4, 8, 8])
    let calls: [(String, () -> Tensor)] = [
      ("a kernel needs one size", { Conv2d(4, 4, kernel: [3])(x) }),
      ("stride and dilation need", { Conv2d(4, 4, kernel: 3, stride: [1])(x) }),
      ("3 groups do not divide", { Conv2d(4, 4, kernel: 3, groups: 3)(x) }),
      ("0 groups do not divide", { Conv2d(4, 4, kernel: 3, groups: 0)(x) }),
      ("of rank 3, 4 or 5", { Conv1d(4, 4, kernel: 3)(x) }),
      ("size and padding need", { MaxPool3d(2)(x) }),
    ]
    for (text, call) in calls {
      var found = "nothing"
      do throws(GraphError) { try checked { _ = call() } } catch { found = error.description }
      #expect(found.contains(text))
    }
  }
}

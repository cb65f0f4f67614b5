import Adjoint
import Testing

/// Every Swift line of the migration page stands here, so that it compiles and runs.
@Suite struct MigrationTests {
  @Test func everyLineOfThePageIsCompiled() throws {
    let source = try projectText("Tests/Docs/MigrationTests.swift")
    let rows = try projectText("docs/from-pytorch.md").split(separator: "\n")
      .filter { $0.hasPrefix("| `") }
    #expect(rows.count >= 25)
    for row in rows {
      let code = row.split(separator: "|")[1].drop { $0 != "`" }.dropFirst()
      let line = String(code.prefix { $0 != "`" })
      #expect(source.contains("    " + line + "\n"), "not compiled: \(line)")
    }
  }

  @Test func tensors() {
    let x = Tensor([1.0, 2.0])
    let m = Tensor.normal([2, 3], key: RandomKey(0))
    let z = Tensor.zeros([2, 3], .float64)
    let y = x * 2 + 1
    let p = matmul(m, m, transposingB: true)
    let r = relu(m)
    let s = m.sum([1], keepingDimensions: true)
    let f = m.reshaped([3, -1])
    let t = m.transposed([1, 0])
    let d = m.cast(to: .float64)
    let h = select(m > 0, m, z)
    let c = m.detached
    let v = y.floats
    #expect(v == [3, 5])
    #expect([p.shape, s.shape, f.shape, t.shape] == [[2, 2], [2, 1], [3, 2], [3, 2]])
    #expect(d.element == .float64 && c.floats == m.floats && r.doubles == h.doubles)
  }

  @Test func parts() {
    let m = Tensor([[1.0, -2, 3], [4, 5, -6]])
    let i = Tensor([1, 0])
    let j = Tensor([[0, 2], [1, 1]])
    let joined = concatenated([m, m], axis: 1)
    let stack = stacked([m, m])
    let chosen = m.gather(i)
    let parts = [m[0, 1...], m[..., 0], m[[1, 0]]]
    let picked = m.taken(along: 1, j)
    let added = m.adding([TensorIndex(i)], m)
    let filled = select(m > 0, 0, m)
    let positive = m[m > 0]
    let best = m.argmax(1)
    let (top, places) = m.topK(2)
    let ordered = m.sorted(descending: true)
    let chances = [m.softmax(), m.logSoftmax()]
    let facts = [m.mean(0), m.standardDeviation(0, correction: 1), m.norm()]
    let running = m.cumulativeSum(1)
    let products = einsum("ij,kj->ik", m, m)
    let hot = i.oneHot(3)
    let framed = m.unsqueezed(0).squeezed()
    let bits = [m % 2, ~i, i << 1]
    #expect(joined.shape == [2, 6] && stack.shape == [2, 2, 3] && chosen[0].floats == [4, 5, -6])
    #expect(parts.map { $0.shape } == [[2], [2], [2, 3]] && picked.floats == [1, 3, 5, 5])
    #expect(added.floats == [5, 3, -3, 5, 3, -3] && filled.floats == [0, -2, 0, 0, 0, -6])
    #expect(positive.floats == [1, 3, 4, 5] && best.integers == [2, 1])
    #expect(top.floats == [3, 1, 5, 4] && places.integers == [2, 0, 1, 0])
    #expect(ordered.floats == [3, 1, -2, 5, 4, -6] && running.floats == [1, -1, 2, 4, 9, 3])
    #expect(abs(chances[0].sum().item - 2) < 1e-6 && facts[0].floats == [2.5, 1.5, -1.5])
    #expect(products.floats == [14, -24, -24, 77] && hot.floats == [0, 1, 0, 1, 0, 0])
    #expect(framed.shape == [2, 3] && bits[0].floats == [1, 0, 1, 0, 1, 0])
    #expect(bits[1].integers == [-2, -1] && bits[2].integers == [2, 0])
  }

  @Test func images() {
    let x = Tensor((0..<16).map { Float($0) }, shape: [1, 1, 4, 4])
    let pooled = x.maxPool2d(2)
    let averaged = x.averagePool(2)
    let global = x.globalAveragePool()
    let larger = x.interpolated(scale: 2, mode: .linear)
    #expect(pooled.floats == [5, 7, 13, 15] && averaged.floats == [2.5, 4.5, 10.5, 12.5])
    #expect(global.floats == [7.5] && larger.shape == [1, 1, 8, 8])
  }

  @Test func functions() {
    let m = Tensor.normal([2, 3], key: RandomKey(0))
    let (words, table) = (Tensor([0, 2, 2, 1]), Tensor.normal([3, 5], key: RandomKey(1)))
    let l = layerNorm(m)
    let e = embedding(words, table)
    let o = scaledDotProductAttention(e, e, e, causal: true)
    let u = dropout(m, probability: 0.1, key: RandomKey(2))
    #expect([l.shape, e.shape, o.shape, u.shape] == [[2, 3], [4, 5], [4, 5], [2, 3]])
  }

  @Test func training() {
    let layer = Linear(3, 4)
    let conv = Conv2d(1, 6, kernel: 5, padding: 2)
    #expect(layer.weight.value.shape == [4, 3] && conv.weight.value.shape == [6, 1, 5, 5])
    let net = MLP([3, 8, 2])
    let images = Tensor.normal([4, 3], key: RandomKey(1))
    let labels = Tensor([0, 1, 1, 0])
    let logits = net(images)
    let loss = crossEntropy(logits, labels)
    let n = loss.item
    let sgd = SGD(net, learningRate: 0.1, momentum: 0.9)
    let adam = Adam(net, learningRate: 1e-3, weightDecay: 0.01)
    let step = sgd.step { crossEntropy(net(images), labels) }
    #expect(abs(step.item - n) < 1e-6)
    #expect(adam.parameters.count == 4)
  }

  @Test func derivatives() {
    let x = Tensor([1.0, 2.0])
    let m = Tensor.normal([2, 3], key: RandomKey(0))
    let w = Tensor.normal([3], key: RandomKey(1))
    let q = (w * w).sum()
    let g = gradient(of: q, withRespectTo: w)
    let s = gradient(of: { ($0 * $0).sum() }, at: x)
    let vj = vectorJacobian(of: { sin($0) }, at: x, along: x)
    let jv = valueAndDerivative(of: { sin($0) }, at: x, along: x)
    #expect(s.floats == [2, 4] && vj.shape == [2] && jv.derivative.floats == vj.floats)
    let j = jacobian(of: { sin($0) }, at: x)
    let k = hessian(of: { exp($0).sum() }, at: x)
    let b = vmap({ $0.sum() }, m)
    let a = recomputed(m) { relu($0) * $0 }
    #expect(g.floats == w.floats.map { 2 * $0 })
    #expect([j.shape, k.shape, b.shape, a.shape] == [[2, 2], [2, 2], [2], [2, 3]])
  }
}

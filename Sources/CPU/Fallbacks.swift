import AdjointGraph
import AdjointRuntime

extension CPUDevice {
  /// The operations that this engine leaves to the plain kernels when it computes these tensors.
  package func fallbacks(_ tensors: [Tensor]) throws(GraphError) -> [String] {
    try GraphLock.withLock { () throws(GraphError) in
      let walk = Walk.take()
      defer { walk.giveBack() }
      let roots = tensors.map { $0.node }
      walk.order(roots: roots, stoppingAtValues: true)
      var compiler = CPUCompiler(
        self,
        Program(walk, roots: roots) {
          runsWhole($0, $1)
        } takesNarrow: {
          self.takesNarrow($0, $1, $2)
        })
      _ = try compiler.compile(reuse: tensors.map { _ in -1 })
      return compiler.fallbacks
    }
  }
}

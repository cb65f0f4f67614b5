import Adjoint
import AdjointGraph
import AdjointReference
import AdjointRuntime
import Testing

/// One structure, one plan: what changes from step to step is an operand.
@Suite struct PlanTests {
  @Test func aThousandChangingStepsAreOnePlan() {
    alone {
      Engine.removePlans()
      let data = Tensor.normal([640, 20], key: RandomKey(1))
      let labels = Tensor((0..<640).map { $0 % 3 })
      let net = MLP([20, 16, 3])
      let optimizer = Adam(net, weightDecay: 0.01)
      optimizer.schedule = { 1e-3 * 0.5 * (1 + ScalarMath.cos(.pi * Double($0) / 1000)) }
      var losses: [Double] = []
      let before = Engine.statistics.plans
      for step in 0..<1000 {
        let start = step * 32 % 640
        let loss = optimizer.step {
          crossEntropy(
            net(data.slice(start: start, length: 32)), labels.slice(start: start, length: 32))
        }
        losses.append(loss.item)
      }
      #expect(Engine.statistics.plans - before == 1)
      #expect(losses.allSatisfy { $0.isFinite })
      #expect(Set(losses.prefix(20)).count == 20, "different batches have different losses")
    }
  }

  @Test func tenBatchSizesAreTenPlans() {
    alone {
      Engine.removePlans()
      let net = MLP([20, 16, 3])
      let optimizer = Adam(net)
      let (before, costBefore) = (Engine.statistics.plans, PlanningCost.soFar)
      for _ in 0..<3 {
        for size in 1...10 {
          let labels = Tensor((0..<size).map { $0 % 3 })
          optimizer.step {
            crossEntropy(net(Tensor.normal([size, 20], key: RandomKey(size))), labels)
          }
        }
        #expect(Engine.statistics.plans - before == 10)
      }
      let cost = PlanningCost.soFar.since(costBefore)
      #expect(cost.nodes > 10 * 20 && cost.kernels >= 10 && cost.seconds >= cost.librarySeconds)
    }
  }

  @Test func whatIsEvaluatedAtOnceCostsAsMuchAsThereIsOfIt() throws {
    try alone {
      let x = Tensor([1, 2])
      func seconds(_ count: Int) throws -> Double {
        var best = Duration.seconds(1000)
        for _ in 0..<4 {
          let tensors = (0..<count).map { _ in x + 1 }
          let time = try ContinuousClock().measure { try Engine.evaluate(tensors + tensors) }
          best = Swift.min(best, time)
          #expect(tensors[count - 1].doubles == [2, 3])
        }
        return best / .seconds(1)
      }
      // 32 times as many, and a search through all of them for each would take 1000 times as long.
      let (few, many) = (try seconds(2000), try seconds(64_000))
      #expect(many < 250 * few)
    }
  }

  @Test func aParameterThatIsWrittenInPlaceKeepsItsNode() {
    alone {
      let net = Linear(3, 2)
      let optimizer = SGD(net, learningRate: 0.1)
      let x = Tensor.normal([4, 3], key: RandomKey(1))
      optimizer.step { net(x).sum() }
      let node = ObjectIdentifier(net.weight.node)
      let values = net.weight.value.floats
      optimizer.step { net(x).sum() }
      #expect(ObjectIdentifier(net.weight.node) == node && net.weight.value.floats != values)
      // Who holds the old value keeps it.
      let held = net.weight.value
      let old = held.floats
      optimizer.step { net(x).sum() }
      #expect(ObjectIdentifier(net.weight.node) != node && held.floats == old)
    }
  }

  @Test func sliceAndScalarsTakeEffect() {
    alone {
      let data = Tensor((0..<10).map { Double($0) })
      let values = (0..<8).map { start in
        (data.slice(start: start, length: 2) * Double(start)).sum().item
      }
      let expected = (0..<8).map { (start: Int) -> Double in Double((2 * start + 1) * start) }
      #expect(values == expected)
    }
  }

  @Test func sameAndDifferentLeavesAreTwoPlans() {
    alone {
      Engine.removePlans()
      let x = Tensor([1.0, 2, 3], .float64)
      let y = Tensor([4.0, 5, 6], .float64)
      let before = Engine.statistics.plans
      #expect((x * x).doubles == [1, 4, 9])
      #expect((x * y).doubles == [4, 10, 18])
      #expect((y * y).doubles == [16, 25, 36])
      #expect(Engine.statistics.plans - before == 2)
    }
  }

  @Test func aForcedCollisionIsCaught() {
    alone {
      let compared = Engine.comparesStructures
      defer {
        Engine.comparesStructures = compared
        StructureKey.keptBits = .max
        Engine.removePlans()
      }
      let x = Tensor([1.0, 2, 3], .float64)
      let y = Tensor([4.0, 5, 6], .float64)
      StructureKey.keptBits = 0
      Engine.removePlans()
      Engine.comparesStructures = true
      let before = Engine.statistics.collisions
      #expect((x + y).doubles == [5, 7, 9])
      #expect((x * y).doubles == [4, 10, 18])
      #expect((x * x).doubles == [1, 4, 9])
      #expect(Engine.statistics.collisions - before == 2)
      // The collision is a real one: without comparing, the wrong plan would run.
      Engine.removePlans()
      Engine.comparesStructures = false
      #expect((x + y).doubles == [5, 7, 9])
      #expect((x * y).doubles == [5, 7, 9])
    }
  }

  @Test func debugBuildsCompareStructures() {
    #if DEBUG
      #expect(Engine.comparesStructures)
    #else
      #expect(!Engine.comparesStructures)
    #endif
  }

  @Test func theCacheIsBounded() {
    alone(on: ReferenceDevice.shared) {
      Engine.removePlans()
      for count in 1...1200 { _ = (Tensor.zeros([count]) + 1).evaluated() }
      #expect(Engine.cachedPlans <= 512)
      #expect((Tensor.zeros([1]) + 1).floats == [1])
      Engine.removePlans()
    }
  }

  @Test func equalComputationsAreOneValueAndLeavesAreEqualByIdentityOnly() {
    alone {
      let x = Tensor([1.0, 2], .float64)
      let y = Tensor([1.0, 2], .float64)
      #expect((exp(x) + exp(x) - exp(y) * 2).doubles == [0, 0])
    }
  }
}

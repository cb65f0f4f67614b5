// swift-format-ignore-file
// The README's example, line by line, so that it compiles and trains.
import Adjoint

struct Net: Module {
    let conv1 = Conv2d(1, 6, kernel: 3), conv2 = Conv2d(6, 16, kernel: 3)
    let fc1 = Linear(16 * 6 * 6, 120), fc2 = Linear(120, 84), fc3 = Linear(84, 10)

    func forward(_ x: Tensor) -> Tensor {
        var x = relu(conv1(x)).maxPool2d(2)
        x = relu(conv2(x)).maxPool2d(2).flattened(from: 1)
        return fc3(relu(fc2(relu(fc1(x)))))
    }
}

func readmeExample(print: (Double) -> Void) {
    let batches = (0..<100).map { step in
        (Tensor.normal([64, 1, 32, 32], key: RandomKey(step)), Tensor((0..<64).map { $0 % 10 }))
    }
    let net = Net()
    let optimizer = SGD(net, learningRate: 0.01)
    for (images, labels) in batches {
        let loss = optimizer.step { crossEntropy(net(images), labels) }
        print(loss.item)
    }
}

"""The workloads in PyTorch: as it is, with images channels-last, and compiled."""

import measuring

given = measuring.arguments(("torch", "torch-cl", "torch-compile"))

import torch
import torch.nn.functional as F
from torch import nn

from torch_networks import LeNet


class ResidualBlock(nn.Module):
    def __init__(self, channels, results, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, results, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(results)
        self.conv2 = nn.Conv2d(results, results, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(results)
        self.shortcut = nn.Identity()
        if stride != 1 or channels != results:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, results, 1, stride, bias=False), nn.BatchNorm2d(results)
            )

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        sizes = [16] * 4 + [32] * 3 + [64] * 3
        self.blocks = nn.Sequential(
            *[ResidualBlock(a, b, 1 if a == b else 2) for a, b in zip(sizes, sizes[1:])]
        )
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        return self.fc(self.blocks(F.relu(self.norm(self.conv(x)))).mean((2, 3)))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.qkv, self.out = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2, self.up, self.down = nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self, vocabulary=65, context=128, width=128, heads=4, depth=4):
        super().__init__()
        self.token, self.position = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*[TransformerBlock(width, heads) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary)

    def forward(self, x):
        x = self.token(x) + self.position(torch.arange(x.shape[1]))
        return self.head(self.norm(self.blocks(x)))


def dense(sizes, activation):
    layers = [nn.Linear(sizes[0], sizes[1])]
    for a, b in zip(sizes[1:], sizes[2:]):
        layers += [activation(), nn.Linear(a, b)]
    return nn.Sequential(*layers)


def cross_entropy(scores, targets):
    return F.cross_entropy(scores.flatten(0, -2), targets.flatten())


def classified(*shape):
    return lambda: (torch.randn(*shape), torch.randint(10, shape[:1]))


def numbers(rows, inputs, outputs):
    return lambda: (torch.randn(rows, inputs), torch.randn(rows, outputs))


def workload():
    """The network, what makes a batch, the loss, and the optimizer."""
    optim = torch.optim
    # One kernel for all of an update, which the compiler makes itself.
    fused = given.framework != "torch-compile"
    match given.workload:
        case "tiny":
            net = dense([2, 4, 2, 1], nn.Tanh)
            return net, numbers(10, 2, 1), F.mse_loss, optim.SGD(net.parameters(), 0.03, fused=fused)
        case "mlp":
            net = dense([784, 128, 10], nn.ReLU)
            return net, classified(64, 784), cross_entropy, optim.Adam(net.parameters(), 1e-3, fused=fused)
        case "mlp-wide":
            net = dense([784, 1024, 1024, 10], nn.ReLU)
            return net, classified(256, 784), cross_entropy, optim.Adam(net.parameters(), 1e-3, fused=fused)
        case "lenet":
            net = LeNet()
            optimizer = optim.SGD(net.parameters(), 0.01, momentum=0.9, fused=fused)
            return net, classified(64, 1, 28, 28), cross_entropy, optimizer
        case "resnet20":
            net = ResNet20()
            optimizer = optim.SGD(net.parameters(), 0.1, momentum=0.9, weight_decay=1e-4, fused=fused)
            return net, classified(64, 3, 32, 32), cross_entropy, optimizer
        case "gpt":
            net = GPT()
            tokens = lambda: torch.randint(65, (16, 128))
            optimizer = optim.AdamW(net.parameters(), 1e-3, fused=fused)
            return net, lambda: (tokens(), tokens()), cross_entropy, optimizer
        case "dense":
            net = dense([given.width] * (given.depth + 1), nn.Tanh)
            make = numbers(given.batch, given.width, given.width)
            return net, make, F.mse_loss, optim.SGD(net.parameters(), 0.01, fused=fused)


def main():
    torch.manual_seed(0)
    net, make, loss, optimizer = workload()
    batches = measuring.Rotation(make)
    if given.framework == "torch-cl" and given.workload in ("lenet", "resnet20"):
        net = net.to(memory_format=torch.channels_last)

        def last():
            x, y = make()
            return x.to(memory_format=torch.channels_last), y

        batches = measuring.Rotation(last)

    def objective(x, y):
        return loss(net(x), y)

    update = optimizer.step
    if given.framework == "torch-compile":
        objective, update = torch.compile(objective), torch.compile(optimizer.step)

    def step(number):
        x, y = batches[number]
        optimizer.zero_grad()
        objective(x, y).backward()
        update()

    measuring.report(given, step)


main()

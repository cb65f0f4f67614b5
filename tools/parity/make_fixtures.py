"""Makes Tests/Fixtures/trajectories.json: what PyTorch computes in float64 when it trains small networks.

Needs torch. Weights and data are in no file: both sides compute them with the same hash (`hashed`),
exactly. Tests/Parity does the same steps with Adjoint and compares.

    python tools/parity/make_fixtures.py
"""

import json
import math
from pathlib import Path

import networks
import torch
from torch import nn

STEPS = 50
BATCHES = 4
TARGET = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "trajectories.json"

# What is hashed, so that no two streams share a seed.
PARAMETER_SEED = 100
INPUT_SEED = 200
TARGET_SEED = 300

ADAM = {"kind": "adam", "learningRate": 1e-3, "momentum": 0.0, "weightDecay": 0.0, "schedule": "constant"}
ADAMW = {"kind": "adamw", "learningRate": 1e-3, "momentum": 0.0, "weightDecay": 0.01, "schedule": "cosine"}


def sgd(learning_rate):
    return {"kind": "sgd", "learningRate": learning_rate, "momentum": 0.9, "weightDecay": 0.0,
            "schedule": "constant"}


CASES = [
    {"name": "mlp", "network": "mlp", "sizes": [784, 128, 10], "activation": "relu",
     "inputShape": [64, 784], "loss": "crossEntropy", "optimizer": ADAM},
    {"name": "mlp-sgd", "network": "mlp", "sizes": [20, 16, 3], "activation": "tanh",
     "inputShape": [12, 20], "loss": "meanSquaredError", "optimizer": sgd(0.1)},
    {"name": "adamw", "network": "mlp", "sizes": [20, 32, 10], "activation": "relu",
     "inputShape": [12, 20], "loss": "crossEntropy", "optimizer": ADAMW},
    {"name": "lenet", "network": "lenet", "sizes": [400, 120, 84, 10], "activation": "relu",
     "inputShape": [16, 1, 28, 28], "loss": "crossEntropy", "optimizer": sgd(0.01)},
    # sizes: depth, width, classes
    {"name": "resnet20", "network": "resnet", "sizes": [20, 4, 10], "activation": "relu",
     "inputShape": [6, 3, 8, 8], "loss": "crossEntropy", "optimizer": sgd(0.01)},
    # sizes: vocabulary, width, hidden, layers
    {"name": "lstm", "network": "lstm", "sizes": [17, 8, 16, 2], "activation": "tanh",
     "inputShape": [6, 12], "loss": "crossEntropy", "optimizer": sgd(0.5)},
    # sizes: vocabulary, context, width, depth, heads
    {"name": "gpt", "network": "gpt", "sizes": [17, 16, 24, 2, 3], "activation": "gelu",
     "inputShape": [6, 12], "loss": "crossEntropy", "optimizer": ADAMW},
]


def hashed(count, seed):
    """`count` integers below 2^32; no product leaves 63 bits."""
    x = (torch.arange(count, dtype=torch.int64) + seed * 1000003) % 2**32
    for _ in range(2):
        x = ((x ^ (x >> 16)) * 0x45D9F3B) % 2**32
    return x ^ (x >> 16)


def uniform(shape, seed, scale):
    """Numbers in [-scale/2, scale/2): one rounding, that of the product with the scale."""
    values = hashed(math.prod(shape), seed).to(torch.float64) / 2**32 - 0.5
    return (values * scale).reshape(shape)


def make_network(case):
    sizes = case["sizes"]
    if case["network"] in ("resnet", "lstm", "gpt"):
        net = {"resnet": lambda: networks.resnet([(sizes[0] - 2) // 6] * 3, sizes[1], False, True, sizes[2]),
               "lstm": lambda: networks.CharLSTM(*sizes), "gpt": lambda: networks.GPT(*sizes)}[case["network"]]()
        set_parameters(net.double())
        return net
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[case["activation"]]
    layers = []
    if case["network"] == "lenet":
        layers += [nn.Conv2d(1, 6, 5, padding=2), activation(), nn.MaxPool2d(2)]
        layers += [nn.Conv2d(6, 16, 5), activation(), nn.MaxPool2d(2), nn.Flatten()]
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
    net = nn.Sequential(*layers[:-1]).double()
    set_parameters(net)
    return net


def set_parameters(net):
    """Uniform over ±1/√fanIn, where fanIn is the row length of the last parameter with more than one axis."""
    fan_in = 1
    for place, parameter in enumerate(net.parameters()):
        if parameter.dim() > 1:
            fan_in = parameter[0].numel()
        parameter.data = uniform(parameter.shape, PARAMETER_SEED + place, 2 / math.sqrt(fan_in))


def make_batch(case, index):
    """Inputs and targets; for a model of text tokens [N, T] and one target for each of them."""
    shape, seed = case["inputShape"], TARGET_SEED + index
    if case["network"] in ("lstm", "gpt"):
        count, vocabulary = math.prod(shape), case["sizes"][0]
        return (hashed(count, INPUT_SEED + index) % vocabulary).reshape(shape), hashed(count, seed) % vocabulary
    x = uniform(shape, INPUT_SEED + index, 2.0)
    outputs = case["sizes"][-1]
    if case["loss"] == "crossEntropy":
        return x, hashed(shape[0], seed) % outputs
    return x, uniform([shape[0], outputs], seed, 2.0)


def make_optimizer(settings, net):
    if settings["kind"] == "sgd":
        return torch.optim.SGD(net.parameters(), lr=settings["learningRate"], momentum=settings["momentum"])
    make = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[settings["kind"]]
    return make(net.parameters(), lr=settings["learningRate"], weight_decay=settings["weightDecay"])


def rate(settings, step):
    base = settings["learningRate"]
    if settings["schedule"] == "constant":
        return base
    return base * 0.5 * (1 + math.cos(math.pi * step / STEPS))


def moments(tensors):
    """The size, the sum and the sum of squares of every tensor, the sums correctly rounded."""
    lists = [tensor.detach().flatten().tolist() for tensor in tensors]
    return [{"count": len(v), "sum": math.fsum(v), "squares": math.fsum(x * x for x in v)} for v in lists]


def train(case):
    """The case with the losses, the first step's gradients and the last step's parameters."""
    net = make_network(case)
    batches = [make_batch(case, index) for index in range(BATCHES)]
    loss_of = {"crossEntropy": nn.CrossEntropyLoss(), "meanSquaredError": nn.MSELoss()}[case["loss"]]
    optimizer = make_optimizer(case["optimizer"], net)
    losses = []
    for step in range(STEPS):
        x, y = batches[step % BATCHES]
        optimizer.param_groups[0]["lr"] = rate(case["optimizer"], step)
        optimizer.zero_grad()
        prediction = net(x)
        loss = loss_of(prediction.flatten(0, -2), y) if prediction.dim() > 2 else loss_of(prediction, y)
        loss.backward()
        if step == 0:
            gradients = moments(parameter.grad for parameter in net.parameters())
        optimizer.step()
        losses.append(loss.item())
    return {**case, "losses": losses, "firstGradients": gradients, "parameters": moments(net.parameters()),
            "buffers": moments(b.double() for b in net.buffers())}


def text(value, indent=""):
    """JSON with one line for what is short, and 17 significant digits for every float."""
    if isinstance(value, float):
        return f"{value:.17g}"
    if not isinstance(value, (dict, list)):
        return json.dumps(value)
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {text(item, inner)}" for key, item in value.items()]
    else:
        parts = [text(item, inner) for item in value]
    start, end = "{}" if isinstance(value, dict) else "[]"
    line = start + ", ".join(parts) + end
    if len(line) <= 100 and "\n" not in line:
        return line
    return start + "\n" + ",\n".join(inner + part for part in parts) + "\n" + indent + end


def main():
    torch.set_num_threads(1)
    fixture = {"torch": torch.__version__.split("+")[0], "steps": STEPS, "batches": BATCHES,
               "cases": [train(case) for case in CASES]}
    TARGET.write_text(text(fixture) + "\n")
    for case in fixture["cases"]:
        print(f"{case['name']}: loss {case['losses'][0]:.6f} to {case['losses'][-1]:.6f}")


if __name__ == "__main__":
    main()

"""Makes Tests/Fixtures/values.json: what PyTorch computes in float64 for single operations, with gradients.

Needs torch. Inputs are in no file: both sides compute them with the hash of make_fixtures.py. For every result
and gradient the file holds its shape and four numbers: its sum, the sum of its squares, and two sums weighted by
hashed numbers, which tell one order of the elements from another. The gradient is that of the result's sum
weighted by hashed numbers.

    python tools/parity/make_values.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from make_fixtures import hashed, uniform

TARGET = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "values.json"
cases = []


def checksums(t):
    flat = t.detach().reshape(-1)
    weights = [uniform([flat.numel()], 900 + k, 2.0) for k in range(2)]
    return {"shape": list(t.shape), "sums": [float(flat.sum()), float((flat * flat).sum())]
            + [float((flat * w).sum()) for w in weights]}


def add(kind, shapes, function, parameters=(), scale=4.0, offset=0.0, integers=None):
    """One case: `function(inputs)`; `integers` adds a last input of class indices below a bound."""
    inputs = [(uniform(s, 500 + k, scale) + offset).requires_grad_() for k, s in enumerate(shapes)]
    indices = []
    if integers:
        shape, below = integers
        count = 1
        for size in shape:
            count *= size
        indices = [(hashed(count, 700) % below).reshape(shape)]
    result = function(*inputs, *indices)
    weights = uniform(list(result.shape), 800, 2.0)
    (result * weights).sum().backward()
    cases.append({"kind": kind, "shapes": [list(s) for s in shapes], "parameters": list(parameters),
                  "scale": scale, "offset": offset, "result": checksums(result),
                  "indices": [list(integers[0]), integers[1]] if integers else None,
                  "gradients": [checksums(x.grad) for x in inputs]})


SHAPES = [[7], [3, 4], [2, 3, 5], [2, 3, 4, 5], [64, 33]]
UNARY = {"exp": torch.exp, "tanh": torch.tanh, "relu": torch.relu, "sin": torch.sin, "cos": torch.cos,
         "negate": torch.neg, "square": torch.square}
POSITIVE = {"log": torch.log, "sqrt": torch.sqrt}
BINARY = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul}
PAIRS = [([3, 4], [3, 4]), ([3, 4], [4]), ([2, 1, 5], [3, 1]), ([1], [2, 3]), ([2, 3, 4, 5], [3, 1, 1])]


def pointwise():
    for name, f in UNARY.items():
        for shape in SHAPES:
            add(name, [shape], f)
    for name, f in POSITIVE.items():
        for shape in SHAPES:
            add(name, [shape], f, scale=2.0, offset=1.5)
    for name, f in BINARY.items():
        for a, b in PAIRS:
            add(name, [a, b], f)
    for a, b in PAIRS:
        add("divide", [a, b], torch.div, scale=2.0, offset=2.5)


def axes_of(rank):
    return [[i] for i in range(rank)] + [[0, rank - 1]] * (rank > 1) + [list(range(rank))]


def reductions():
    for shape in SHAPES:
        for axes in axes_of(len(shape)):
            for keep in (0, 1):
                add("sum", [shape], lambda x: x.sum(axes, keepdim=bool(keep)), axes + [keep])
            add("mean", [shape], lambda x: x.mean(axes), axes)
            add("max", [shape], lambda x: x.amax(axes), axes)


def products():
    for m, k, n in [(3, 4, 5), (1, 7, 2), (8, 1, 3), (17, 33, 9), (40, 60, 50)]:
        add("matmul", [[m, k], [k, n]], torch.matmul, [0, 0])
        add("matmul", [[k, m], [k, n]], lambda a, b: a.T @ b, [1, 0])
        add("matmul", [[m, k], [n, k]], lambda a, b: a @ b.T, [0, 1])
        add("matmul", [[k, m], [n, k]], lambda a, b: a.T @ b.T, [1, 1])
    for a, b in [([2, 3, 4], [2, 4, 5]), ([2, 3, 4], [4, 5]), ([3, 4], [2, 4, 5]), ([5, 1, 2, 3], [4, 3, 2])]:
        add("matmul", [a, b], torch.matmul, [0, 0])


def images():
    for n, c, o, h, w in [(2, 3, 4, 9, 8), (1, 1, 2, 12, 12), (3, 6, 16, 10, 10)]:
        for kernel in (1, 3, 5):
            for stride in (1, 2, 3):
                for padding in (0, 1, 2):
                    add("convolution", [[n, c, h, w], [o, c, kernel, kernel]],
                        lambda x, k: F.conv2d(x, k, stride=stride, padding=padding), [stride, padding])
    for n, c, h, w in [(2, 3, 8, 9), (1, 1, 6, 6), (2, 5, 13, 7)]:
        for size, stride, padding in [(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 1, 0), (3, 3, 0)]:
            add("maxPool", [[n, c, h, w]], lambda x: F.max_pool2d(x, size, stride, padding), [size, stride, padding])


def indexing():
    for shape in SHAPES[1:4]:
        for axis in range(len(shape)):
            add("gather", [shape], lambda x, i: torch.index_select(x, axis, i), [axis], integers=([6], shape[axis]))
            add("slice", [shape], lambda x: x.narrow(axis, 1, shape[axis] - 1), [axis, 1, shape[axis] - 1])
    for shape, order in [([3, 4], [1, 0]), ([2, 3, 5], [2, 0, 1]), ([2, 3, 4, 5], [0, 2, 3, 1]),
                         ([2, 3, 4, 5], [3, 1, 0, 2])]:
        add("transpose", [shape], lambda x: x.permute(order), order)
    for shape, target in [([3, 4], [2, 6]), ([2, 3, 4, 5], [6, 20]), ([7], [7, 1])]:
        add("reshape", [shape], lambda x: x.reshape(target), target)
    for shape, target in [([4], [3, 4]), ([3, 1], [3, 4]), ([2, 1, 5], [2, 3, 5])]:
        add("broadcast", [shape], lambda x: x.expand(target), target)


def losses():
    for rows, classes in [(1, 2), (4, 3), (16, 10), (7, 100), (64, 10)]:
        for scale in (1.0, 8.0, 60.0):
            add("crossEntropy", [[rows, classes]], F.cross_entropy, scale=scale, integers=([rows], classes))
    for shape in SHAPES:
        add("meanSquaredError", [shape, shape], F.mse_loss)


def write(target):
    """The cases so far as a file."""
    target.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n")
    print(len(cases), "cases,", target.stat().st_size, "bytes")


if __name__ == "__main__":
    for make in (pointwise, reductions, products, images, indexing, losses):
        make()
    write(TARGET)

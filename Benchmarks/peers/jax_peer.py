"""The workloads in JAX: a step is one function, compiled, its arguments donated."""

import measuring

given = measuring.arguments(("jax",))

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

random = np.random.default_rng(0)


def normal(*shape, scale=1.0):
    return jnp.array(random.standard_normal(shape, dtype=np.float32) * np.float32(scale))


def weight(*shape):
    return normal(*shape, scale=np.prod(shape[:-1]) ** -0.5)


def classes(count, *shape):
    return jnp.array(random.integers(0, count, shape))


def linear(inputs, outputs):
    return {"w": weight(inputs, outputs), "b": jnp.zeros(outputs)}


def linears(sizes):
    return [linear(a, b) for a, b in zip(sizes, sizes[1:])]


def apply(layer, x):
    return x @ layer["w"] + layer["b"]


def dense(layers, x, activation):
    for layer in layers[:-1]:
        x = activation(apply(layer, x))
    return apply(layers[-1], x)


def squared_error(y, target):
    return jnp.mean((y - target) ** 2)


def cross_entropy(scores, targets):
    return -jnp.mean(jnp.take_along_axis(nn.log_softmax(scores), targets[..., None], -1))


def convolution(x, kernel, stride=1, padding="SAME"):
    layout = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, kernel, (stride, stride), padding, dimension_numbers=layout)


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


# Every objective takes parameters, inputs and targets and returns the loss and the statistics of its batch norms.


def lenet(p, x, y):
    x = max_pool(nn.relu(convolution(x, p["conv1"]["w"]) + p["conv1"]["b"]))
    x = max_pool(nn.relu(convolution(x, p["conv2"]["w"], 1, "VALID") + p["conv2"]["b"]))
    return cross_entropy(dense(p["linears"], x.reshape(len(x), -1), nn.relu), y), []


def lenet_parameters():
    def kernels(size, channels, results):
        return {"w": weight(size, size, channels, results), "b": jnp.zeros(results)}

    return {"conv1": kernels(5, 1, 6), "conv2": kernels(5, 6, 16), "linears": linears([400, 120, 84, 10])}


RESNET_SIZES = [16] * 4 + [32] * 3 + [64] * 3


def normed_convolution(size, channels, results):
    return {"w": weight(size, size, channels, results), "scale": jnp.ones(results), "shift": jnp.zeros(results)}


def resnet_parameters():
    blocks = []
    for a, b in zip(RESNET_SIZES, RESNET_SIZES[1:]):
        block = {"first": normed_convolution(3, a, b), "second": normed_convolution(3, b, b)}
        if a != b:
            block["shortcut"] = normed_convolution(1, a, b)
        blocks.append(block)
    return {"stem": normed_convolution(3, 3, 16), "blocks": blocks, "head": linear(64, 10)}


def resnet(p, x, y):
    statistics = []

    def normed(layer, x, stride=1):
        x = convolution(x, layer["w"], stride)
        mean = x.mean((0, 1, 2))
        variance = ((x - mean) ** 2).mean((0, 1, 2))
        statistics.append((mean, variance))
        return (x - mean) * lax.rsqrt(variance + 1e-5) * layer["scale"] + layer["shift"]

    x = nn.relu(normed(p["stem"], x))
    for block in p["blocks"]:
        stride = 2 if "shortcut" in block else 1
        h = normed(block["second"], nn.relu(normed(block["first"], x, stride)))
        x = nn.relu(h + (normed(block["shortcut"], x, stride) if "shortcut" in block else x))
    return cross_entropy(apply(p["head"], x.mean((1, 2))), y), statistics


VOCABULARY, CONTEXT, WIDTH, HEADS, DEPTH = 65, 128, 128, 4, 4


def gpt_parameters():
    def norm():
        return {"scale": jnp.ones(WIDTH), "shift": jnp.zeros(WIDTH)}

    def block():
        return {
            "norm1": norm(), "qkv": linear(WIDTH, 3 * WIDTH), "out": linear(WIDTH, WIDTH),
            "norm2": norm(), "up": linear(WIDTH, 4 * WIDTH), "down": linear(4 * WIDTH, WIDTH),
        }  # fmt: skip

    return {
        "token": normal(VOCABULARY, WIDTH, scale=0.02), "position": normal(CONTEXT, WIDTH, scale=0.02),
        "blocks": [block() for _ in range(DEPTH)], "norm": norm(), "head": linear(WIDTH, VOCABULARY),
    }  # fmt: skip


def gpt(p, x, y):
    causal = jnp.tril(jnp.ones((CONTEXT, CONTEXT), bool))

    def normed(layer, x):
        mean = x.mean(-1, keepdims=True)
        variance = ((x - mean) ** 2).mean(-1, keepdims=True)
        return (x - mean) * lax.rsqrt(variance + 1e-5) * layer["scale"] + layer["shift"]

    def heads(x):
        return x.reshape(len(x), CONTEXT, HEADS, WIDTH // HEADS).transpose(0, 2, 1, 3)

    x = p["token"][x] + p["position"]
    for block in p["blocks"]:
        q, k, v = map(heads, jnp.split(apply(block["qkv"], normed(block["norm1"], x)), 3, -1))
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(WIDTH // HEADS)
        mixed = nn.softmax(jnp.where(causal, scores, -1e9)) @ v
        x = x + apply(block["out"], mixed.transpose(0, 2, 1, 3).reshape(x.shape))
        x = x + apply(block["down"], nn.gelu(apply(block["up"], normed(block["norm2"], x)), approximate=True))
    return cross_entropy(apply(p["head"], normed(p["norm"], x)), y), []


# Every optimizer is its state's beginning and an update of parameters, state and step by gradients.

tree = jax.tree.map


def sgd(rate, momentum=0.0, decay=0.0):
    def update(p, g, state, step):
        g = tree(lambda g, p: g + decay * p, g, p) if decay else g
        state = tree(lambda m, g: momentum * m + g, state, g) if momentum else state
        return tree(lambda p, m: p - rate * m, p, state if momentum else g), state

    return (lambda p: tree(jnp.zeros_like, p) if momentum else ()), update


def adam(rate, decay=0.0):
    def update(p, g, state, step):
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, state[0], g)
        v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, state[1], g)
        first, second = 1 - 0.9**step, 1 - 0.999**step

        def change(p, m, v):
            return p * (1 - rate * decay) - rate * (m / first) / (jnp.sqrt(v / second) + 1e-8)

        return tree(change, p, m, v), (m, v)

    return (lambda p: (tree(jnp.zeros_like, p), tree(jnp.zeros_like, p))), update


def classifier(sizes, rows):
    def loss(p, x, y):
        return cross_entropy(dense(p, x, nn.relu), y), []

    return linears(sizes), loss, adam(1e-3), lambda: (normal(rows, sizes[0]), classes(10, rows))


def regression(sizes, rows, rate):
    def loss(p, x, y):
        return squared_error(dense(p, x, jnp.tanh), y), []

    return linears(sizes), loss, sgd(rate), lambda: (normal(rows, sizes[0]), normal(rows, sizes[-1]))


def workload():
    """Parameters, objective, optimizer, and what makes a batch."""
    match given.workload:
        case "tiny":
            return regression([2, 4, 2, 1], 10, 0.03)
        case "mlp":
            return classifier([784, 128, 10], 64)
        case "mlp-wide":
            return classifier([784, 1024, 1024, 10], 256)
        case "lenet":
            make = lambda: (normal(64, 28, 28, 1), classes(10, 64))
            return lenet_parameters(), lenet, sgd(0.01, 0.9), make
        case "resnet20":
            make = lambda: (normal(64, 32, 32, 3), classes(10, 64))
            return resnet_parameters(), resnet, sgd(0.1, 0.9, 1e-4), make
        case "gpt":
            make = lambda: (classes(VOCABULARY, 16, CONTEXT), classes(VOCABULARY, 16, CONTEXT))
            return gpt_parameters(), gpt, adam(1e-3, 0.01), make
        case "dense":
            return regression([given.width] * (given.depth + 1), given.batch, 0.01)


def main():
    parameters, objective, (begin, change), make = workload()
    batches = measuring.Rotation(make)
    _, statistics = jax.eval_shape(objective, parameters, *batches[0])

    def whole_step(p, state, running, step, x, y):
        (loss, seen), g = jax.value_and_grad(objective, has_aux=True)(p, x, y)
        running = tree(lambda r, s: 0.9 * r + 0.1 * s, running, seen)
        p, state = change(p, g, state, step + 1)
        return p, state, running, step + 1, loss

    compiled = jax.jit(whole_step, donate_argnums=(0, 1, 2, 3))
    running = tree(lambda s: jnp.zeros(s.shape, s.dtype), statistics)
    held = [parameters, begin(parameters), running, jnp.float32(0)]

    def step(number):
        *held[:], loss = compiled(*held, *batches[number])
        jax.block_until_ready((held, loss))

    measuring.report(given, step)


main()

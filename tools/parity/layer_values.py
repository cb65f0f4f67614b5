"""Makes Tests/Fixtures/layer_values.json: what PyTorch's layers compute in float64, with all gradients.

Parameters and inputs are in no file: both sides compute them with the hash of make_fixtures.py. For every layer the
file holds the names of its state_dict, and checksums (see make_values.py) of the result, of the gradients of inputs
and parameters, and of what the layer keeps beside parameters after one pass in training mode.

    python tools/parity/layer_values.py
"""

import json
import math

import torch
import torch.nn.functional as F
from make_fixtures import hashed, uniform
from make_values import TARGET, checksums
from networks import VGG, GPT, Autoencoder, UNet, VariationalAutoencoder, ViT, resnet, residual_block
from torch import nn

torch.set_default_dtype(torch.float64)
cases = []


def fill(module):
    """Parameters and statistics from the hash; statistics are positive."""
    for place, parameter in enumerate(module.parameters()):
        parameter.data = uniform(list(parameter.shape), 1000 + place, 1.0)
    for place, buffer in enumerate(module.buffers()):
        if buffer.is_floating_point():
            buffer.copy_(uniform(list(buffer.shape), 2000 + place, 1.0) + 1.0)


def add(name, module, inputs, function=None, training=False, integers=None):
    """One case. `function(module, inputs)` gives the result; `integers` is a shape and a bound of a last input."""
    fill(module)
    xs = [uniform(shape, 500 + k, 2.0).requires_grad_() for k, shape in enumerate(inputs)]
    given = list(xs)
    if integers:
        shape, below = integers
        given.append((hashed(math.prod(shape), 700) % below).reshape(shape))
    module.train(training)
    result = (function or (lambda m, *x: m(*x)))(module, *given)
    results = list(result) if isinstance(result, tuple) else [result]
    sum((r * uniform(list(r.shape), 800 + k, 2.0)).sum() for k, r in enumerate(results)).backward()
    wanted = xs + [p for p in module.parameters()]
    cases.append({
        "name": name, "training": training, "inputs": [list(s) for s in inputs],
        "integers": [*integers] if integers else None,
        "names": list(module.state_dict().keys()),
        "results": [checksums(r) for r in results],
        "gradients": [checksums(x.grad if x.grad is not None else torch.zeros_like(x)) for x in wanted],
        "buffers": [checksums(b.double()) for b in module.buffers()],
    })


def plain():
    add("linear", nn.Linear(5, 3), [[4, 5]])
    add("linear-deep", nn.Linear(5, 3, bias=False), [[2, 3, 5]])
    add("bilinear", nn.Bilinear(4, 3, 5), [[2, 6, 4], [2, 6, 3]])
    add("conv1d", nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), [[2, 4, 9]])
    add("conv2d", nn.Conv2d(3, 4, (3, 2), dilation=(1, 2)), [[2, 3, 7, 6]])
    add("depthwise", nn.Conv2d(3, 6, 3, padding=1, groups=3), [[2, 3, 5, 5]])
    add("conv3d", nn.Conv3d(2, 3, 2), [[2, 2, 4, 3, 4]])
    add("convTranspose2d", nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1), [[2, 4, 3, 4]])
    add("embedding", nn.Embedding(7, 4), [], integers=([3, 5], 7))
    add("embedding-padding", nn.Embedding(7, 4, padding_idx=2), [], integers=([3, 5], 7))
    add("prelu", nn.PReLU(), [[3, 4, 5]])
    add("prelu-channels", nn.PReLU(4), [[3, 4, 5]])
    add("weightNorm", nn.utils.weight_norm(nn.Linear(5, 3)), [[4, 5]])
    add("weightNorm-conv", nn.utils.weight_norm(nn.Conv2d(2, 3, 3)), [[2, 2, 5, 5]])
    for training in (False, True):
        end = "-training" if training else ""
        add("spectralNorm" + end, nn.utils.spectral_norm(nn.Linear(5, 3)), [[4, 5]], training=training)
        add("spectralNorm-conv" + end, nn.utils.spectral_norm(nn.Conv2d(2, 3, 3)), [[2, 2, 5, 5]], training=training)
        add("spectralNorm-transposed" + end, nn.utils.spectral_norm(nn.ConvTranspose2d(2, 3, 3)), [[2, 2, 5, 5]],
            training=training)


def activations():
    layers = {"relu": nn.ReLU(), "relu6": nn.ReLU6(), "sigmoid": nn.Sigmoid(), "logSigmoid": nn.LogSigmoid(),
              "tanh": nn.Tanh(), "softplus": nn.Softplus(threshold=1000), "softsign": nn.Softsign(),
              "tanhShrink": nn.Tanhshrink(), "gelu": nn.GELU(), "geluTanh": nn.GELU(approximate="tanh"),
              "silu": nn.SiLU(), "mish": nn.Mish(), "selu": nn.SELU(), "hardTanh": nn.Hardtanh(),
              "hardSigmoid": nn.Identity(), "hardSwish": nn.Hardswish(), "leakyReLU": nn.LeakyReLU(),
              "elu": nn.ELU(), "celu": nn.CELU(), "softmax": nn.Softmax(-1), "logSoftmax": nn.LogSoftmax(-1),
              "identity": nn.Identity()}
    for name, layer in layers.items():
        # PyTorch's own hardSigmoid goes backwards by a sixth in float32.
        after = (lambda x: F.relu6(x + 3) / 6) if name == "hardSigmoid" else (lambda x: x)
        add("activation-" + name, layer, [[4, 9]], lambda m, x: after(m(4 * x)))


def norms():
    for training in (False, True):
        end = "-training" if training else ""
        add("batchNorm1d" + end, nn.BatchNorm1d(4), [[5, 4]], training=training)
        add("batchNorm2d" + end, nn.BatchNorm2d(3), [[2, 3, 4, 5]], training=training)
        add("batchNorm3d" + end, nn.BatchNorm3d(2, momentum=0.3, affine=False), [[2, 2, 3, 2, 2]], training=training)
        add("batchNorm-average" + end, nn.BatchNorm2d(3, momentum=None), [[2, 3, 4, 5]], training=training)
        add("batchNorm-untracked" + end, nn.BatchNorm2d(3, track_running_stats=False), [[2, 3, 4, 5]],
            training=training)
    add("layerNorm", nn.LayerNorm(6), [[2, 3, 6]])
    add("layerNorm-axes", nn.LayerNorm([3, 6], bias=False), [[2, 3, 6]])
    add("rmsNorm", nn.RMSNorm(6), [[2, 3, 6]])
    add("groupNorm", nn.GroupNorm(2, 6), [[2, 6, 3, 2]])
    add("instanceNorm", nn.InstanceNorm2d(3), [[2, 3, 4, 5]])
    add("instanceNorm-affine", nn.InstanceNorm1d(3, affine=True), [[2, 3, 7]])


def recurrent():
    def run(m, x):
        y, states = m(x)
        return (y, *(states if isinstance(states, tuple) else (states,)))

    def from_states(m, x, *states):
        y, ends = m(x, states if len(states) > 1 else states[0])
        return (y, *(ends if isinstance(ends, tuple) else (ends,)))

    for name, make, states in (("rnn", nn.RNN, 1), ("gru", nn.GRU, 1), ("lstm", nn.LSTM, 2)):
        add(name, make(4, 5, batch_first=True), [[3, 6, 4]], run)
        add(name + "-deep", make(4, 5, num_layers=2, bidirectional=True, batch_first=True), [[3, 6, 4]], run)
        add(name + "-states", make(4, 5, num_layers=2, bias=False, batch_first=True),
            [[3, 6, 4]] + [[2, 3, 5]] * states, from_states)
    add("rnn-relu", nn.RNN(4, 5, nonlinearity="relu", batch_first=True), [[3, 6, 4]], run)


def rotate(x, interleaved):
    """x [..., T, D] with pairs turned by the place times 10000^(-2i/D)."""
    places, width = x.shape[-2:]
    angle = torch.arange(places)[:, None] * 10000.0 ** (-torch.arange(0, width, 2) / width)
    c, s = torch.cos(angle), torch.sin(angle)
    if interleaved:
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * c - b * s, b * c + a * s], -1).flatten(-2)
    a, b = x.chunk(2, -1)
    return torch.cat([a * c - b * s, b * c + a * s], -1)


class GroupedAttention(nn.Module):
    """Attention with fewer heads of keys and values, and rotary positions."""

    def __init__(self, width, heads, key_heads, rotary):
        super().__init__()
        self.heads, self.key_heads, self.rotary = heads, key_heads, rotary
        rows = width + 2 * width // heads * key_heads
        self.in_proj_weight = nn.Parameter(torch.empty(rows, width))
        self.in_proj_bias = nn.Parameter(torch.empty(rows))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x):
        n, t, e = x.shape
        d = e // self.heads
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).split(
            [e, d * self.key_heads, d * self.key_heads], -1)
        q, k, v = (y.view(n, t, -1, d).transpose(1, 2) for y in (q, k, v))
        if self.rotary:
            q, k = rotate(q, False), rotate(k, False)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return self.out_proj(y.transpose(1, 2).reshape(n, t, e))


def attention():
    make = lambda **more: nn.MultiheadAttention(8, 2, batch_first=True, **more)
    causal = torch.ones(5, 5, dtype=torch.bool).triu(1)
    add("attention", make(), [[2, 5, 8]], lambda m, x: m(x, x, x, need_weights=False)[0])
    add("attention-bare", make(bias=False), [[2, 5, 8]], lambda m, x: m(x, x, x, need_weights=False)[0])
    add("attention-causal", make(), [[2, 5, 8]],
        lambda m, x: m(x, x, x, attn_mask=causal, need_weights=False)[0])
    add("attention-cross", make(), [[2, 5, 8], [2, 3, 8], [2, 3, 8]],
        lambda m, q, k, v: m(q, k, v, need_weights=False)[0])
    add("attention-grouped", GroupedAttention(8, 4, 2, False), [[2, 5, 8]])
    add("attention-rotary", GroupedAttention(8, 4, 2, True), [[2, 5, 8]])
    add("rotary", nn.Identity(), [[2, 3, 5, 8]], lambda m, x: rotate(x, False))
    add("rotary-interleaved", nn.Identity(), [[2, 3, 5, 8]], lambda m, x: rotate(x, True))
    for first in (False, True):
        end = "-normFirst" if first else ""
        add("encoderLayer" + end,
            nn.TransformerEncoderLayer(8, 2, 12, dropout=0, batch_first=True, norm_first=first), [[2, 5, 8]],
            training=True)
        add("encoderLayer-gelu-causal" + end,
            nn.TransformerEncoderLayer(8, 2, 12, dropout=0, activation="gelu", batch_first=True, norm_first=first),
            [[2, 5, 8]], lambda m, x: m(x, src_mask=causal), training=True)
        add("decoderLayer" + end,
            nn.TransformerDecoderLayer(8, 2, 12, dropout=0, batch_first=True, norm_first=first),
            [[2, 5, 8], [2, 3, 8]], lambda m, x, y: m(x, y, tgt_mask=causal), training=True)


def models():
    for training in (False, True):
        end = "-training" if training else ""
        add("residualBlock" + end, residual_block(4, 6, 2, False), [[2, 4, 6, 6]], training=training)
        add("bottleneck" + end, residual_block(4, 2, 1, True), [[2, 4, 6, 6]], training=training)
        add("resnet8" + end, resnet([1, 1, 1], 4, False, True, 3), [[2, 3, 16, 16]], training=training)
    add("resnet-large", resnet([1, 1, 1, 1], 4, True, False, 3), [[1, 3, 64, 64]])
    add("gpt", GPT(11, 8, 12, 2, 3), [], integers=([2, 6], 11))
    add("vit", ViT(8, 4, 12, 2, 3, 24, 5), [[2, 3, 8, 8]])
    add("vgg", VGG([1, 2], [4, 6], 7, 2, False, 5), [[2, 3, 16, 16]])
    for training in (False, True):
        end = "-training" if training else ""
        add("vgg-norm" + end, VGG([1, 2], [4, 6], 7, 2, True, 5), [[2, 3, 16, 16]], training=training)
        add("unet" + end, UNet(2, 3, 2, 2), [[2, 2, 8, 8]], training=training)
    add("autoencoder", Autoencoder([6, 5, 2]), [[4, 6]])
    add("vae-loss", VariationalAutoencoder([6, 5], 2), [[4, 6]], lambda m, x: m.loss(x))


for make in (plain, activations, norms, recurrent, attention, models):
    make()
target = TARGET.with_name("layer_values.json")
target.write_text(json.dumps({"torch": torch.__version__.split("+")[0], "cases": cases}, separators=(",", ":")) + "\n")
print(len(cases), "cases,", target.stat().st_size, "bytes")

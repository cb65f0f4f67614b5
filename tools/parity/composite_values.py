"""Makes Tests/Fixtures/composite_values.json: what PyTorch computes in float64 for normalisations, attention,
embeddings, recurrences and activations, with all gradients, in the format of make_values.py.

    python tools/parity/composite_values.py
"""

import make_values
import torch
import torch.nn.functional as F
from make_values import TARGET, add


def normalizations():
    for shape in ([4, 6], [2, 3, 5], [2, 3, 4, 5]):
        for last in range(1, len(shape)):
            own = shape[-last:]
            add("layerNorm", [shape], lambda x: F.layer_norm(x, own), [last])
            add("layerNorm", [shape, own], lambda x, w: F.layer_norm(x, own, w), [last])
            add("layerNorm", [shape, own, own], lambda x, w, b: F.layer_norm(x, own, w, b), [last])
            add("rmsNorm", [shape, own], lambda x, w: F.rms_norm(x, own, w), [last])
            add("rmsNorm", [shape], lambda x: F.rms_norm(x, own), [last])
    for shape in ([3, 4], [2, 6, 5], [2, 6, 3, 4], [2, 4, 3, 2, 3]):
        channels = [shape[1]]
        for groups in (1, 2):
            add("groupNorm", [shape, channels, channels], lambda x, w, b: F.group_norm(x, groups, w, b), [groups])
        add("batchNorm", [shape, channels, channels],
            lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True))
        add("batchNorm", [shape], lambda x: F.batch_norm(x, None, None, training=True))
        add("runningStatistics", [shape], running_statistics)
        add("batchNormInference", [shape] + [channels] * 4,
            inferred, scale=2.0, offset=1.5)
        if len(shape) > 2:
            add("instanceNorm", [shape, channels, channels], lambda x, w, b: F.instance_norm(x, weight=w, bias=b))


def inferred(x, m, v, w, b):
    """PyTorch gives the statistics no gradient; written out they have one."""
    m, v, w, b = (p.reshape([-1] + [1] * (x.dim() - 2)) for p in (m, v, w, b))
    result = (x - m) / torch.sqrt(v + 1e-5) * w + b
    flat = [p.detach().reshape(-1) for p in (m, v, w, b)]
    assert torch.allclose(result, F.batch_norm(x.detach(), *flat), rtol=1e-14, atol=1e-14)
    return result


def running_statistics(x):
    """What the running statistics become when nothing of the old ones is kept."""
    mean, variance = (torch.zeros(x.shape[1], dtype=x.dtype) for _ in range(2))
    F.batch_norm(x.detach(), mean, variance, training=True, momentum=1.0)
    return torch.stack([mean, variance]) + 0 * x.sum()


def attention():
    shapes = [([5, 4], [6, 4], [6, 3]), ([2, 5, 4], [2, 5, 4], [2, 5, 4]), ([2, 3, 4, 8], [2, 3, 7, 8], [2, 3, 7, 5])]
    for q, k, v in shapes:
        scores = q[:-1] + [k[-2]]
        attend = F.scaled_dot_product_attention
        add("attention", [q, k, v], lambda q, k, v: attend(q, k, v), [0])
        add("attention", [q, k, v], lambda q, k, v: attend(q, k, v, is_causal=True), [1])
        add("attention", [q, k, v], lambda q, k, v: attend(q, k, v, scale=0.3), [0, 3])
        add("maskedAttention", [q, k, v], lambda q, k, v, i: attend(q, k, v, attn_mask=i > 0),
            integers=(scores, 3))
        add("biasedAttention", [q, k, v, scores], lambda q, k, v, m: attend(q, k, v, attn_mask=m))
    add("maskedAttention", [[2, 3, 4], [2, 4, 4], [2, 4, 2]],
        lambda q, k, v, i: attend(q, k, v, attn_mask=i > 0), integers=([3, 4], 2))
    for heads, shared in [(4, 2), (6, 2), (4, 1)]:
        add("attention", [[2, heads, 5, 4], [2, shared, 6, 4], [2, shared, 6, 3]],
            lambda q, k, v: attend(q, k, v, enable_gqa=True), [0])


def embeddings():
    for shape in ([7], [3, 4], [2, 2, 3]):
        add("embedding", [[6, 5]], lambda t, i: F.embedding(i, t), [-100], integers=(shape, 6))
        for padding in (2, -1):
            add("embedding", [[6, 5]], lambda t, i: F.embedding(i, t, padding_idx=padding), [padding],
                integers=(shape, 6))


def recurrences():
    for steps, batch, inputs, hidden in [(1, 2, 3, 4), (5, 2, 3, 4), (30, 3, 2, 5)]:
        for kind, gates, cell in [("rnn", 1, torch.rnn_tanh), ("gru", 3, torch.gru), ("lstm", 4, torch.lstm)]:
            x, h = [steps, batch, inputs], [1, batch, hidden]
            weights = [[gates * hidden, inputs], [gates * hidden, hidden], [gates * hidden], [gates * hidden]]

            def run(x, *rest):
                states = rest[:-4]
                start = tuple(states) if kind == "lstm" else states[0]
                found = cell(x, start, list(rest[-4:]), True, 1, 0.0, False, False, False)
                return torch.cat([found[0].reshape(-1)] + [state.reshape(-1) for state in found[1:]])

            add(kind, [x] + [h] * (2 if kind == "lstm" else 1) + weights, run, scale=2.0)


def activations():
    functions = {"gelu": F.gelu, "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish,
                 "softplus": F.softplus, "logSigmoid": F.logsigmoid, "elu": F.elu, "selu": F.selu, "celu": F.celu,
                 "hardSwish": F.hardswish}
    for name, f in functions.items():
        add(name, [[4, 9]], f, scale=16.0)
    for axis in (0, 1, 2):
        add("softmax", [[3, 4, 5]], lambda x: x.softmax(axis), [axis], scale=40.0)
        add("logSoftmax", [[3, 4, 5]], lambda x: x.log_softmax(axis), [axis], scale=40.0)
        add("logSumExp", [[3, 4, 5]], lambda x: x.logsumexp(axis), [axis], scale=40.0)
        for p in (1, 2, 3):
            add("norm", [[3, 4, 5]], lambda x: torch.linalg.vector_norm(x, p, axis), [p, axis])


for make in (normalizations, attention, embeddings, recurrences, activations):
    make()
make_values.write(TARGET.with_name("composite_values.json"))

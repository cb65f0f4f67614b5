"""Makes Tests/Fixtures/loss_values.json: losses and their gradients in float64, as PyTorch computes them.

    python tools/parity/loss_values.py
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from make_fixtures import hashed, uniform

TARGET = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "loss_values.json"
torch.set_default_dtype(torch.float64)
REDUCTIONS = ["mean", "sum", "none"]
CASES = []


def real(shape, seed, scale=4.0):
    return uniform(shape, seed, scale)


def whole(shape, seed, bound):
    return (hashed(math.prod(shape), seed) % bound).reshape(shape)


def add(name, inputs, loss):
    """Values of the loss and gradients with respect to the inputs of its elements' sum, each weighed by its place."""
    inputs = [x.clone().requires_grad_() for x in inputs]
    result = loss(*inputs)
    weights = 1 + torch.arange(result.numel(), dtype=torch.float64).reshape(result.shape)
    (result * weights).sum().backward()
    CASES.append({"name": name, "shape": list(result.shape), "values": texts(result),
                  "gradients": [texts(x.grad) for x in inputs]})


def texts(tensor):
    """Numbers; what JSON has no number for as text."""
    return [x if math.isfinite(x) else str(x) for x in tensor.detach().flatten().tolist()]


def regression(r):
    x, y = real([3, 4], 1), real([3, 4], 2)
    add(f"squared-{r}", [x, y], lambda a, b: F.mse_loss(a, b, reduction=r))
    add(f"absolute-{r}", [x, y], lambda a, b: F.l1_loss(a, b, reduction=r))
    add(f"huber-{r}", [x, y], lambda a, b: F.huber_loss(a, b, reduction=r, delta=0.7))
    add(f"smooth-{r}", [x, y], lambda a, b: F.smooth_l1_loss(a, b, reduction=r, beta=0.6))
    add(f"smooth-0-{r}", [x, y], lambda a, b: F.smooth_l1_loss(a, b, reduction=r, beta=0.0))
    p, q = real([3, 4], 3).log_softmax(1), real([3, 4], 4).softmax(1)
    q[1] = torch.tensor([0.0, 0.5, 0.5, 0.0])
    add(f"kl-{r}", [p], lambda a: F.kl_div(a, q, reduction=r))
    add(f"kl-logarithms-{r}", [p, real([3, 4], 4).log_softmax(1)],
        lambda a, b: F.kl_div(a, b, reduction=r, log_target=True))


def binary(r):
    x, y, w = real([3, 4], 5, 8.0), real([3, 4], 6, 1.0) + 0.5, real([4], 7, 1.0) + 1
    add(f"binary-{r}", [x, y], lambda a, b: F.binary_cross_entropy_with_logits(a, b, reduction=r))
    add(f"binary-weights-{r}", [x], lambda a: F.binary_cross_entropy_with_logits(
        a, y, weight=real([3, 4], 8, 1.0) + 1, pos_weight=w, reduction=r))
    truth = whole([3, 4], 9, 2).double()
    reduce = {"mean": torch.mean, "sum": torch.sum, "none": lambda v: v}[r]

    def focal(a, gamma, alpha):
        p = torch.sigmoid(a)
        losses = F.binary_cross_entropy_with_logits(a, truth, reduction="none")
        losses = losses * (1 - (p * truth + (1 - p) * (1 - truth))) ** gamma
        return reduce(losses if alpha is None else losses * (alpha * truth + (1 - alpha) * (1 - truth)))
    add(f"focal-{r}", [x], lambda a: focal(a, 2.0, 0.25))
    add(f"focal-1.5-{r}", [x], lambda a: focal(a, 1.5, None))
    signs = truth * 2 - 1
    add(f"hinge-{r}", [x], lambda a: reduce(F.relu(1 - signs * a)))
    add(f"hinge-squared-{r}", [x], lambda a: reduce(F.relu(0.5 - signs * a) ** 2))


def classes(r):
    x, y, w = real([5, 4], 10, 6.0), whole([5], 11, 4), real([4], 12, 1.0) + 1
    some = y.clone()
    some[1] = some[4] = -100
    soft = real([5, 4], 13).softmax(1)
    add(f"classes-{r}", [x], lambda a: F.cross_entropy(a, y, reduction=r))
    add(f"classes-weights-{r}", [x], lambda a: F.cross_entropy(a, y, w, reduction=r))
    add(f"classes-ignored-{r}", [x], lambda a: F.cross_entropy(a, some, reduction=r))
    add(f"classes-smoothing-{r}", [x], lambda a: F.cross_entropy(a, y, reduction=r, label_smoothing=0.2))
    add(f"classes-all-{r}", [x], lambda a: F.cross_entropy(a, some, w, reduction=r, label_smoothing=0.2))
    add(f"classes-soft-{r}", [x, soft], lambda a, b: F.cross_entropy(a, b, reduction=r))
    add(f"classes-soft-all-{r}", [x], lambda a: F.cross_entropy(a, soft, w, reduction=r, label_smoothing=0.3))
    add(f"likelihood-{r}", [x], lambda a: F.nll_loss(a, some, w, reduction=r))
    images, labels = real([2, 4, 3, 2], 14), whole([2, 3, 2], 15, 4)
    add(f"classes-images-{r}", [images], lambda a: F.cross_entropy(a, labels, w, reduction=r, label_smoothing=0.1))
    words, next_word = real([2, 3, 5], 16), whole([2, 3], 17, 5)
    add(f"classes-words-{r}", [words], lambda a: F.cross_entropy(a.movedim(-1, 1), next_word, reduction=r))
    add(f"classes-margin-{r}", [x], lambda a: F.multi_margin_loss(a, y, margin=1.5, weight=w, reduction=r))
    add(f"classes-margin-squared-{r}", [x], lambda a: F.multi_margin_loss(a, y, p=2, reduction=r))
    reduce = {"mean": torch.mean, "sum": torch.sum, "none": lambda v: v}[r]

    def focal(a):
        found = a.log_softmax(1).gather(1, y[:, None])[:, 0]
        return reduce(-((1 - found.exp()) ** 2) * found)
    add(f"classes-focal-{r}", [x], focal)


def pairs(r):
    a, b, c = real([4, 5], 18), real([4, 5], 19), real([4, 5], 20)
    signs = torch.tensor([1.0, -1.0, 1.0, -1.0])
    add(f"cosine-{r}", [a, b], lambda u, v: F.cosine_embedding_loss(u, v, signs, 0.1, reduction=r))
    add(f"cosine-margin-{r}", [a, -a * 0.3 + b], lambda u, v: F.cosine_embedding_loss(u, v, signs, -0.7, reduction=r))
    add(f"triplet-{r}", [a, b, c], lambda u, v, w: F.triplet_margin_loss(u, v, w, 1.5, reduction=r))
    add(f"triplet-swapped-{r}", [a, b, c],
        lambda u, v, w: F.triplet_margin_loss(u, v, w, 2.0, p=3, swap=True, reduction=r))
    reduce = {"mean": torch.mean, "sum": torch.sum, "none": lambda v: v}[r]
    together = (signs + 1) / 2

    def contrastive(u, v):
        d = (u - v).norm(dim=1)
        return reduce(0.5 * together * d**2 + 0.5 * (1 - together) * F.relu(5 - d) ** 2)
    add(f"contrastive-{r}", [a, b], contrastive)


def sequences(r):
    x, y = real([7, 5, 4], 21), whole([5, 3], 22, 3) + 1
    y[1] = torch.tensor([2, 2, 2])
    inputs, lengths = torch.tensor([7, 7, 5, 4, 6]), torch.tensor([3, 3, 2, 0, 1])
    add(f"ctc-{r}", [x], lambda a: F.ctc_loss(a.log_softmax(2), y, inputs, lengths, reduction=r))
    add(f"ctc-blank-{r}", [x], lambda a: F.ctc_loss(a.log_softmax(2), y - 1, inputs, lengths, blank=3, reduction=r))
    short = torch.tensor([7, 4, 5, 4, 6])
    add(f"ctc-infinity-{r}", [x],
        lambda a: F.ctc_loss(a.log_softmax(2), y, short, lengths, reduction=r, zero_infinity=True))


def edges():
    x = real([3, 4], 23)
    huge = torch.tensor([[1e4, -1e4, 0.0, 5.0], [-1e300, 1e300, 0.0, 1.0], [700.0, 710.0, -710.0, 0.0]])
    y = torch.tensor([1, 1, 2])
    none = torch.full([3], -100)
    for r in REDUCTIONS:
        add(f"all-ignored-{r}", [x], lambda a: F.cross_entropy(a, none, reduction=r))
        add(f"huge-{r}", [huge], lambda a: F.cross_entropy(a, y, reduction=r, label_smoothing=0.0))
        add(f"one-class-{r}", [real([3, 1], 24)], lambda a: F.cross_entropy(a, torch.zeros(3, dtype=torch.long),
                                                                           reduction=r))
        add(f"empty-{r}", [torch.zeros(0, 4)], lambda a: F.cross_entropy(a, torch.zeros(0, dtype=torch.long),
                                                                        reduction=r))
        add(f"empty-squared-{r}", [torch.zeros(0, 4)], lambda a: F.mse_loss(a, torch.zeros(0, 4), reduction=r))
        add(f"binary-huge-{r}", [huge], lambda a: F.binary_cross_entropy_with_logits(
            a, torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 1.0], [1.0, 0.0, 1.0, 0.5]]), reduction=r))


def main():
    for r in REDUCTIONS:
        for part in (regression, binary, classes, pairs, sequences):
            part(r)
    add("kl-batchMean", [real([3, 4], 3).log_softmax(1)],
        lambda a: F.kl_div(a, real([3, 4], 4).softmax(1), reduction="batchmean"))
    edges()
    TARGET.write_text(json.dumps({"cases": CASES}) + "\n")
    print(f"{TARGET.name}: {len(CASES)} cases")


if __name__ == "__main__":
    main()

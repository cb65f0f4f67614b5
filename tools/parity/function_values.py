"""Makes Tests/Fixtures/function_values.json: what PyTorch computes in float64 for the functions that
make_values.py leaves out: pointwise functions and activations, reductions, running reductions, shapes and
indices, products and factorizations; forward and gradient.

Needs torch. Tests/Parity/FunctionValueTests.swift does the same with Adjoint and compares.

    python tools/parity/function_values.py
"""

from pathlib import Path

import make_values
import torch
import torch.nn.functional as F

TARGET = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "function_values.json"


def add(kind, shapes, function, *rest, **more):
    """A case whose result hangs together with all inputs: what has no gradient has zeros."""
    make_values.add(kind, shapes, lambda *x: function(*x).double()
                    + sum((t * 0).sum() for t in x if t.is_floating_point()), *rest, **more)


UNARY = {
    "abs": torch.abs, "sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round,
    "trunc": torch.trunc, "expm1": torch.expm1, "atan": torch.atan, "sinh": torch.sinh, "cosh": torch.cosh,
    "asinh": torch.asinh, "erf": torch.erf, "sigmoid": torch.sigmoid, "softplus": lambda x: F.softplus(x, threshold=200),
    "tan": lambda x: torch.tan(x * 0.5), "reciprocal": torch.reciprocal, "exp2": torch.exp2,
    "logSigmoid": F.logsigmoid, "leakyReLU": lambda x: F.leaky_relu(x, 0.125), "elu": lambda x: F.elu(x, 1.5),
    "selu": F.selu, "celu": lambda x: F.celu(x, 2.0), "gelu": F.gelu,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish, "hardTanh": F.hardtanh,
    # In the gradient of F.hardsigmoid 1/6 is a float32.
    "relu6": lambda x: F.relu6(x * 4), "hardSigmoid": lambda x: (x * 2 + 3).clamp(0, 6) / 6,
    "hardSwish": lambda x: F.hardswish(x * 2), "clamp": lambda x: torch.clamp(x, -0.5, 1.25),
    "square": torch.square, "cube": lambda x: x ** 3, "inverseSquare": lambda x: x ** -2,
}
POSITIVE = {
    "log1p": torch.log1p, "log2": torch.log2, "log10": torch.log10, "rsqrt": torch.rsqrt,
    "cbrt": lambda x: x ** (1 / 3), "lgamma": torch.lgamma,
    # Without its gradient: PyTorch's trigamma is good to nine digits only.
    "digamma": lambda x: torch.digamma(x).detach(),
    "polygamma2": lambda x: torch.polygamma(2, x), "acosh": lambda x: torch.acosh(x + 1),
    "powScalar": lambda x: x ** 2.5, "scalarPow": lambda x: 2.5 ** x,
}
INSIDE = {"asin": torch.asin, "acos": torch.acos, "atanh": torch.atanh, "erfinv": torch.erfinv}
BINARY = {
    "maximum": torch.maximum, "minimum": torch.minimum, "atan2": torch.atan2, "hypot": torch.hypot,
    "prelu": lambda x, a: torch.where(x > 0, x, a * x),
    "select": lambda a, b: torch.where(a > b, a * 2, b * 3),
    "comparisons": lambda a, b: sum(f(a, b).double() * k for k, f in
                                    enumerate((torch.lt, torch.le, torch.gt, torch.ge, torch.eq, torch.ne), 1)),
    "truths": lambda a, b: sum(f(a > 0, b > 0).double() * k for k, f in
                               enumerate((torch.logical_and, torch.logical_or, torch.logical_xor), 1))
    + torch.logical_not(a > 0).double() * 10,
}
SHAPES = [[7], [2, 3, 5]]
PAIRS = [([3, 4], [4]), ([2, 1, 5], [3, 1])]


def pointwise():
    for name, f in UNARY.items():
        for shape in SHAPES:
            add(name, [shape], f)
    for name, f in POSITIVE.items():
        for shape in SHAPES:
            add(name, [shape], f, scale=2.0, offset=1.5)
    for name, f in INSIDE.items():
        for shape in SHAPES:
            add(name, [shape], f, scale=1.8)
    for a, b in PAIRS:
        for name, f in BINARY.items():
            add(name, [a, b], f)
        add("pow", [a, b], torch.pow, scale=2.0, offset=1.5)
        add("remainder", [a, b], torch.remainder, scale=2.0, offset=1.5)
        add("floorDivide", [a, b], lambda x, y: torch.floor(x / y).detach(), scale=2.0, offset=1.5)
        add("clampTensors", [a, b], lambda x, y: torch.clamp(x, min=y, max=y + 1))


def axes_of(rank):
    return [[i] for i in range(rank)] + [[0, rank - 1]] * (rank > 1) + [list(range(rank))]


def reductions():
    for shape in ([7], [3, 4], [2, 3, 5]):
        for axes in axes_of(len(shape)):
            add("min", [shape], lambda x: x.amin(axes), axes)
            for p, order in ((1, 1), (2, 2), (3, 3), (0, float("inf"))):
                add("norm", [shape], lambda x: torch.linalg.vector_norm(x, order, axes), [p] + axes)
            for correction in (0, 1):
                add("variance", [shape], lambda x: x.var(axes, correction=correction), [correction] + axes)
                add("deviation", [shape], lambda x: x.std(axes, correction=correction), [correction] + axes)
            add("logSumExp", [shape], lambda x: x.logsumexp(axes), axes)
            add("product", [shape], lambda x: product(x, axes), axes)
            add("questions", [shape], lambda x: (torch.floor(x) != 0).sum(axes).double(), axes)
        for axis in range(len(shape)):
            add("softmax", [shape], lambda x: x.softmax(axis), [axis])
            add("logSoftmax", [shape], lambda x: x.log_softmax(axis), [axis])
            add("places", [shape], lambda x: (x.argmax(axis) * 10 + x.argmin(axis)).double(), [axis])
            add("cumulativeSum", [shape], lambda x: x.cumsum(axis), [axis])
            add("cumulativeProduct", [shape], lambda x: x.cumprod(axis), [axis])
            add("cumulativeMaximum", [shape], lambda x: x.cummax(axis).values, [axis])


def product(x, axes):
    for axis in sorted(axes, reverse=True):
        x = x.prod(axis)
    return x


def shapes():
    add("unsqueezed", [[3, 4]], lambda x: x.unsqueeze(1), [1])
    add("squeezed", [[3, 1, 4]], lambda x: x.squeeze(1), [1])
    add("squeezedAll", [[1, 3, 1]], lambda x: x.squeeze())
    add("expanded", [[3, 1]], lambda x: x.expand(2, -1, 4), [2, -1, 4])
    add("movingAxis", [[2, 3, 5]], lambda x: x.movedim(0, 2), [0, 2])
    add("swappingAxes", [[2, 3, 5]], lambda x: x.swapaxes(-1, 0), [-1, 0])
    for axes in ([0], [1, 2], [0, 1, 2]):
        add("flipped", [[2, 3, 5]], lambda x: x.flip(axes), axes)
    for shift, axis in ((2, 1), (-1, 0), (7, 2)):
        add("rolled", [[2, 3, 5]], lambda x: x.roll(shift, axis), [shift, axis])
    for counts in ([2], [2, 3], [2, 1, 3]):
        add("tiled", [[2, 3]], lambda x: x.tile(counts), counts)
    for count, axis in ((2, 0), (3, 1)):
        add("repeated", [[2, 3]], lambda x: x.repeat_interleave(count, axis), [count, axis])
    for axis in (0, 1):
        add("split", [[4, 5]], lambda x: pieces(x.split([1, 3] if axis == 0 else [2, 3], axis)), [axis])
        add("chunked", [[4, 5]], lambda x: pieces(x.chunk(2, axis)), [axis])
        add("concatenated", [[2, 3], [2, 3]], lambda x, y: torch.cat([x, y, x], axis), [axis])
        add("stacked", [[2, 3], [2, 3]], lambda x, y: torch.stack([x, y, x], axis), [axis])
    for before, after in ((1, 2), (0, 1), (2, 0)):
        for name, mode in (("padReflect", "reflect"), ("padReplicate", "replicate"), ("padCircular", "circular")):
            add(name, [[2, 3, 4]], lambda x: F.pad(x, (before, after), mode=mode), [before, after])
        add("padConstant", [[3, 4]], lambda x: F.pad(x, (before, after, 1, 2), value=1.5), [before, after])
    for offset in (-1, 0, 2):
        add("diagonal", [[2, 3, 4]], lambda x: x.diagonal(offset, -2, -1), [offset])
        add("diagonalMatrix", [[2, 3]], lambda x: torch.diag_embed(x, offset), [offset])
        add("lowerTriangle", [[2, 3, 4]], lambda x: x.tril(offset), [offset])
        add("upperTriangle", [[2, 3, 4]], lambda x: x.triu(offset), [offset])
    for size, stride, padding in ((2, 1, 0), (3, 2, 1), (2, 2, 1)):
        add("unfolded", [[2, 3, 6, 5]], lambda x: F.unfold(x, size, stride=stride, padding=padding),
            [size, stride, padding])
        windows = F.unfold(torch.zeros(2, 3, 6, 5), size, stride=stride, padding=padding).shape
        add("folded", [list(windows)], lambda x: F.fold(x, (6, 5), size, stride=stride, padding=padding),
            [size, stride, padding])
    add("strided", [[7, 6]], lambda x: x[1:6:2, ::3])
    add("newAxes", [[4, 5]], lambda x: x[-1, None, 1:4])


def pieces(parts):
    return torch.cat([part.reshape(-1) * (k + 1) for k, part in enumerate(parts)])


def indexing():
    for axis in (0, 1):
        n = [4, 5][axis]
        few = [[3, 5], [4, 3]][axis]
        add("taken", [[4, 5]], lambda x, i: x.gather(axis, i), [axis], integers=(few, n))
        add("adding", [[4, 5], few], lambda x, v, i: x.scatter_add(axis, i, v), [axis], integers=(few, n))
        rows = [[6, 5], [4, 6]][axis]
        add("scatterAdding", [[4, 5], rows], lambda x, v, i: x.index_add(axis, i, v), [axis], integers=([6], n))
    add("setting", [[4, 5]], lambda x, i: x.scatter(0, torch.stack([i, (i + 1) % 4]), x[:2] * 3), integers=([5], 4))
    add("scattering", [[4, 5]], lambda x, i: x.index_copy(0, torch.stack([i[0], (i[0] + 2) % 4]), x[:2] * 3),
        integers=([1], 4))
    add("settingWhere", [[4, 5], [5]], lambda x, v, i: torch.where(i == 0, v, x), integers=([4, 5], 2))
    add("masked", [[4, 5]], lambda x, i: x[i == 0] * 2, integers=([4, 5], 2))
    add("oneHot", [[3, 4]], lambda x, i: F.one_hot(i, 4).double() * x, integers=([3], 4))
    add("searchSorted", [[6]], lambda x, i: torch.searchsorted(torch.tensor([-1.5, -0.5, 0.25, 1.0]).double(), x)
        .double() + i, integers=([6], 3))
    for axis in (0, 1):
        for descending in (0, 1):
            add("sorted", [[4, 5]], lambda x: ordered(x.sort(axis, descending=bool(descending))), [axis, descending])
        for largest in (0, 1):
            add("topK", [[4, 5]], lambda x: ordered(x.topk(3, axis, largest=bool(largest))), [axis, largest])


def ordered(found):
    return found.values * (found.indices.double() + 1)


def products():
    add("dot", [[5], [5]], torch.dot)
    add("outer", [[3], [4]], torch.outer)
    add("tensordot", [[2, 3, 4], [3, 4, 5]], lambda a, b: torch.tensordot(a, b, 2))
    for k, (terms, shapes_) in enumerate(EINSUMS):
        add("einsum", shapes_, lambda *x: torch.einsum(terms, *x), [k])
    for shape in ([3, 3], [2, 4, 4]):
        n = shape[-1]
        unit = torch.eye(n, dtype=torch.float64)
        right = shape[:-1] + [2]
        add("solve", [shape, right], lambda a, b: torch.linalg.solve(a + 3 * unit, b), scale=2.0)
        add("inverse", [shape], lambda a: torch.linalg.inv(a + 3 * unit), scale=2.0)
        for lower in (0, 1):
            add("triangularSolve", [shape, right],
                lambda a, b: torch.linalg.solve_triangular(triangle(a + 3 * unit, lower), b, upper=lower == 0),
                [lower], scale=2.0)
        add("cholesky", [shape], lambda a: torch.linalg.cholesky(a @ a.mT + 2 * unit), scale=2.0)
        add("determinant", [shape], lambda a: torch.linalg.det(a + unit), scale=2.0)
        add("logAbsDeterminant", [shape], lambda a: torch.linalg.slogdet(a + 3 * unit).logabsdet, scale=2.0)
        add("eigenvalues", [shape], lambda a: torch.linalg.eigvalsh(a + a.mT + 3 * torch.diag(torch.arange(n))), scale=1.0)
        add("singularValues", [shape], lambda a: torch.linalg.svdvals(a + 3 * torch.diag(torch.arange(1, n + 1))), scale=1.0)
        add("qr", [shape], lambda a: signed(*torch.linalg.qr(a + 3 * unit)), scale=2.0)
    for shape in ([3, 3], [5, 3], [2, 3, 4]):
        add("svd", [shape], lambda a: unsigned(*torch.linalg.svd(a, full_matrices=False)), scale=2.0)
    for shape in ([4, 4], [5, 3], [2, 3, 5]):
        add("lu", [shape], lambda a: exchanged(*torch.linalg.lu(a)), scale=2.0)


def unsigned(u, values, vh):
    """What hangs together with all vectors, but not with their signs."""
    rows, columns = (u * u * values.unsqueeze(-2)).sum(-1, keepdim=True), (vh * vh * values.unsqueeze(-1)).sum(-2, keepdim=True)
    return (u * (values * values).unsqueeze(-2)) @ vh + rows + columns


def exchanged(p, lower, upper):
    return p @ (lower * lower) @ upper


def triangle(a, lower):
    return a.tril() if lower else a.triu()


def signed(q, r):
    """Whatever signs the columns have: what does not depend on them."""
    return q.abs() + r.abs()


EINSUMS = [("ij,jk->ik", [[3, 4], [4, 5]]), ("bij,bjk->bik", [[2, 3, 4], [2, 4, 5]]), ("ii->i", [[4, 4]]),
           ("ij->ji", [[3, 4]]), ("i,j->ij", [[3], [4]]), ("bi,oi,bj->boj", [[2, 3], [4, 3], [2, 5]]),
           ("ijk->k", [[2, 3, 4]])]

for make in (pointwise, reductions, shapes, indexing, products):
    make()
make_values.write(TARGET)

"""Makes Tests/Fixtures/neural_values.json: what PyTorch computes in float64 for convolutions, pooling and
interpolation in one to three dimensions, with all gradients, in the format of make_values.py.

    python tools/parity/neural_values.py
"""

import make_values
import torch.nn.functional as F
from make_values import TARGET, add

CONVOLUTIONS = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX_POOLS = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE_POOLS = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
ADAPTIVE_AVERAGE = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
ADAPTIVE_MAX = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
# For each number of axes: the sizes of images.
SIZES = {1: [9], 2: [8, 7], 3: [5, 6, 4]}


def convolve(c, o, kernel, stride, before, after, dilation, groups, n=2):
    axes = len(kernel)
    widths = [w for pair in reversed(list(zip(before, after))) for w in pair]
    add("convolution", [[n, c] + SIZES[axes], [o, c // groups] + kernel, [o]],
        lambda x, k, b: CONVOLUTIONS[axes](F.pad(x, widths), k, b, stride, 0, dilation, groups),
        [axes] + stride + before + after + dilation + [groups], scale=2.0)


def convolutions():
    for axes in (1, 2, 3):
        ones, zeros = [1] * axes, [0] * axes
        for c, o, groups in [(3, 4, 1), (4, 6, 2), (5, 5, 5), (3, 6, 3)]:
            for stride, dilation, padding in [(1, 1, 0), (2, 1, 1), (1, 2, 2)]:
                convolve(c, o, [3, 2, 2][:axes], [stride] * axes, [padding] * axes, [padding] * axes,
                         [dilation] * axes, groups)
        convolve(2, 3, [2, 3, 2][:axes], [2, 1, 3][:axes], [1, 0, 2][:axes], [0, 3, 1][:axes], [1, 2, 1][:axes], 1)
        convolve(20, 20, [3, 3, 2][:axes], ones, ones, zeros, ones, 20, n=1)
        for size in (2, 3):
            for dilation in (1, 2):
                add("convolutionSame", [[2, 2] + SIZES[axes], [3, 2] + [size] * axes],
                    lambda x, k: CONVOLUTIONS[axes](x, k, padding="same", dilation=dilation), [axes, dilation],
                    scale=2.0)


def transpose(c, o, kernel, stride, padding, extra, dilation, groups):
    axes = len(kernel)
    add("transposedConvolution", [[2, c] + [4, 3, 2][:axes], [c, o // groups] + kernel, [o]],
        lambda x, k, b: TRANSPOSED[axes](x, k, b, stride, padding, extra, groups, dilation),
        [axes] + stride + padding + extra + dilation + [groups], scale=2.0)


def transposed():
    for axes in (1, 2, 3):
        ones, zeros = [1] * axes, [0] * axes
        for c, o, groups in [(3, 2, 1), (4, 6, 2), (5, 5, 5)]:
            transpose(c, o, [3, 2, 2][:axes], ones, zeros, zeros, ones, groups)
            transpose(c, o, [3, 2, 4][:axes], [2] * axes, [1, 0, 1][:axes], ones, ones, groups)
            transpose(c, o, [2, 3, 2][:axes], [1, 2, 3][:axes], zeros, [1, 1, 2][:axes], [2, 1, 1][:axes], groups)


def pools():
    for axes in (1, 2, 3):
        shape = [2, 3] + SIZES[axes]
        for size, stride, padding in [([3, 2, 2], [2, 2, 1], [1, 1, 0]), ([2, 2, 2], [2, 2, 2], [0, 0, 0]),
                                      ([4, 3, 3], [3, 2, 3], [2, 1, 1])]:
            size, stride, padding = size[:axes], stride[:axes], padding[:axes]
            for ceil in (0, 1):
                for dilation in (1, 2):
                    if dilation == 2 and axes == 3:
                        continue
                    add("maxPool", [shape], lambda x: MAX_POOLS[axes](x, size, stride, padding, dilation, bool(ceil)),
                        [axes] + size + stride + padding + [dilation, ceil])
                for include in (0, 1):
                    add("averagePool", [shape],
                        lambda x: AVERAGE_POOLS[axes](x, size, stride, padding, bool(ceil), bool(include)),
                        [axes] + size + stride + padding + [ceil, include])
        for target in ([1, 1, 1], [3, 3, 3], [4, 7, 2], [11, 5, 6]):
            target = target[:axes]
            add("adaptiveAveragePool", [shape], lambda x: ADAPTIVE_AVERAGE[axes](x, target), target)
            add("adaptiveMaxPool", [shape], lambda x: ADAPTIVE_MAX[axes](x, target), target)


def interpolations():
    # Not where a factor leaves a size as it is: there PyTorch's nearest goes backwards another way than forwards.
    for axes in (1, 2, 3):
        shape = [2, 3] + SIZES[axes]
        modes = [("nearest", 0), ("linear", 0), ("linear", 1)] + [("cubic", 0), ("cubic", 1)] * (axes == 2)
        for number, (mode, align) in enumerate(modes):
            name = {"nearest": "nearest", "linear": LINEAR[axes], "cubic": "bicubic"}[mode]
            options = {} if mode == "nearest" else {"align_corners": bool(align)}
            code = {"nearest": 0, "linear": 1, "cubic": 2}[mode]
            for target in ([14, 10, 7], [5, 7, 2], [1, 3, 4], [9, 16, 5]):
                target = target[:axes]
                add("interpolated", [shape], lambda x: F.interpolate(x, target, mode=name, **options),
                    [axes] + target + [code, align])
            for scale in ([20, 20, 20], [15, 7, 13], [4, 25, 10]):
                scale = scale[:axes]
                add("interpolatedByScale", [shape],
                    lambda x: F.interpolate(x, scale_factor=[s / 10 for s in scale], mode=name, **options),
                    [axes] + scale + [code, align])


for make in (convolutions, transposed, pools, interpolations):
    make()
make_values.write(TARGET.with_name("neural_values.json"))

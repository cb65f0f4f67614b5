"""Makes Tests/Fixtures/edge_values.json: what PyTorch computes where numbers end: halves beside numbers, infinities
and NaN in images, cubics through images that keep their size.

    python tools/parity/edge_values.py

Results of halves are told by the FNV-1a hash of their 16 bits, lowest byte first, over all finite numbers in the order
of their patterns; every NaN counts as 7e00 or 7fc0, and -0 as 0. Truth values are 0 and 1.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

TARGET = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "edge_values.json"
NUMBERS = [0.1, -0.3, 3.14159, 1e-6, 7.3, 0.5, -2.0, 3.0, 30000.0]
BESIDE = {
    "multiply": lambda x, s: x * s, "multiplied": lambda x, s: s * x, "divide": lambda x, s: x / s,
    "floorDivide": lambda x, s: x // s, "add": lambda x, s: x + s, "subtract": lambda x, s: x - s,
    "subtracted": lambda x, s: s - x, "less": lambda x, s: x < s, "greaterEqual": lambda x, s: x >= s,
    "equal": lambda x, s: x == s, "maximum": lambda x, s: x.clamp(min=s), "minimum": lambda x, s: x.clamp(max=s),
    "gradient": lambda x, s: gradient(x, s),
}
HALVES = {"float16": (torch.float16, 0x7E00), "bfloat16": (torch.bfloat16, 0x7FC0)}


def gradient(x, s):
    """Of sum (x · (x · s)): two products with the number."""
    x = x.clone().requires_grad_()
    (x * s).backward(x.detach())
    return x.grad


def digest(result, nan):
    if result.dtype == torch.bool:
        patterns = result.to(torch.int32)
    else:
        patterns = result.view(torch.int16).to(torch.int32) & 0xFFFF
        patterns[torch.isnan(result)] = nan
        patterns[result == 0] = 0
    value = 0xCBF29CE484222325
    for pattern in patterns.tolist():
        for byte in (pattern & 0xFF, pattern >> 8):
            value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def halves():
    cases = []
    for element, (dtype, nan) in HALVES.items():
        x = torch.arange(65536, dtype=torch.int32).to(torch.int16).view(dtype)
        x = x[torch.isfinite(x)]
        for name, function in BESIDE.items():
            for number in NUMBERS:
                cases.append({"element": element, "function": name, "number": number,
                              "digest": digest(function(x, number), nan)})
            if name == "multiply":
                # Whole powers are products there, each rounded.
                for number in (0.1, -0.3, 3.14159, 7.3):
                    cases.append({"element": element, "function": "power", "number": number,
                                  "digest": digest(x ** number, nan)})
    return cases


def image(length, specials):
    row = torch.tensor([float((7 * k * k + 3 * k) % 11 - 5) for k in range(length)], dtype=torch.float64)
    for place, number in specials:
        row[place] = float(number)
    return row


def resized(x, mode, target, scale, align):
    """A row as image [1, 1, 1, length]."""
    x = x.reshape(1, 1, 1, -1)
    if mode == "average":
        return F.adaptive_avg_pool2d(x, (1, target))
    name = {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}[mode]
    options = {} if mode == "nearest" else {"align_corners": align}
    if scale:
        return F.interpolate(x, scale_factor=(1.0, scale), mode=name, **options)
    return F.interpolate(x, size=(1, target), mode=name, **options)


def images():
    cases = []
    settings = [(mode, target, None, align) for mode in ("nearest", "linear", "cubic") for target in (3, 7, 9, 24)
                for align in ((False, True) if mode != "nearest" else (False,))]
    settings += [("average", target, None, False) for target in (1, 3, 4, 7)]
    settings += [(mode, None, scale, align) for mode in ("linear", "cubic", "nearest") for scale in (1.0, 0.7, 2.5)
                 for align in ((False, True) if mode != "nearest" else (False,))]
    # PyTorch's cubics through images that keep their size go backwards another way than forwards.
    settings += [(mode, None, 1.05, align) for mode in ("linear", "cubic") for align in (False, True)]
    for mode, target, scale, align in settings:
        for specials in ([], [(0, "inf")], [(4, "nan")], [(9, "-inf")], [(2, "inf"), (7, "nan")]):
            x = image(10, specials).requires_grad_()
            result = resized(x, mode, target, scale, align)
            upstream = torch.ones_like(result)
            upstream[..., 0] = float("inf")
            (slopes,) = torch.autograd.grad(result, x, upstream)
            cases.append({"mode": mode, "target": target, "scale": scale, "align": align,
                          "specials": [[place, number] for place, number in specials],
                          "result": texts(result),
                          "gradient": None if (mode, scale) == ("cubic", 1.05) else texts(slopes)})
    return cases


def texts(t):
    return [repr(v) for v in t.detach().reshape(-1).tolist()]


TARGET.write_text(json.dumps({"torch": torch.__version__, "halves": halves(), "images": images()},
                             separators=(",", ":")) + "\n")

"""Makes Tests/Fixtures/inference_values.json: what PyTorch computes in float64 with the networks whose forward pass is
timed, ResNet-50 from torchvision and an encoder.

Needs torch and torchvision. Weights and inputs are in no file: both sides compute them with the hash of
make_fixtures.py, each parameter by its name's place in the alphabet, and round them to float32. The file holds some of
the outputs, evenly spread, and the largest.

    python tools/parity/inference_values.py
"""

import json
from pathlib import Path

import torch
import torchvision
from make_fixtures import INPUT_SEED, PARAMETER_SEED, uniform
from torch import nn

TARGET = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "inference_values.json"
KEPT = 250


def fill(net):
    """Sizes that keep activations within bounds; statistics as after some training."""
    state = {name: value for name, value in net.state_dict().items() if value.dtype.is_floating_point}
    for place, (name, value) in enumerate(sorted(state.items())):
        shape, around = list(value.shape), 0
        if len(shape) > 1:
            scale = 2 * (6 / (value.numel() / shape[0])) ** 0.5
        else:
            is_factor = name.endswith("running_var") or (name.endswith("weight"))
            around, scale = (1, 1) if is_factor else (0, 0.2)
        value.copy_((around + uniform(shape, PARAMETER_SEED + place, scale)).float())


def case(name, net, shape):
    net = net.double().eval()
    with torch.no_grad():
        fill(net)
        y = net(uniform(shape, INPUT_SEED, 4).float().double()).flatten()
    return {"name": name, "count": len(y), "largest": float(y.abs().max()),
            "outputs": [float(y[place * len(y) // KEPT]) for place in range(KEPT)]}


def encoder():
    layer = nn.TransformerEncoderLayer(384, 6, 1536, 0, "gelu", batch_first=True)
    return nn.TransformerEncoder(layer, 6, enable_nested_tensor=False)


torch.backends.mha.set_fastpath_enabled(False)
cases = [case("resnet50", torchvision.models.resnet50(), [1, 3, 224, 224]), case("encoder", encoder(), [1, 128, 384])]
TARGET.write_text(json.dumps({"cases": cases}, indent=1) + "\n")

#!/usr/bin/env python3
"""Loads what Adjoint wrote into PyTorch's own networks, by name and strictly, and compares the outputs.

Needs torch, torchvision and safetensors.

    swift build -c release --product example-to-pytorch
    PYTHON tools/parity/load_back.py [--program PATH] [--large]
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import networks
import torch
import torchvision.models as vision
from safetensors.torch import load_file, load_model
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks/peers"))
from torch_networks import LeNet  # noqa: E402

TOLERANCE = 1e-5


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(4, 6, 2, batch_first=True, bidirectional=True), nn.Linear(12, 3)

    def forward(self, x):
        return self.fc(self.lstm(x)[0])


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention, self.norm = nn.MultiheadAttention(8, 2, batch_first=True), nn.LayerNorm(8)

    def forward(self, x):
        return self.norm(x + self.attention(x, x, x)[0])


def tied_gpt():
    net = networks.GPT(11, 8, 12, 2, 3)
    net.lm_head.weight = net.transformer.wte.weight
    return net


# Each network as PyTorch, torchvision or its authors write it.
SMALL = {
    "lenet": LeNet,
    "resnet20": lambda: networks.resnet([3, 3, 3], 4, False, True, 10),
    "vgg": lambda: networks.VGG([1, 2], [4, 8], 12, 2, True, 5),
    "lstm": Classifier,
    "char-lstm": lambda: networks.CharLSTM(11, 4, 6, 2),
    "attention": Attention,
    "transformer": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12, batch_first=True), 2),
    "gpt": lambda: networks.GPT(11, 8, 12, 2, 3),
    "gpt-tied": tied_gpt,
    "vit": lambda: vision.VisionTransformer(8, 4, 2, 3, 12, 24, num_classes=5),
    "unet": lambda: networks.UNet(3, 4, 4, 2),
    "autoencoder": lambda: networks.Autoencoder([12, 8, 3]),
    "vae": lambda: networks.VariationalAutoencoder([12, 8], 3),
}
LARGE = {
    "resnet18": vision.resnet18,
    "resnet50": vision.resnet50,
    "vgg11_bn": lambda: vision.vgg11_bn(num_classes=10),
    "vit_b_16": vision.vit_b_16,
}


def difference(make, folder, name):
    net = make().eval()
    path = f"{folder}/{name}.safetensors"
    if "tied" in name:
        # Weights with two names stand in a safetensors file once; this is its own way of reading them.
        load_model(net, path, strict=True)
    else:
        net.load_state_dict(load_file(path), strict=True)
    case = load_file(f"{folder}/{name}_case.safetensors")
    with torch.no_grad():
        ours, theirs = case["output"], net(case["input"])
    assert ours.shape == theirs.shape, (name, ours.shape, theirs.shape)
    assert theirs.abs().max() > 1e-2, f"{name}: the output is nothing"
    return (ours - theirs).abs().max().item() / max(1.0, theirs.abs().max().item())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=ROOT / ".build/release/example-to-pytorch")
    parser.add_argument("--large", action="store_true", help="torchvision's full models too")
    options = parser.parse_args()
    nets = SMALL | LARGE if options.large else SMALL
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.program, folder, *nets], check=True, stdout=subprocess.DEVNULL)
        for name, make in nets.items():
            worst = difference(make, folder, name)
            failures += worst > TOLERANCE
            print(f"{name:12} every name fits; outputs differ by at most {worst:.1e}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

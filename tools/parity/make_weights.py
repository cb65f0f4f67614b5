#!/usr/bin/env python3
"""Weights as PyTorch saves them, an input, and what PyTorch makes of it: Tests/Fixtures/torch_*.safetensors.

Needs torch and safetensors. `check` reads files that Adjoint wrote back into PyTorch:
    make_weights.py check cnn FILE
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

FOLDER = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures"


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, 3, padding=1)
        self.conv2 = nn.Conv2d(3, 4, 3)
        self.fc1 = nn.Linear(36, 10)
        self.fc2 = nn.Linear(10, 3)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.relu(self.conv2(x)).flatten(1)
        return self.fc2(torch.relu(self.fc1(x)))


NETS = {"cnn": (CNN, (5, 1, 10, 10))}


def main():
    for name, (make, shape) in NETS.items():
        torch.manual_seed(3)
        net = make().eval()
        x = torch.randn(*shape)
        with torch.no_grad():
            y = net(x)
        save_file(net.state_dict(), FOLDER / f"torch_{name}.safetensors")
        save_file({"input": x, "output": y}, FOLDER / f"torch_{name}_case.safetensors")


def check(name, path):
    make, _ = NETS[name]
    net = make().eval()
    net.load_state_dict(load_file(path))
    case = load_file(FOLDER / f"torch_{name}_case.safetensors")
    with torch.no_grad():
        difference = (net(case["input"]) - case["output"]).abs().max().item()
    print(f"{name}: every name fits, outputs differ by at most {difference:.2e}")
    return 0 if difference < 1e-5 else 1


if __name__ == "__main__":
    sys.exit(check(*sys.argv[2:]) if sys.argv[1:2] == ["check"] else main())

#!/usr/bin/env python3
"""Weights as PyTorch saves them, an input, and what PyTorch makes of it: Tests/Fixtures/torch_*.safetensors.

Needs torch and safetensors. The way back is proven by load_back.py.
"""
from pathlib import Path

import torch
from safetensors.torch import save_file
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


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 3)
        for norm in [self.bn1, self.bn2]:
            nn.init.normal_(norm.running_mean)
            nn.init.uniform_(norm.running_var, 0.5, 2)
            nn.init.normal_(norm.weight)
            nn.init.normal_(norm.bias)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)) + x)
        return self.fc(x.mean((2, 3)))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 6, num_layers=2, batch_first=True)
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        return self.fc(self.lstm(x)[0])


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        return self.norm(x + self.attention(x, x, x)[0])


NETS = {
    "cnn": (CNN, (5, 1, 10, 10)),
    "residual": (Residual, (3, 2, 6, 6)),
    "recurrent": (Recurrent, (3, 5, 4)),
    "attention": (Attention, (3, 5, 8)),
}


def main():
    for name, (make, shape) in NETS.items():
        torch.manual_seed(3)
        net = make().eval()
        x = torch.randn(*shape)
        with torch.no_grad():
            y = net(x)
        save_file(net.state_dict(), FOLDER / f"torch_{name}.safetensors")
        save_file({"input": x, "output": y}, FOLDER / f"torch_{name}_case.safetensors")


if __name__ == "__main__":
    main()

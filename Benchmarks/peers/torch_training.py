"""What `adjoint train fashion-mnist` does, in PyTorch: LeNet, batches of 64, Adam at 0.002 down half a cosine, a tenth of
the pictures held back to watch. Everything that can be done before the first step is: the pictures lie in memory as
standardised float32, and what is compiled is compiled."""

import measuring

given = measuring.training_arguments(("torch", "torch-cl", "torch-compile", "torch-compile-cl"))

import gzip
import math
import os
import time

import numpy
import torch
import torch.nn.functional as F

from torch_networks import LeNet

BATCH, EPOCHS, RATE = 64, 10, 0.002
compiles, is_last = "compile" in given.framework, given.framework.endswith("-cl")


def read(name, offset):
    folder = os.environ.get("ADJOINT_DATA", "/usr/share/datasets") + "/fashion-mnist/"
    with gzip.open(folder + name) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=offset)


def data():
    """Standardised pictures and their classes: those to learn from, and of each class a tenth held back."""
    x = torch.from_numpy(read("train-images-idx3-ubyte.gz", 16).copy()).reshape(-1, 1, 28, 28) / 255
    y = torch.from_numpy(read("train-labels-idx1-ubyte.gz", 8).astype(numpy.int64))
    x = (x - x.mean()) / x.std(correction=0)
    held = torch.zeros(len(y), dtype=torch.bool)
    for label in range(10):
        members = (y == label).nonzero().flatten()
        held[members[torch.randperm(len(members))[: len(members) // 10]]] = True
    if is_last:
        x = x.to(memory_format=torch.channels_last)
    return x[~held], y[~held], x[held], y[held]


def main():
    torch.manual_seed(given.seed)
    x, y, held_x, held_y = data()
    net = LeNet()
    if is_last:
        net = net.to(memory_format=torch.channels_last)
    # A rate that is a tensor changes without compiling anew.
    rate = torch.tensor(RATE) if compiles else RATE
    optimizer = torch.optim.Adam(net.parameters(), lr=rate, fused=True)

    def objective(x, y):
        return F.cross_entropy(net(x), y)

    def right(x, y):
        return (net(x).argmax(1) == y).sum()

    if compiles:
        objective, right = torch.compile(objective, dynamic=False), torch.compile(right, dynamic=False)

    def set_rate(number):
        new = RATE * (1 + math.cos(math.pi * number / steps)) / 2
        for group in optimizer.param_groups:
            if compiles:
                group["lr"].fill_(new)
            else:
                group["lr"] = new

    def score():
        with torch.no_grad():
            return sum(int(right(a, b)) for a, b in zip(held_x.split(256), held_y.split(256))) / len(held_y)

    steps = EPOCHS * math.ceil(len(y) / BATCH)
    # Kernels are chosen and compiled for all sizes of batches that there will be; nothing is learned.
    for places in (torch.arange(BATCH), torch.arange(len(y) % BATCH or BATCH)):
        objective(x[places], y[places]).backward()
    optimizer.zero_grad()
    score()
    began, history, taken = time.clock_gettime(time.CLOCK_MONOTONIC), [], 0
    for epoch in range(1, EPOCHS + 1):
        for places in torch.randperm(len(y)).split(BATCH):
            set_rate(taken)
            optimizer.zero_grad()
            objective(x[places], y[places]).backward()
            optimizer.step()
            taken += 1
        accuracy = score()
        seconds = time.clock_gettime(time.CLOCK_MONOTONIC) - began
        history.append({"epoch": epoch, "seconds": seconds, "validation_accuracy": accuracy})
        if accuracy >= given.until:
            break
    measuring.report_training(given, began, history)


main()

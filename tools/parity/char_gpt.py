"""Trains PyTorch's twin of `adjoint train TEXT`: the same network, text, sequences, optimizer, schedule and number
of steps, from its own random numbers. Prints the best validation loss in nats a character.

    python tools/parity/char_gpt.py TEXT [--epochs 5] [--batch 64] [--rate 1e-3] [--seed 0] [--threads N]
"""
import argparse
import math
import random
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

CONTEXT, WIDTH, DEPTH, HEADS = 128, 128, 4, 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention, self.project = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.attention(self.ln_1(x)).view(n, t, 3, HEADS, d // HEADS).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(n, t, d)
        x = x + self.project(seen)
        return x + self.narrow(F.gelu(self.wide(self.ln_2(x))))


class GPT(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks, self.norm = nn.Sequential(*[Block() for _ in range(DEPTH)]), nn.LayerNorm(WIDTH)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                last = "project" in name or "narrow" in name
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * DEPTH) if last else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, x):
        y = self.tokens(x) + self.positions.weight[: x.shape[1]]
        return self.norm(self.blocks(y)) @ self.tokens.weight.T


def sequences(numbers, stride):
    starts = range(0, len(numbers) - CONTEXT, stride)
    return [(numbers[i : i + CONTEXT], numbers[i + 1 : i + 1 + CONTEXT]) for i in starts]


def batch(pairs):
    return torch.stack([x for x, _ in pairs]), torch.stack([y for _, y in pairs])


def loss_of(net, pairs):
    x, y = batch(pairs)
    return F.cross_entropy(net(x).flatten(0, 1), y.flatten())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("text")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    random.seed(given.seed)
    text = open(given.text, encoding="utf-8").read()
    characters = sorted(set(text))
    places = {c: i for i, c in enumerate(characters)}
    numbers = torch.tensor([places[c] for c in text])
    cut = len(numbers) - round(len(numbers) * 0.1)
    training, held = sequences(numbers[:cut], CONTEXT // 2), sequences(numbers[cut:], CONTEXT)
    net = GPT(len(characters))
    optimizer = torch.optim.Adam(net.parameters(), given.rate)
    steps_an_epoch = -(-len(training) // given.batch)
    total, done, best = steps_an_epoch * given.epochs, 0, math.inf
    for epoch in range(given.epochs):
        random.shuffle(training)
        for start in range(0, len(training), given.batch):
            optimizer.param_groups[0]["lr"] = given.rate * 0.5 * (1 + math.cos(math.pi * done / total))
            optimizer.zero_grad()
            loss = loss_of(net, training[start : start + given.batch])
            loss.backward()
            optimizer.step()
            done += 1
        with torch.no_grad():
            parts = [held[i : i + 256] for i in range(0, len(held), 256)]
            score = sum(loss_of(net, part).item() * len(part) for part in parts) / len(held)
        best = min(best, score)
        print(f"epoch {epoch + 1}  validation loss {score:.4f}  {time.process_time():.0f} CPU s", flush=True)
    count = sum(p.numel() for p in net.parameters())
    print(f"best validation loss {best:.4f}, {count} parameters, {time.process_time():.0f} CPU s")


main()

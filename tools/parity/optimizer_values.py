"""Makes Tests/Fixtures/optimizer_values.json: 100 steps of every optimizer in float64, learning-rate schedules, and
averages of weights, as PyTorch computes them; where PyTorch has no such optimizer, as its paper's formulas say.

    python tools/parity/optimizer_values.py
"""

import json
import math
from pathlib import Path

import torch
from make_fixtures import uniform
from torch.optim import lr_scheduler as schedulers

STEPS = 100
TARGET = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "optimizer_values.json"
SHAPES = [[6, 4], [6], [3, 6], [3], [2, 3, 2]]

torch.set_default_dtype(torch.float64)


def make_parameters():
    return [torch.nn.Parameter(uniform(shape, 100 + place, 1.5)) for place, shape in enumerate(SHAPES)]


def loss_of(p, step=0):
    x, y = uniform([8, 4], 200 + step % 4, 2.0), uniform([8, 3], 300 + step % 4, 2.0)
    out = torch.tanh(x @ p[0].T + p[1]) @ p[2].T * p[3]
    return ((out - y) ** 2).mean() + 0.1 * (torch.sin(p[4]) * p[4]).mean()


class Paper(torch.optim.Optimizer):
    """A rule from a paper: called with a parameter, its gradient, its state and the step from 1."""

    def __init__(self, params, lr, rule):
        super().__init__(params, {"lr": lr})
        self.rule = rule

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["step"] = state.get("step", 0) + 1
                self.rule(p, p.grad, state, state["step"], group["lr"])


def zeros(state, name, p):
    return state.setdefault(name, torch.zeros_like(p))


def lion(b1, b2, decay):
    def rule(p, g, state, t, lr):
        m = zeros(state, "m", p)
        update = torch.sign(b1 * m + (1 - b1) * g)
        p.copy_(p - lr * (update + decay * p))
        m.copy_(b2 * m + (1 - b2) * g)
    return rule


def lamb(b1, b2, eps, decay):
    def rule(p, g, state, t, lr):
        m, v = zeros(state, "m", p), zeros(state, "v", p)
        m.copy_(b1 * m + (1 - b1) * g)
        v.copy_(b2 * v + (1 - b2) * g**2)
        r = m / (1 - b1**t) / (torch.sqrt(v / (1 - b2**t)) + eps) + decay * p
        a, b = p.norm(), r.norm()
        p.copy_(p - lr * (a / b if a > 0 and b > 0 else 1.0) * r)
    return rule


def lars(momentum, decay, coefficient):
    def rule(p, g, state, t, lr):
        v = zeros(state, "v", p)
        a, b = p.norm(), g.norm()
        local = coefficient * a / (b + decay * a) if a > 0 and b > 0 else 1.0
        v.copy_(momentum * v + lr * local * (g + decay * p))
        p.copy_(p - v)
    return rule


def newton_schulz(g, steps=5, eps=1e-7):
    x = g.T if g.size(0) > g.size(1) else g
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        a = x @ x.T
        x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
    return x.T if g.size(0) > g.size(1) else x


class Muon:
    """PyTorch's Muon, its iteration in float64, for matrices; AdamW for the rest."""

    def __init__(self, p, like_adam):
        torch.optim._muon._zeropower_via_newtonschulz = lambda g, c, n, e: newton_schulz(g, n, e)
        self.parts = [
            torch.optim.Muon([q for q in p if q.dim() == 2], lr=0.02, weight_decay=0.1,
                             adjust_lr_fn="match_rms_adamw" if like_adam else None),
            torch.optim.AdamW([q for q in p if q.dim() != 2], lr=0.003, weight_decay=0.1)]

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad()

    def step(self):
        for part in self.parts:
            part.step()


class LookAhead:
    def __init__(self, p, base):
        self.p, self.base, self.count = p, base, 0
        self.slow = [q.detach().clone() for q in p]

    def zero_grad(self):
        self.base.zero_grad()

    @torch.no_grad()
    def step(self):
        self.base.step()
        self.count += 1
        if self.count % 5 == 0:
            for q, s in zip(self.p, self.slow):
                s += 0.5 * (q - s)
                q.copy_(s)


O = torch.optim
OPTIMIZERS = {
    "sgd": lambda p: O.SGD(p, lr=0.1),
    "sgd-momentum": lambda p: O.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "sgd-nesterov": lambda p: O.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "sgd-dampening": lambda p: O.SGD(p, lr=0.1, momentum=0.8, dampening=0.3),
    "adagrad": lambda p: O.Adagrad(p, lr=0.1),
    "adagrad-options": lambda p: O.Adagrad(p, lr=0.1, lr_decay=0.02, weight_decay=0.01, initial_accumulator_value=0.2),
    "adadelta": lambda p: O.Adadelta(p),
    "adadelta-options": lambda p: O.Adadelta(p, lr=0.7, rho=0.8, eps=1e-4, weight_decay=0.02),
    "rmsprop": lambda p: O.RMSprop(p),
    "rmsprop-centered": lambda p: O.RMSprop(p, lr=0.005, centered=True, weight_decay=0.01),
    "rmsprop-momentum": lambda p: O.RMSprop(p, lr=0.005, momentum=0.7, alpha=0.9),
    "rmsprop-both": lambda p: O.RMSprop(p, lr=0.005, momentum=0.7, centered=True),
    "adam": lambda p: O.Adam(p, lr=0.02),
    "adam-decay": lambda p: O.Adam(p, lr=0.02, weight_decay=0.05),
    "adamw": lambda p: O.AdamW(p, lr=0.02, weight_decay=0.05),
    "amsgrad": lambda p: O.AdamW(p, lr=0.02, betas=(0.8, 0.95), weight_decay=0.01, amsgrad=True),
    "nadam": lambda p: O.NAdam(p, lr=0.02),
    "nadam-decay": lambda p: O.NAdam(p, lr=0.02, weight_decay=0.05, momentum_decay=0.01),
    "nadamw": lambda p: O.NAdam(p, lr=0.02, weight_decay=0.05, decoupled_weight_decay=True),
    "radam": lambda p: O.RAdam(p, lr=0.02),
    "radam-decay": lambda p: O.RAdam(p, lr=0.02, betas=(0.8, 0.95), weight_decay=0.05),
    "radamw": lambda p: O.RAdam(p, lr=0.02, weight_decay=0.05, decoupled_weight_decay=True),
    "adafactor": lambda p: O.Adafactor(p, lr=0.05),
    "adafactor-options": lambda p: O.Adafactor(p, lr=0.05, beta2_decay=-0.6, eps=(1e-6, 1e-2), d=1.5, weight_decay=0.01),
    "lion": lambda p: Paper(p, 0.003, lion(0.9, 0.99, 0.0)),
    "lion-decay": lambda p: Paper(p, 0.003, lion(0.8, 0.95, 0.1)),
    "lamb": lambda p: Paper(p, 0.02, lamb(0.9, 0.999, 1e-6, 0.0)),
    "lamb-decay": lambda p: Paper(p, 0.02, lamb(0.8, 0.95, 1e-5, 0.1)),
    "lars": lambda p: Paper(p, 1.0, lars(0.9, 0.0, 0.01)),
    "lars-decay": lambda p: Paper(p, 1.0, lars(0.8, 0.05, 0.02)),
    "muon": lambda p: Muon(p, False),
    "muon-like-adamw": lambda p: Muon(p, True),
    "look-ahead": lambda p: LookAhead(p, O.AdamW(p, lr=0.02, weight_decay=0.01)),
    "groups": lambda p: O.AdamW([
        {"params": [q for q in p if q.dim() > 1], "weight_decay": 0.1},
        {"params": [q for q in p if q.dim() <= 1], "weight_decay": 0.0, "lr": 0.005}], lr=0.02),
    "clip-norm": lambda p: O.SGD(p, lr=0.1, momentum=0.9),
    "clip-norm-3": lambda p: O.SGD(p, lr=0.1, momentum=0.9),
    "clip-norm-inf": lambda p: O.SGD(p, lr=0.1, momentum=0.9),
    "clip-value": lambda p: O.SGD(p, lr=0.1, momentum=0.9),
}
CLIPPING = {
    "clip-norm": lambda p: torch.nn.utils.clip_grad_norm_(p, 0.2),
    "clip-norm-3": lambda p: torch.nn.utils.clip_grad_norm_(p, 0.2, norm_type=3),
    "clip-norm-inf": lambda p: torch.nn.utils.clip_grad_norm_(p, 0.05, norm_type=math.inf),
    "clip-value": lambda p: torch.nn.utils.clip_grad_value_(p, 0.02),
}
LBFGS = {
    "lbfgs": {"lr": 0.2, "max_iter": 4, "history_size": 5},
    "lbfgs-wolfe": {"max_iter": 6, "history_size": 7, "line_search_fn": "strong_wolfe"},
}


def values(tensors):
    return [t.detach().flatten().tolist() for t in tensors]


def train(name):
    p = make_parameters()
    optimizer = OPTIMIZERS[name](p)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(p, step)
        loss.backward()
        if name in CLIPPING:
            CLIPPING[name](p)
        optimizer.step()
        losses.append(loss.item())
    return {"name": name, "losses": losses, "parameters": values(p)}


def minimize(name, steps):
    p = make_parameters()
    optimizer = O.LBFGS(p, **LBFGS[name])

    def closure():
        optimizer.zero_grad()
        loss = loss_of(p)
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(steps)]
    return {"name": name, "losses": losses, "parameters": values(p)}


def average(name, settings, start, period):
    p = make_parameters()
    model = torch.nn.ParameterList(p)
    optimizer = O.SGD(p, lr=0.1, momentum=0.9)
    averaged = torch.optim.swa_utils.AveragedModel(model, **settings)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss_of(p, step).backward()
        optimizer.step()
        if step >= start and (step - start) % period == 0:
            averaged.update_parameters(model)
    return {"name": name, "losses": [], "parameters": values(averaged.module.parameters())}


SCHEDULES = {
    "constant": (0.1, lambda o: schedulers.LambdaLR(o, lambda _: 1.0)),
    "steps": (0.1, lambda o: schedulers.StepLR(o, 30, 0.3)),
    "milestones": (0.1, lambda o: schedulers.MultiStepLR(o, [10, 25, 25, 70], 0.5)),
    "exponential": (0.1, lambda o: schedulers.ExponentialLR(o, 0.97)),
    "polynomial": (0.1, lambda o: schedulers.PolynomialLR(o, 80, 2.0)),
    "polynomial-1": (0.1, lambda o: schedulers.PolynomialLR(o, 120)),
    "linear": (0.1, lambda o: schedulers.LinearLR(o, 0.25, 0.8, 40)),
    "cosine": (0.1, lambda o: schedulers.CosineAnnealingLR(o, 99, 0.01)),
    "cosine-returns": (0.1, lambda o: schedulers.CosineAnnealingLR(o, 40, 0.01)),
    "restarts": (0.1, lambda o: schedulers.CosineAnnealingWarmRestarts(o, 30, 1, 0.005)),
    "restarts-2": (0.1, lambda o: schedulers.CosineAnnealingWarmRestarts(o, 7, 2)),
    "one-cycle": (0.1, lambda o: schedulers.OneCycleLR(o, 0.1, 100)),
    "one-cycle-linear": (0.1, lambda o: schedulers.OneCycleLR(o, 0.1, 100, pct_start=0.25, anneal_strategy="linear",
                                                              div_factor=10.0, final_div_factor=100.0,
                                                              base_momentum=0.8, max_momentum=0.9)),
    "warm-cosine": (0.1, lambda o: schedulers.SequentialLR(
        o, [schedulers.LinearLR(o, 0.1, 1.0, 10), schedulers.CosineAnnealingLR(o, 90)], [10])),
    "warm-steps": (0.1, lambda o: schedulers.SequentialLR(
        o, [schedulers.LinearLR(o, 1 / 3, 1.0, 5), schedulers.StepLR(o, 20, 0.2)], [5])),
}
METRICS = [1.0, 0.8, 0.81, 0.79, 0.79, 0.79, 0.7895, 0.79, 0.6, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.67, 0.68, 0.69,
           0.5, 0.51, 0.52, 0.53, 0.54, 0.55, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
PLATEAUS = {
    "plateau": {"patience": 2},
    "plateau-absolute": {"patience": 1, "threshold": 0.01, "threshold_mode": "abs", "factor": 0.5},
    "plateau-cooldown": {"patience": 1, "cooldown": 3, "factor": 0.3, "min_lr": 0.002},
    "plateau-larger": {"mode": "max", "patience": 3, "factor": 0.5},
    "plateau-larger-absolute": {"mode": "max", "patience": 3, "factor": 0.5, "threshold": 0.1, "threshold_mode": "abs"},
}


def follow(name):
    """The numbers step by step, and by the scheduler's own closed form where it has one: step by step they drift."""
    rate, make = SCHEDULES[name]
    optimizer = O.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate, momentum=0.9)
    schedule = make(optimizer)
    rates, momenta, closed = [], [], []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        if hasattr(schedule, "_get_closed_form_lr"):
            closed.append(schedule._get_closed_form_lr()[0])
        optimizer.step()
        if len(rates) < STEPS:
            schedule.step()
    return {"name": name, "rates": rates, "momenta": momenta, "closed": closed}


def wait(name):
    optimizer = O.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    plateau = schedulers.ReduceLROnPlateau(optimizer, **PLATEAUS[name])
    rates = []
    for metric in METRICS:
        plateau.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return {"name": name, "rates": rates, "momenta": METRICS, "closed": []}


def one_cycle_training():
    """Rate and momentum of SGD, and β₁ of Adam, from one cycle."""
    found = []
    for name, make in [("cycle-sgd", lambda p: O.SGD(p, lr=0.1, momentum=0.9)), ("cycle-adam", lambda p: O.Adam(p))]:
        p = make_parameters()
        optimizer = make(p)
        schedule = schedulers.OneCycleLR(optimizer, 0.05, STEPS)
        losses = []
        for step in range(STEPS):
            optimizer.zero_grad()
            loss = loss_of(p, step)
            loss.backward()
            optimizer.step()
            if step + 1 < STEPS:
                schedule.step()
            losses.append(loss.item())
        found.append({"name": name, "losses": losses, "parameters": values(p)})
    return found


def main():
    ema = torch.optim.swa_utils.get_ema_multi_avg_fn
    fixture = {
        "optimizers": [train(name) for name in OPTIMIZERS] + one_cycle_training(),
        "lbfgs": [minimize("lbfgs", 25), minimize("lbfgs-wolfe", 10)],
        "averages": [average("ema", {"multi_avg_fn": ema(0.9)}, 0, 1), average("swa", {}, 50, 5)],
        "schedules": [follow(name) for name in SCHEDULES],
        "plateaus": [wait(name) for name in PLATEAUS],
    }
    TARGET.write_text(json.dumps(fixture) + "\n")
    print(f"{TARGET.name}: {sum(len(part) for part in fixture.values())} cases")


if __name__ == "__main__":
    main()

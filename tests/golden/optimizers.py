#!/usr/bin/env python3
"""Writes optimizers.json beside this file: parameters after each of five steps of PyTorch's optimisers, in float64.

tests/sgd_test.cpp and tests/adam_test.cpp take the same steps. The gradient of each step is made from the
parameter's present value, so that a mistake in one step shows in all that follow.

    python3 tests/golden/optimizers.py        (written with PyTorch 1.13)
"""
import json
import pathlib

import torch

STEPS = 5
START = [1.0, -2.0, 0.5, 0.0]
COTANGENT = [0.3, -0.1, 2.0, 1.0]


def gradient(parameter, step):
    return torch.tensor(COTANGENT, dtype=torch.float64) * (step + 1) - torch.sin(parameter.detach())


def run(make, decay=0):
    """PyTorch refuses a negative weight decay, so `decay` adds one by hand."""
    parameter = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([parameter])
    path = []
    for step in range(STEPS):
        parameter.grad = gradient(parameter, step) + decay * parameter.detach()
        optimizer.step()
        path.append(parameter.tolist())
    return path


SGD, ADAM, ADAMW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
RUNS = {
    "sgd": lambda p: SGD(p, lr=0.1),
    "sgd momentum": lambda p: SGD(p, lr=0.1, momentum=0.9),
    "sgd momentum decay": lambda p: SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "sgd nesterov decay": lambda p: SGD(p, lr=0.05, momentum=0.8, weight_decay=0.01, nesterov=True),
    "adam": lambda p: ADAM(p, lr=0.01),
    "adam decay": lambda p: ADAM(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    "adamw decay": lambda p: ADAMW(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
}

paths = {name: run(make) for name, make in RUNS.items()}
paths["sgd negative decay"] = run(RUNS["sgd momentum"], decay=-0.05)
lines = [f"{json.dumps(name)}: {json.dumps(path)}" for name, path in paths.items()]
pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")

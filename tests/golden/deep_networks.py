#!/usr/bin/env python3
"""Writes deep_networks.json beside this file: numbers from PyTorch that tests/deep_golden_test.cpp follows.

VGG and ResNet for 32 x 32 images, as interchange/torch_networks.py has them: numbers of parameters, outputs in training and in
evaluation, batch-norm's running statistics after two steps, and the losses of a few training steps. All in float64.
Images, labels and parameters come from the integer generator of golden_data.py, which the test has too: no file is shared.

    python3 tests/golden/deep_networks.py        (written with PyTorch 1.13; takes a minute)
"""
import json
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F

sys.path.append(str(pathlib.Path(__file__).parents[2] / "interchange"))
from golden_data import splitmix64, uniform  # noqa: E402
from torch_networks import VGG, ResNet  # noqa: E402

BATCH, CLASSES, STEPS = 8, 10, 4


def batch(step):
    """Pixels uniform in +-1, stored n x h x w x c; labels: word mod 10."""
    images = uniform(2000 + step, (BATCH, 32, 32, 3), -1, 1).permute(0, 3, 1, 2).contiguous()
    labels = (splitmix64(1000 + step, BATCH) % numpy.uint64(CLASSES)).astype(numpy.int64)
    return images, torch.tensor(labels)


MODELS = {f"vgg{d}": (VGG, d) for d in VGG.STAGES} | {f"resnet{d}": (ResNet, d) for d in ResNet.BLOCKS}


def make(name, width):
    """Parameters in the order of their names, sorted. Parameter i is drawn with seed 100 + i: weights of convolutions
    within +-sqrt(6 / fan in), of batch-norm within 0.5 to 1.5, biases within +-0.1."""
    kind, depth = MODELS[name]
    network = kind(depth, width).double()
    for i, (_, p) in enumerate(sorted(network.named_parameters())):
        if p.dim() == 4:
            bound = (6 / (p[0].numel())) ** 0.5
            low, high = -bound, bound
        else:
            low, high = (0.5, 1.5) if _.endswith("weight") else (-0.1, 0.1)
        p.data = uniform(100 + i, p.shape, low, high)
    return network


def count(name, width):
    kind, depth = MODELS[name]
    return sum(p.numel() for p in kind(depth, width).parameters())


def forward(name):
    """Features of the first batch in training, of its images again in evaluation, and where the running statistics
    are after another batch in training: each buffer's sum, in the order of names."""
    network = make(name, 4)
    with torch.no_grad():
        train = network(batch(0)[0])
        evaluation = network.eval()(batch(0)[0])
        network.train()(batch(1)[0])
    statistics = {key: value.sum().item() for key, value in sorted(network.named_buffers()) if "running" in key}
    return {
        "train": train.flatten().tolist()[:64],
        "eval": evaluation.flatten().tolist()[:64],
        "statistics": statistics,
    }


def training(name):
    """Losses of STEPS steps of SGD on the cross-entropy of the features as they are, seen as logits of their first
    ten."""
    network = make(name, 4)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    losses = []
    for step in range(STEPS):
        images, labels = batch(step)
        loss = F.cross_entropy(network(images)[:, :CLASSES], labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


golden = {
    "parameters": {name: {str(width): count(name, width) for width in (16, 64)} for name in MODELS},
    "forward": {name: forward(name) for name in ("vgg11", "vgg16", "resnet18", "resnet50")},
    "training": {name: training(name) for name in ("vgg16", "resnet18", "resnet50")},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")

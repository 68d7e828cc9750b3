#!/usr/bin/env python3
"""Writes gradient_attacks.json: what FGSM and PGD do, in PyTorch, to the authors' Fashion-MNIST networks.

    python3 tests/golden/gradient_attacks.py [CHECKPOINTS]        (written with PyTorch 1.13)

CHECKPOINTS (default ../shared/checkpoints) holds fashion-mnist-lenet-{softmax,gauss}.safetensors; the images are those
of Debian's package dataset-fashion-mnist. Attacked are those of the first 1,000 test images that a network classifies
correctly; judged is the last image of an attack. A flip is confident above 0.1, if the image was before.
"""
import gzip
import json
import pathlib
import struct
import sys

import numpy
import torch
import torch.nn.functional as F

IMAGES, TAU = 1000, 0.1
FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
CHECKPOINTS = pathlib.Path(
    sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2] / "../shared/checkpoints"
)


def idx(name, header):
    values = numpy.frombuffer(gzip.decompress((FASHION_MNIST / name).read_bytes()), numpy.uint8)
    return torch.from_numpy(values[header:].copy())


def checkpoint(head):
    content = (CHECKPOINTS / f"fashion-mnist-lenet-{head}.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    tensors = {}
    for name, entry in json.loads(content[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        values = numpy.frombuffer(content[8 + length + first : 8 + length + last], numpy.float32)
        tensors[name] = torch.from_numpy(values.copy()).reshape(entry["shape"])
    return tensors


def network(head):
    p = checkpoint(head)

    def layer(function, x, name):
        return function(x, p[f"embed.{name}.weight"], p[f"embed.{name}.bias"])

    def logits(images):
        x = images - 0.5
        x = F.max_pool2d(F.relu(layer(F.conv2d, x, "conv1")), 2)
        x = F.max_pool2d(F.relu(layer(F.conv2d, x, "conv2")), 2)
        x = F.relu(layer(F.linear, x.flatten(1), "fc1"))
        x = F.relu(layer(F.linear, x, "fc2"))
        if head == "softmax":
            return F.linear(x, p["classifier.weight"], p["classifier.bias"])
        return -p["classifier.gamma"] * ((x[:, None, :] - p["classifier.weight"]) ** 2).sum(-1)

    return logits


def confidences(head, logits):
    return logits.softmax(1) if head == "softmax" else logits.exp()


def cross_entropy(logits, labels):
    return F.cross_entropy(logits, labels, reduction="sum")


def ce_2022(logits, labels, delta=0.9):
    y = F.one_hot(labels, logits.shape[1])
    own = delta * logits.gather(1, labels[:, None])
    return F.cross_entropy(y * logits + delta * (1 - y) * logits, labels, reduction="sum") - own.sum()


def lengths(x):
    return x.flatten(1).norm(dim=1)[:, None, None, None]


def attack(logits, loss, images, labels, norm, epsilon, steps, step_size):
    change = torch.zeros_like(images)
    for _ in range(steps):
        x = (images + change).requires_grad_()
        slope = torch.autograd.grad(loss(logits(x), labels), x)[0]
        if norm == "Linf":
            change = (change + step_size * slope.sign()).clamp(-epsilon, epsilon)
        else:
            length = lengths(slope)
            change = change + step_size * slope / torch.where(length > 0, length, torch.ones_like(length))
            length = lengths(change)
            change = torch.where(length > epsilon, change * (epsilon / length), change)
        change = (images + change).clamp(0, 1) - images
    return images + change


ATTACKS = {
    "fgsm": dict(norm="Linf", epsilon=0.1, steps=1, step_size=0.1),
    "pgd-linf": dict(norm="Linf", epsilon=0.1, steps=40, step_size=0.01),
    "pgd-l2": dict(norm="L2", epsilon=0.1, steps=40, step_size=0.01),
    # Two that flip more, where more can go wrong.
    "pgd-linf, 10 steps of 0.003": dict(norm="Linf", epsilon=0.03, steps=10, step_size=0.003),
    "pgd-l2, epsilon 1, 20 steps of 0.1": dict(norm="L2", epsilon=1, steps=20, step_size=0.1),
}
LOSSES = {
    "softmax": {"cross-entropy": cross_entropy},
    "gauss": {"cross-entropy": cross_entropy, "ce-2022": ce_2022},
}


def count(head, loss, settings):
    logits = network(head)
    images = idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[:IMAGES].float() / 255
    labels = idx("t10k-labels-idx1-ubyte.gz", 8)[:IMAGES].long()
    with torch.no_grad():
        correct = logits(images).argmax(1) == labels
        images, labels = images[correct], labels[correct]
        before = confidences(head, logits(images)).gather(1, labels[:, None])[:, 0]
    after = logits(attack(logits, loss, images, labels, **settings))
    flips = after.argmax(1) != labels
    confident = flips & (before >= TAU) & (confidences(head, after).max(1).values > TAU)
    return {"attacked": len(labels), "flips": int(flips.sum()), "confident_flips": int(confident.sum())}


golden = {
    head: {name: {a: count(head, loss, settings) for a, settings in ATTACKS.items()} for name, loss in losses.items()}
    for head, losses in LOSSES.items()
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=2) + "\n")

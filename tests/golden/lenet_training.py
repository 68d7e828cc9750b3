#!/usr/bin/env python3
"""Writes lenet_training.json beside this file: numbers from PyTorch that tests/golden_test.cpp follows.

Ten steps of training LeNet on made-up images, once with the softmax head and cross-entropy, once with the Gauss
head and the loss ce-2022, once with DUQ's head, whose loss has a gradient penalty and whose centroids are moving
averages; and one gradient penalty with the norms of its gradients. All in float64.
Data and initial parameters come from the integer generator of golden_data.py, which the test has too: no file is shared.

    python3 tests/golden/lenet_training.py        (written with PyTorch 1.13; takes a few seconds)
"""
import json
import pathlib

import numpy
import torch
import torch.nn.functional as F

from golden_data import splitmix64, uniform

STEPS, BATCH, CLASSES, EMBEDDING = 10, 128, 10, 10
CENTROID_SIZE = 7  # of DUQ's


def batch(step):
    """Labels: word mod 10. Pixel (r, c): word mod 128, plus 127 where c / 3 (rounded down) is the label."""
    labels = (splitmix64(1000 + step, BATCH) % numpy.uint64(CLASSES)).astype(numpy.int64)
    pixels = (splitmix64(2000 + step, BATCH * 28 * 28) % numpy.uint64(128)).astype(numpy.int64)
    pixels = pixels.reshape(BATCH, 28, 28)
    pixels += 127 * (numpy.arange(28)[None, None, :] // 3 == labels[:, None, None])
    images = torch.tensor(pixels, dtype=torch.float64).reshape(BATCH, 1, 28, 28) / 255 - 0.5
    return images, torch.tensor(labels)


def parameters(head):
    """In the order of the network. Parameter i is drawn with seed 100 + i, a weight and its bias within
    +-2/sqrt(fan in), so that ten steps already learn something."""
    shapes = [(6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (120, 256), (120,), (EMBEDDING, 120), (EMBEDDING,)]
    fan_in = [25, 25, 150, 150, 256, 256, 120, 120]
    if head == "softmax":
        shapes += [(CLASSES, EMBEDDING), (CLASSES,)]
        fan_in += [EMBEDDING, EMBEDDING]
    drawn = [uniform(100 + i, shape, -2 / n**0.5, 2 / n**0.5) for i, (shape, n) in enumerate(zip(shapes, fan_in))]
    if head == "gauss":  # centroids in [0, 1), gamma
        drawn += [uniform(108, (CLASSES, EMBEDDING), 0, 1), torch.full((CLASSES,), 0.5, dtype=torch.float64)]
    if head == "duq":
        drawn += [uniform(108, (CENTROID_SIZE, CLASSES, EMBEDDING), -0.3, 0.3)]
    return [p.requires_grad_() for p in drawn]


def features(p, images):
    x = F.max_pool2d(F.relu(F.conv2d(images, p[0], p[1])), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, p[2], p[3])), 2)
    x = F.relu(F.linear(x.flatten(1), p[4], p[5]))
    return F.relu(F.linear(x, p[6], p[7]))


def softmax_logits(p, images):
    return F.linear(features(p, images), p[8], p[9])


def gauss_logits(p, images):
    centroids, gamma = p[8], p[9]
    return -gamma * ((features(p, images)[:, None, :] - centroids) ** 2).sum(-1)


def train_softmax():
    p = parameters("softmax")
    optimizer = torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=5e-4)
    losses = []
    for step in range(STEPS):
        images, labels = batch(step)
        loss = F.cross_entropy(softmax_logits(p, images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def train_ce_2022():
    p = parameters("gauss")
    gamma = p[9]
    delta = torch.full((CLASSES,), 0.9, dtype=torch.float64).requires_grad_()
    groups = [
        {"params": p[:8], "weight_decay": 5e-4},
        {"params": p[8:], "weight_decay": 0},
        {"params": [delta], "weight_decay": 5e-3},
    ]
    optimizer = torch.optim.SGD(groups, lr=0.02, momentum=0.9)
    losses = []
    for step in range(STEPS):
        images, labels = batch(step)
        logits = gauss_logits(p, images)
        y = F.one_hot(labels, CLASSES)
        own = (delta * logits).gather(1, labels[:, None])
        loss = F.cross_entropy(y * logits + delta * (1 - y) * logits, labels) - own.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            gamma.clamp_(0.1, 1000)
            delta.clamp_(0.001, 0.9)
        losses.append(loss.item())
    return losses


def gradient_penalty(outputs, images):
    """((|d sum(outputs) / d image| - 1)^2), the mean over a batch."""
    slope = torch.autograd.grad(outputs.sum(), images, create_graph=True)[0]
    return ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()


def train_duq():
    """The loss of each step, and the centroids after the last."""
    p = parameters("duq")
    sums = uniform(109, (CENTROID_SIZE, CLASSES), -1, 1)
    counts = torch.full((CLASSES,), 10, dtype=torch.float64)
    optimizer = torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=5e-4)
    losses = []
    for step in range(STEPS):
        images, labels = batch(step)
        images.requires_grad_()
        y = F.one_hot(labels, CLASSES).double()
        points = torch.einsum("nd,skd->nsk", features(p, images), p[8])
        confidences = torch.exp(-((points - sums / counts) ** 2).mean(1))
        loss = F.binary_cross_entropy(confidences, y) + gradient_penalty(confidences, images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            points = torch.einsum("nd,skd->nsk", features(p, images), p[8])
            counts = 0.999 * counts + 0.001 * y.sum(0)
            sums = 0.999 * sums + 0.001 * torch.einsum("nsk,nk->sk", points, y)
        losses.append(loss.item())
    return {"losses": losses, "centroids": (sums / counts).flatten().tolist()}


def penalty(head, logits):
    """Of the logits of one batch, and the norm of its gradient in each parameter."""
    p = parameters(head)
    images = batch(0)[0].requires_grad_()
    value = gradient_penalty(logits(p, images), images)
    gradients = torch.autograd.grad(value, p, allow_unused=True)
    return {"value": value.item(), "gradient_norms": [0.0 if g is None else g.norm().item() for g in gradients]}


golden = {
    "softmax": train_softmax(),
    "ce-2022": train_ce_2022(),
    "duq": train_duq(),
    "penalty": {"softmax": penalty("softmax", softmax_logits), "gauss": penalty("gauss", gauss_logits)},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=2) + "\n")

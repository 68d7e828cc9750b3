"""Voronet's networks in PyTorch, with the same state names: what bench_peers.py and tests/golden compare with."""
import torch.nn.functional as F
from torch import nn


def lenet(features=84):
    """On 28 x 28 x 1 images, to the logits of 10 classes; with the original 84 features, or fewer."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, features), nn.ReLU(), nn.Linear(features, 10))


class Block(nn.Module):
    """Kernels and channels of the branch's convolutions; the 3x3 one (the first, for two) has the stride."""

    def __init__(self, inputs, plan, stride):
        super().__init__()
        channels = inputs
        strided = next(i for i, (kernel, _) in enumerate(plan) if kernel == 3)
        for i, (kernel, outputs) in enumerate(plan):
            step = stride if i == strided else 1
            self.add_module(f"conv{i + 1}", nn.Conv2d(channels, outputs, kernel, step, kernel // 2, bias=False))
            self.add_module(f"bn{i + 1}", nn.BatchNorm2d(outputs))
            channels = outputs
        self.length = len(plan)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != channels:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = x
        for i in range(1, self.length + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.length:
                y = F.relu(y)
        return F.relu(y + self.shortcut(x))


class ResNet(nn.Module):
    BLOCKS = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3]}

    def __init__(self, depth, width):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        channels = width
        for stage, blocks in enumerate(self.BLOCKS[depth]):
            w = width << stage
            plan = [(3, w), (3, w)] if depth < 50 else [(1, w), (3, w), (1, 4 * w)]
            layer = []
            for block in range(blocks):
                layer.append(Block(channels, plan, 2 if stage > 0 and block == 0 else 1))
                channels = plan[-1][1]
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layer))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
        return x.mean((2, 3))


class VGG(nn.Module):
    STAGES = {11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4]}

    def __init__(self, depth, width):
        super().__init__()
        layers, channels = [], 3
        for stage, convolutions in enumerate(self.STAGES[depth]):
            for _ in range(convolutions):
                outputs = width << min(stage, 3)
                layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
                channels = outputs
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)

    def forward(self, x):
        return self.features(x).flatten(1)

"""Voronet's classifiers in PyTorch, with the same names: from the files that `voronet export` writes.

    python3 -i interchange/torch_classifier.py gauss.safetensors     # and then: net(images)
"""
import pathlib
import sys

import torch
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parent))
import safetensors_torch  # noqa: E402
from torch_networks import VGG, ResNet  # noqa: E402


class LeNet(nn.Module):
    """On 28 x 28 x 1 images."""

    def __init__(self, features, final_relu):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(256, 120), nn.Linear(120, features)
        self.final_relu = final_relu

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = nn.functional.max_pool2d(conv(x).relu(), 2)
        x = self.fc2(self.fc1(x.flatten(1)).relu())
        return x.relu() if self.final_relu else x


class Gauss(nn.Module):
    """Logits -gamma_k |x - z_k|^2; their exponentials are the confidences. (Of nn.Linear's it is the softmax.)"""

    def __init__(self, features, classes):
        super().__init__()
        self.weight, self.gamma = nn.Parameter(torch.zeros(classes, features)), nn.Parameter(torch.ones(classes))

    def forward(self, x):
        return -self.gamma * (x[:, None] - self.weight).square().sum(2)


def embedding(about):
    model = about["model"]
    if model == "lenet":
        return LeNet(int(about["embedding"]), about["final_relu"] == "on")
    kind, depth = (VGG, model[3:]) if model.startswith("vgg") else (ResNet, model[6:])
    return kind(int(depth), int(about["model_width"]))


class Classifier(nn.Module):
    """Images (n, c, h, w) in [0, 1] -> logits (n, classes). about: the file's metadata. Softmax and Gauss heads; of
    LeNet with 28 x 28 x 1 images, and of VGG and ResNet with 32 x 32 x 3 and as many features as they have themselves."""

    def __init__(self, about):
        super().__init__()
        self.mean, self.std = (torch.tensor([float(value) for value in about[key].split(",")]).reshape(-1, 1, 1)
                               for key in ("mean", "std"))
        self.embed = embedding(about)
        sizes = int(about["embedding"]), int(about["classes"])
        self.classifier = Gauss(*sizes) if about["head"] == "gauss" else nn.Linear(*sizes, about["bias"] == "on")

    def forward(self, images):
        return self.classifier(self.embed((images - self.mean) / self.std))


def load(path):
    tensors, about = safetensors_torch.load(path)
    net = Classifier(about).eval()
    net.load_state_dict(tensors)
    return net


if __name__ == "__main__":
    net = load(sys.argv[1])

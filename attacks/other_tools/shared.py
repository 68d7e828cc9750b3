"""What the scripts here share: images of MNIST's format, a network that `voronet export` wrote, in PyTorch, and the file
that `voronet judge --images` takes."""
import gzip
import pathlib
import sys

import numpy as np

sys.path.append(str(pathlib.Path(__file__).parents[2] / "interchange"))
from torch_classifier import load  # noqa: E402,F401


def read(folder, name, header):
    plain = pathlib.Path(folder) / name
    data = plain.read_bytes() if plain.exists() else gzip.open(f"{plain}.gz").read()
    return np.frombuffer(data, np.uint8, offset=header)


def test_images(folder, count):
    """The first so many: float32 (count, 1, 28, 28) in [0, 1], as PyTorch takes them, and their labels."""
    images = read(folder, "t10k-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)[:count]
    return images.astype(np.float32) / 255, read(folder, "t10k-labels-idx1-ubyte", 8)[:count].astype(np.int64)


def save(path, images, labels):
    """images: float32 (n, 1, 28, 28), what became of the data set's first n."""
    np.savez(path, images=images, indices=np.arange(len(images)), labels=labels)

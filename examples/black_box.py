"""A model for voronet's --model-command, by the protocol in attacks/BLACK_BOX.md: a softmax layer, whose weights W (pixels,
classes) and b (classes) lie in an .npz file. For a network of your own, change what logits() does.

    voronet attack --model-command "python3 examples/black_box.py weights.npz" --data mnist --out attack
"""
import struct
import sys

import numpy as np

weights = np.load(sys.argv[1])


def logits(images):
    """float32 (n, height, width, channels) in [0, 1] -> (n, classes)."""
    return images.reshape(len(images), -1) @ weights["W"] + weights["b"]


def read(size):
    data = sys.stdin.buffer.read(size)
    return data if len(data) == size else sys.exit()  # voronet is through


def write(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


shape = [int(size) for size in sys.stdin.buffer.readline().split()[2:]]  # voronet 1 HEIGHT WIDTH CHANNELS
write(b"voronet 1 %d\n" % len(weights["b"]))
while True:
    (n,) = struct.unpack("<I", read(4))
    images = np.frombuffer(read(4 * n * int(np.prod(shape))), "<f4").reshape(n, *shape)
    write(struct.pack("<I", n) + logits(images).astype("<f4").tobytes())

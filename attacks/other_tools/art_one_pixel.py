"""The one-pixel attack of ART (adversarial-robustness-toolbox), for `voronet judge`.

    voronet export --checkpoint runs/gauss --out gauss.safetensors
    python3 attacks/other_tools/art_one_pixel.py gauss.safetensors /usr/share/datasets/fashion-mnist 100 art.npz
    voronet judge --checkpoint runs/gauss --data fashion-mnist --images art.npz --range 0:100
"""
import sys

import numpy as np
import torch
from art.attacks.evasion import PixelAttack
from art.estimators.classification import PyTorchClassifier
from shared import load, save, test_images

network, folder, count, out = sys.argv[1:]
images, labels = test_images(folder, int(count))
classifier = PyTorchClassifier(load(network), torch.nn.CrossEntropyLoss(), (1, 28, 28), 10, clip_values=(0, 1))
np.random.seed(1)
attack = PixelAttack(classifier, th=1, es=1, max_iter=100)  # one pixel, by differential evolution
save(out, attack.generate(images, labels).astype(np.float32), labels)

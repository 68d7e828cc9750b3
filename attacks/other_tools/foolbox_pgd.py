"""Projected gradient descent of Foolbox, every value within EPSILON, for `voronet judge`.

    voronet export --checkpoint runs/gauss --out gauss.safetensors
    python3 attacks/other_tools/foolbox_pgd.py gauss.safetensors /usr/share/datasets/fashion-mnist 100 0.02 foolbox.npz
    voronet judge --checkpoint runs/gauss --data fashion-mnist --images foolbox.npz --range 0:100 --epsilon 0.02
"""
import sys

import foolbox
import torch
from shared import load, save, test_images

network, folder, count, epsilon, out = sys.argv[1:]
images, labels = test_images(folder, int(count))
torch.manual_seed(1)
model = foolbox.PyTorchModel(load(network), bounds=(0, 1), device="cpu")
attack = foolbox.attacks.LinfPGD(steps=40)
_, clipped, success = attack(model, torch.tensor(images), torch.tensor(labels), epsilons=float(epsilon))
print(f"Foolbox counts {int(success.sum())} of {len(labels)}, those among them that were wrong before")
save(out, clipped.numpy(), labels)

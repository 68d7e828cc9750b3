"""Runs checkpoints in PyTorch; tests/torch_interchange_test.cpp starts it.

usage: python3 torch_interchange.py FOLDER
Each FOLDER/NAME.safetensors takes the images of NAME.input, floats n x c x h x w, and leaves their logits in NAME.logits,
and the network's own state_dict, without a word of what it is, in NAME.state."""
import pathlib
import sys

import numpy
import torch

sys.path.append(str(pathlib.Path(__file__).parents[2] / "interchange"))
import safetensors_torch  # noqa: E402
import torch_classifier  # noqa: E402

for path in pathlib.Path(sys.argv[1]).glob("*.safetensors"):
    net = torch_classifier.load(path)
    about = safetensors_torch.load(path)[1]
    shape = [int(about[key]) for key in ("channels", "height", "width")]
    images = torch.tensor(numpy.fromfile(path.with_suffix(".input"), "float32")).reshape(-1, *shape)
    with torch.no_grad():
        net(images).numpy().tofile(path.with_suffix(".logits"))
    safetensors_torch.save(path.with_suffix(".state"), net.state_dict())

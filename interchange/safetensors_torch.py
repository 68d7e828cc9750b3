"""safetensors files to and from PyTorch, for machines without the package safetensors, whose load_file and save_file do
the same. A file is the length of a JSON header (8 bytes, little-endian), the header, and the raw elements."""
import json
import struct

import torch

DTYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def load(path):
    """The tensors by name, as load_state_dict takes them, and the metadata, {text: text}."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        elements = bytearray(file.read())
    metadata = header.pop("__metadata__", {})
    return {name: torch.frombuffer(elements[slice(*about["data_offsets"])], dtype=DTYPES[about["dtype"]])
            .reshape(about["shape"]) for name, about in header.items()}, metadata


def save(path, tensors, metadata={}):
    """tensors: a state_dict of float32, float64 or int64."""
    header, parts, offset = {"__metadata__": metadata} if metadata else {}, [], 0
    for name, tensor in tensors.items():
        parts.append(tensor.detach().cpu().contiguous().numpy().tobytes())
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + len(parts[-1])]}
        offset += len(parts[-1])
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))

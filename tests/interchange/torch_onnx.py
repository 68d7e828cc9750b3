"""Runs ONNX models in PyTorch, operator by operator; tests/support/onnx_models.h starts it.

usage: python3 torch_onnx.py FOLDER
Each FOLDER/NAME.onnx of interchange/onnx_model.h takes the floats of NAME.input, as many images as they are, and
leaves those of its output in NAME.KERNELS: of oneDNN's, of PyTorch's own, and of those with zeros in place of
subnormal numbers. It reads the file itself, the parts of onnx.proto that these models have."""
import pathlib
import struct
import sys

import numpy
import torch
from torch.nn import functional


def varint(data, at):
    value, shift = 0, 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value - (1 << 64) * (value >> 63), at


def fields(data):
    """Of a protobuf message: {number: all its values}; numbers that are no integers stay bytes."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            size, at = varint(data, at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
            value, at = data[at:at + size], at + size
        found.setdefault(key >> 3, []).append(value)
    return found


def integers(values):
    """Of a repeated field, packed or not."""
    found = []
    for value in values:
        at = 0
        while isinstance(value, bytes) and at < len(value):
            number, at = varint(value, at)
            found.append(number)
        if isinstance(value, int):
            found.append(value)
    return found


def tensor(data):
    of = fields(data)
    if 9 not in of:
        return of[8][0].decode(), integers(of[7])
    numbers = torch.from_numpy(numpy.frombuffer(of[9][0], "float32").copy())
    return of[8][0].decode(), numbers.reshape(integers(of.get(1, [])))


def attribute(data):
    """Its name, and whichever it has of a float, an integer, a word and integers."""
    of = fields(data)
    readers = {2: lambda values: struct.unpack("<f", values[0])[0], 3: lambda values: values[0],
               4: lambda values: values[0].decode(), 8: integers}
    return of[1][0].decode(), next(read(of[number]) for number, read in readers.items() if number in of)


def padded(x, sides, mode):
    top, left, bottom, right = sides[2], sides[3], sides[6], sides[7]
    return functional.pad(x, (left, right, top, bottom), {"edge": "replicate"}.get(mode, mode))


OPERATORS = {
    "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Neg": torch.neg, "Identity": lambda x: x,
    "Relu": torch.relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh, "Clip": torch.clamp,
    "LeakyRelu": lambda x, alpha: functional.leaky_relu(x, alpha),
    "Conv": lambda x, w, b=None, kernel_shape=None, strides=1, pads=(0,): functional.conv2d(x, w, b, strides, pads[0]),
    "Gemm": lambda x, w, b=None, transB=1: functional.linear(x, w, b),
    "MaxPool": lambda x, kernel_shape, strides: functional.max_pool2d(x, kernel_shape, strides),
    "AveragePool": lambda x, kernel_shape, strides: functional.avg_pool2d(x, kernel_shape, strides),
    "GlobalAveragePool": lambda x: functional.adaptive_avg_pool2d(x, 1),
    "Flatten": lambda x: x.flatten(1),
    "Pad": padded,
    "Concat": lambda *x, axis: torch.cat(x, axis),
    "Unsqueeze": lambda x, axes: x.unsqueeze(axes[0]),
    "Reshape": lambda x, shape: x.reshape(shape),
    "ReduceSumSquare": lambda x, axes, keepdims: (x * x).sum(axes, bool(keepdims)),
}


def run(graph, images):
    """The graph's output; its one input takes the images, floats in a row."""
    values = dict(tensor(each) for each in graph[5])
    input_type = fields(graph[11][0])
    shape = fields(fields(fields(input_type[2][0])[1][0])[2][0])
    values[input_type[1][0].decode()] = images.reshape([fields(size).get(1, [-1])[0] for size in shape[1]])
    for node in map(fields, graph[1]):
        inputs = [values[name.decode()] for name in node[1]]
        result = OPERATORS[node[4][0].decode()](*inputs, **dict(map(attribute, node.get(5, []))))
        values[node[2][0].decode()] = result
    return values[fields(graph[12][0])[1][0].decode()]


def main():
    torch.set_num_threads(1)
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
        graph = fields(fields(path.read_bytes())[7][0])
        images = torch.from_numpy(numpy.fromfile(path.with_suffix(".input"), "float32"))
        for kernels in ("onednn", "own", "flushed"):
            torch.set_flush_denormal(kernels == "flushed")
            with torch.no_grad(), torch.backends.mkldnn.flags(enabled=kernels == "onednn"):
                run(graph, images).numpy().tofile(path.with_suffix("." + kernels))


main()

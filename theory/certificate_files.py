"""Reads what certificates speak of: networks (safetensors, ONNX) and images (IDX, CIFAR-10's binary files, CSV).

A network is a list of steps on vectors, (operation, numbers of the values that go in) each, of which number i makes value
i + 1. Value 0 is the pixels / 255, channel by channel, row by row, scaled and shifted, which only the first step reads; the
others are Sums, "relu", Pools and Adds, and the last one makes the features; then comes a head. What is no such list is
refused. Of protobuf, in which ONNX files are written, only the wire format is needed:
https://protobuf.dev/programming-guides/encoding.
"""
import collections
import gzip
import hashlib
import json

import numpy as np

class Refused(Exception):
    pass

def require(holds, why):
    if not holds:
        raise Refused(why)

def read_bytes(path):
    data = open(path, "rb").read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data

def read_idx(path):
    data = read_bytes(path)
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, int(np.prod(shape)), 4 + 4 * data[3]).reshape(shape)

def read_images(path, labels):
    """(n, height, width, channels) and (n). Without a file of labels these stand before the pixels of each image."""
    if labels:
        images = read_idx(path)
        return images[..., None], read_idx(labels)
    data = read_bytes(path)
    if path.endswith(".bin"):
        rows = np.frombuffer(data, np.uint8).reshape(-1, 3073)
        return rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), rows[:, 0]
    rows = np.array([line.split(b",") for line in data.split()], np.uint8)
    channels = 1 if int((len(rows[0]) - 1)**0.5)**2 == len(rows[0]) - 1 else 3
    side = int(((len(rows[0]) - 1) // channels)**0.5)
    return rows[:, 1:].reshape(-1, side, side, channels), rows[:, 0]

class Sum:
    """x @ matrix + bias, of `products` products each."""
    def __init__(self, matrix, bias, products):
        self.matrix, self.bias, self.products = matrix, bias, products
        self.largest, self.reads = 1 + np.abs(matrix).max() + np.abs(bias).max(), matrix != 0
        self.back = lambda c: c @ matrix.T  # of coefficients (n, outputs)

Add = collections.namedtuple("Add", "products")  # of two values; the largest number of products in a Sum that makes one
Pool = collections.namedtuple("Pool", "windows")  # (outputs, 4): the values of which each output is the largest
Linear = collections.namedtuple("Linear", "weight bias")  # logit_k = w_k x + b_k
# logit_k = -scale_k |W_k x - e_k|^2, or, without weight, -scale_k |x - e_k|^2.
Squares = collections.namedtuple("Squares", "weight centroids scale")

def convolution(kernel, bias, shape, settings, stride=1, pad=0):
    """Of maps of this shape (channels, height, width): a Sum, and the shape of what it makes of them."""
    outputs, inputs, tall, wide = kernel.shape
    require(inputs == shape[0], "a convolution is of other maps")
    # Of 3 x 3 and stride 1 the sum may be computed by Winograd's algorithm, of whose rounding nothing is known here.
    require((tall, wide, stride) != (3, 3, 1) or settings["winograd"] == "off", "a convolution may be computed otherwise than by products and sums")
    height, width = ((side + 2 * pad - size) // stride + 1 for side, size in zip(shape[1:], (tall, wide)))
    matrix = np.zeros((inputs, shape[1] + 2 * pad, shape[2] + 2 * pad, outputs, height, width))
    for y in range(height):
        for x in range(width):
            matrix[:, y * stride:y * stride + tall, x * stride:x * stride + wide, :, y, x] = kernel.transpose(1, 2, 3, 0)
    matrix = matrix[:, pad:pad + shape[1], pad:pad + shape[2]].reshape(np.prod(shape), -1)
    def back(c):  # by the kernel, where most of the matrix is 0
        padded = np.zeros((len(c), inputs, shape[1] + 2 * pad, shape[2] + 2 * pad))
        for y, x in np.ndindex(tall, wide):
            of_tap = kernel[:, :, y, x].T.astype(np.float64) @ c.reshape(len(c), outputs, -1)
            padded[..., y:y + stride * height:stride, x:x + stride * width:stride] += of_tap.reshape(-1, inputs, height, width)
        return padded[..., pad:pad + shape[1], pad:pad + shape[2]].reshape(len(c), -1)
    step = Sum(matrix, np.repeat(bias, height * width), inputs * tall * wide)
    if step.reads.mean() < 0.25:
        step.back = back
    return step, (outputs, height, width)

def pooling(shape):
    """The largest of each 2 x 2 values, and the shape that is left; an odd row or column is left out."""
    half = (shape[0], shape[1] // 2, shape[2] // 2)
    at = np.arange(np.prod(shape)).reshape(shape)[:, :2 * half[1], :2 * half[2]]
    windows = at.reshape(half[0], half[1], 2, half[2], 2).transpose(0, 1, 3, 2, 4)
    return Pool(windows.reshape(-1, 4)), half

class Normalisation:
    """x -> x scale - offset, done by (x - mean) / deviation once or several times, for each channel."""
    def __init__(self, channels):
        self.scale, self.offset, self.largest, self.roundings = np.ones(channels), np.zeros(channels), 2, 2
        self.terms = np.zeros(channels)  # of the offset, added up by their absolute values
    def then(self, mean, deviation):
        """Margins are of the network with the factor 1 / deviation and the shift mean / deviation as floats. Beyond what
        dividing rounds, that is three roundings: of deviation or mean, and of these two."""
        mean, deviation = (np.broadcast_to(np.ravel(v), self.scale.shape).astype(np.float32) for v in (mean, deviation))
        require(np.all(deviation > 2.0**-110) and np.all(np.abs(mean) < 2.0**110), "its normalisation is none")
        if np.all(mean == 0) and np.all(deviation == 1):
            return
        factor, shift = (1 / deviation).astype(np.float64), (mean / deviation).astype(np.float64)
        self.scale, self.offset = self.scale * factor, self.offset * factor + shift
        self.terms = self.terms * factor + np.abs(shift)
        self.largest *= (2 + np.abs(mean).max()) * (1 + factor.max())**2
        self.roundings += 5

class Network:
    """A file, read for images of one shape as the settings say that certificates carry."""
    def __init__(self, path):
        self.data = read_bytes(path)
        self.md5, self.settings, self.is_onnx = hashlib.md5(self.data).hexdigest(), None, path.endswith(".onnx")
    def use(self, settings, shape):
        """The first certificate decides, all others must say the same."""
        if self.settings is not None:
            return require(settings == self.settings, "its settings are not those of the certificates before")
        self.shape, self.normalisation = shape, Normalisation(shape[2])
        numbers = [[float(v) for v in settings[key].split(",")] for key in ("mean", "std")]
        self.normalisation.then(*numbers)
        self.steps, self.head = (read_onnx if self.is_onnx else read_lenet)(self, settings, (shape[2], *shape[:2]))
        require(all(0 not in sources for _, sources in self.steps[1:]), "not only its first step reads pixels")
        arrays = [a for step, _ in self.steps if isinstance(step, Sum) for a in (step.matrix, step.bias)]
        for array in arrays + [a for a in self.head if a is not None]:
            require(np.all(np.abs(array) < 2.0**110), "it has a value that is not finite or too large")
        self.settings = settings

def read_lenet(network, settings, shape):
    data, tensors = network.data, {}
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    for key, value in header.pop("__metadata__", {}).items():
        require(settings.get(key, value) == value, f"setting {key}: the network's file has {value}")
    for name, about in header.items():
        if about["dtype"] == "F32":
            begin, end = (start + offset for offset in about["data_offsets"])
            tensors[name] = np.frombuffer(data[begin:end], "<f4").astype(np.float64).reshape(about["shape"])
    head, steps = settings["head"], []
    require(settings["model"] == "lenet" and head in ("softmax", "gauss", "duq"), "it is of no LeNet known here")
    require(settings["spectral_norm"] == "0", "its norms are limited, of which nothing is known here")
    for name in ("embed.conv1", "embed.conv2"):
        step, shape = convolution(tensors[name + ".weight"], tensors[name + ".bias"], shape, settings)
        pool, shape = pooling(shape)
        steps += [step, "relu", pool]
    for name in ("embed.fc1", "embed.fc2"):
        weight = tensors[name + ".weight"].T
        steps += [Sum(weight, tensors[name + ".bias"], len(weight)), "relu"]
    steps = [(step, (i,)) for i, step in enumerate(steps if settings["final_relu"] == "on" else steps[:-1])]
    if head == "duq":  # its centroids are quotients of floats, and so is its factor
        centroids = (tensors["classifier.m"].astype(np.float32) / tensors["classifier.N"].astype(np.float32)).T
        factor = np.float32(float(settings["duq_gamma"]) / centroids.shape[1])
        scale = np.full(len(centroids), float(factor))
        return steps, Squares(tensors["classifier.W"].transpose(1, 0, 2), centroids.astype(np.float64), scale)
    weight = tensors["classifier.weight"]
    if head == "gauss":
        require(np.all(tensors["classifier.gamma"] > 0), "a gamma is not positive")
        return steps, Squares(None, weight, tensors["classifier.gamma"])
    return steps, Linear(weight, tensors.get("classifier.bias", np.zeros(len(weight))))

def varint(data, at):
    value = shift = 0
    while True:
        value, shift, at = value | (data[at] & 127) << shift, shift + 7, at + 1
        if data[at - 1] < 128:
            return value - (value >> 63 << 64), at

def message(data):
    """Of each field's number, the list of its values: whole numbers, or bytes."""
    fields, at = collections.defaultdict(list), 0
    while at < len(data):
        key, at = varint(data, at)
        kind, size = key & 7, {1: 8, 5: 4}.get(key & 7)
        if kind == 0:
            value, at = varint(data, at)
        else:
            size, at = varint(data, at) if kind == 2 else (size, at)
            require(size is not None and 0 <= size <= len(data) - at, "its file is damaged")
            value, at = data[at:at + size], at + size
        fields[key >> 3].append(value)
    return fields

def tensor(data):
    fields = message(data)
    require(fields[2] in ([1], [7]) and not fields[14], "a tensor is not of numbers known here, or elsewhere")
    data, kind = fields[9][0] if fields[9] else b"".join(fields[4]), {1: "<f4", 7: "<i8"}[fields[2][0]]
    return np.frombuffer(data, kind).astype(np.float64).reshape(fields[1])

def attributes(node):
    """Of each name: a tensor, a float, whole numbers, or one."""
    found = {}
    for of in map(message, node[5]):
        one = np.frombuffer(of[2][0], "<f4")[0] if of[2] else of[3][0] if of[3] else None
        found[of[1][0].decode()] = tensor(of[5][0]) if of[5] else of[8] if of[8] else one
    return found

def read_onnx(network, settings, shape):
    require(settings["head"] == "softmax", "an ONNX file has no such head")
    graph = message(message(network.data)[7][0])
    constants = {message(data)[8][0]: tensor(data) for data in graph[5]}
    inputs = [name for name in (message(data)[1][0] for data in graph[11]) if name not in constants]
    require(len(inputs) == 1, "it has several inputs")
    steps, made = [], {inputs[0]: (0, shape)}  # of each name: the value's number, and its shape
    for node in map(message, graph[1]):
        kind, own, has = node[4][0].decode(), attributes(node), node[1]
        if kind == "Constant":
            constants[node[2][0]] = own["value"]
            continue
        operands = 2 if kind == "Add" else 1
        require(all(name in made for name in has[:operands]) and all(name in constants for name in has[operands:]) and
                len(has) >= operands and len(node[2]) == 1, f"{kind}: of other operands")
        sources, shape = zip(*(made[name] for name in has[:operands]))
        shape, step, with_ = shape[0], None, [constants[name] for name in has[operands:]]
        if kind in ("Sub", "Div"):
            require(not steps and with_[0].size in (1, shape[0]), f"{kind}: not of pixels")
            network.normalisation.then(*((with_[0], 1) if kind == "Sub" else (0, with_[0])))
        elif kind == "Conv":
            stride, pad, dilation = (set(own.get(k, [d])) for k, d in (("strides", 1), ("pads", 0), ("dilations", 1)))
            require(own.get("group", 1) == 1 and dilation == {1} and len(stride) == len(pad) == 1, "Conv: of another kind")
            bias = with_[1] if len(with_) > 1 else np.zeros(len(with_[0]))
            step, shape = convolution(with_[0], bias, shape, settings, *stride, *pad)
        elif kind == "Relu":
            step = "relu"
        elif kind == "Add":
            require(made[has[0]][1] == made[has[1]][1], "Add: of values of two shapes")
            step = Add(max([steps[s - 1][0].products for s in sources if isinstance(steps[s - 1][0], Sum)], default=1))
        elif kind == "MaxPool":
            plain = set(own) <= {"kernel_shape", "strides"} and own["kernel_shape"] == own.get("strides") == [2, 2]
            require(plain and len(shape) == 3, "MaxPool: of another kind")
            step, shape = pooling(shape)
        elif kind in ("Flatten", "Reshape"):
            flat = int(np.prod(shape))
            require(own.get("axis", 1) == 1 if kind == "Flatten" else len(with_[0]) == 2 and abs(with_[0][0]) == 1 and
                    with_[0][1] in (-1, flat), f"{kind}: of another kind")
            shape = (flat,)
        elif kind == "Gemm":
            require(own.get("alpha", 1) == own.get("beta", 1) == 1 and not own.get("transA", 0), "Gemm: of another kind")
            weight = with_[0].T if own.get("transB", 0) else with_[0]
            require(shape == (len(weight),), "Gemm: of other values")
            step = Sum(weight, with_[1] if len(with_) > 1 else np.zeros(weight.shape[1]), len(weight))
            shape = (weight.shape[1],)
        else:
            raise Refused(f"operator {kind} is not known here")
        if step is not None:
            steps.append((step, sources))
        made[node[2][0]] = (len(steps) if step is not None else sources[0], shape)
    output, shape = made[message(graph[12][0])[1][0]]
    last, sources = steps.pop()
    require(isinstance(last, Sum) and len(shape) == 1 and output == sources[0] + 1 == len(steps) + 1 and len(graph[12]) == 1,
            "its end is no linear layer of what comes before")
    return steps, Linear(last.matrix.T, np.broadcast_to(last.bias, shape))

#!/usr/bin/env python3
"""Checks certificates of `voronet attack --method certify|line --certificates FOLDER`, with no code in common.

    python3 theory/check_certificate.py --network FILE.safetensors --images t10k-images-idx3-ubyte.gz \\
        --labels t10k-labels-idx1-ubyte.gz CERTIFICATE.json ...

A certificate says of a gray image that no value of any single pixel changes the class that a LeNet gives it, or that
one does; theory/README.md has the format. It is accepted if its claims follow, for every evaluation of the network in
single precision, from bounds computed here: all that is taken from it is where a pixel's values are to be cut, and what
the network's file does not say of how to read it, which is printed. Exit status: 0 all accepted, 1 any refused.

The bounds. While a pixel takes values from a range, each value of the network is, in exact arithmetic,
    centre + slope t + noise,  -1 <= t <= 1,  |noise| <= radius,
and an evaluation in floats is off by at most `error`. Sums carry all four along. A ReLU that bends lies under its chord
and over the chord's parallel through 0; the largest of four values is the one with the largest centre, and up to as
much more as another may be greater. A layer's sum in floats, in any order, fused or not, is off by at most gamma(k)
times the sum of its terms' absolute values, if each goes through at most k roundings (Higham, Accuracy and Stability of
Numerical Algorithms, 2002, section 3.1), and by TINY for each that is too small for a float. k is the number of
products, and two: for the bias, and more than all that doubles round here; and four where a normalisation is folded in.
"""
import argparse
import collections
import gzip
import hashlib
import json
import sys

import numpy as np

UNIT, TINY, HUGE = 2.0**-24, 2.0**-120, 2.0**120

class Refused(Exception):
    pass

def require(holds, why):
    if not holds:
        raise Refused(why)

def gamma(roundings):
    return roundings * UNIT / (1 - roundings * UNIT)

def read_bytes(path):
    data = open(path, "rb").read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data

def read_idx(path):
    data = read_bytes(path)
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, int(np.prod(shape)), 4 + 4 * data[3]).reshape(shape)

class Layer:
    def __init__(self, matrix, bias, products):
        self.matrix, self.absolute, self.bias, self.products = matrix, np.abs(matrix), bias, products
        self.largest = 1 + self.absolute.max() + np.abs(bias).max()

def convolution(kernel, bias, side):
    """As a matrix, (in channels * side * side, out channels * outputs)."""
    outputs, inputs, size, _ = kernel.shape
    places = side - size + 1
    matrix = np.zeros((inputs, side, side, outputs, places, places))
    for y in range(places):
        for x in range(places):
            matrix[:, y:y + size, x:x + size, :, y, x] = kernel.transpose(1, 2, 3, 0)
    return Layer(matrix.reshape(inputs * side**2, -1), np.repeat(bias, places**2), inputs * size**2)

class Network:
    """A safetensors file, read as a LeNet as the settings say that certificates carry."""
    def __init__(self, path):
        data = read_bytes(path)
        start = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:start])
        self.md5, self.metadata = hashlib.md5(data).hexdigest(), header.pop("__metadata__", {})
        self.tensors, self.settings = {}, None
        for name, about in header.items():
            if about["dtype"] == "F32":
                begin, end = (start + offset for offset in about["data_offsets"])
                self.tensors[name] = np.frombuffer(data[begin:end], "<f4").astype(np.float64).reshape(about["shape"])
    def use(self, settings, side):
        """The first certificate decides, all others must say the same."""
        if self.settings is not None:
            return require(settings == self.settings, "its settings are not those of the certificates before")
        for key, value in self.metadata.items():
            require(settings.get(key, value) == value, f"setting {key}: the network's file has {value}")
        head, t = settings["head"], self.tensors
        require(settings["model"] == "lenet" and head in ("softmax", "gauss", "duq"), "it is of no LeNet known here")
        require(settings["spectral_norm"] == "0", "its norms are limited, of which nothing is known here")
        for name, tensor in t.items():
            require(np.all(np.abs(tensor) < 2.0**110), f"{name} has a value that is not finite or too large")
        self.mean, self.deviation = float(settings["mean"]), float(settings["std"])
        require(self.deviation > 0 and abs(self.mean) < HUGE, "its normalisation is none")
        self.layers = [convolution(t["embed.conv1.weight"], t["embed.conv1.bias"], side),
                       convolution(t["embed.conv2.weight"], t["embed.conv2.bias"], (side - 4) // 2)]
        for name in ("embed.fc1", "embed.fc2"):
            weight = t[name + ".weight"].T
            self.layers.append(Layer(weight, t[name + ".bias"], len(weight)))
        self.final_relu = settings["final_relu"] == "on"
        if head == "duq":  # its centroids are quotients of floats, and so is its factor
            centroids = (t["classifier.m"].astype(np.float32) / t["classifier.N"].astype(np.float32)).T
            factor = np.float32(float(settings["duq_gamma"]) / centroids.shape[1])
            self.head = Squares(t["classifier.W"].transpose(1, 0, 2), centroids.astype(np.float64),
                                np.full(len(centroids), float(factor)))
        elif head == "gauss":
            self.head = Squares(None, t["classifier.weight"], t["classifier.gamma"])
        else:
            weight = t["classifier.weight"]
            self.head = Linear(weight, t.get("classifier.bias", np.zeros(len(weight))))
        self.settings = settings

class Forms(collections.namedtuple("Forms", "centre slope radius error")):
    """Of n ranges at once, each plane (n, values)."""
    def reach(self):
        return np.abs(self.slope) + self.radius
    def magnitude(self):
        return np.abs(self.centre) + self.reach() + self.error

def through(layer, x):
    size, share = x.magnitude(), gamma(layer.products + 2)
    on_the_way = layer.products * layer.largest * (1 + size.max(axis=1, keepdims=True))
    require(np.all(on_the_way < HUGE), "a value may be too large for a float")
    error = (x.error + share * size) @ layer.absolute + share * np.abs(layer.bias) + layer.products * TINY * on_the_way
    return Forms(x.centre @ layer.matrix + layer.bias, x.slope @ layer.matrix, x.radius @ layer.absolute, error)

def relu(x):
    low, high = x.centre - x.reach(), x.centre + x.reach()
    bends = (low < 0) & (high > 0)
    steepness = np.where(bends, high / np.where(bends, high - low, 1), (low >= 0) * 1.0)
    gap = np.where(bends, -steepness * low / 2, 0)
    error = np.where(high <= 0, np.maximum(high + x.error, 0), x.error)
    return Forms(steepness * x.centre + gap, steepness * x.slope, steepness * x.radius + gap, error)

def max_pool(x, channels):
    side = int(round((x.centre.shape[1] / channels)**0.5))
    half = side // 2
    def windows(plane):
        cut = plane.reshape(-1, channels, side, side)[:, :, :2 * half, :2 * half]
        cut = cut.reshape(-1, channels, half, 2, half, 2).transpose(0, 1, 2, 4, 3, 5)
        return cut.reshape(len(plane), -1, 4)
    centre, slope, radius, error = map(windows, x)
    at = centre.argmax(axis=2)[..., None]
    best = [np.take_along_axis(plane, at, axis=2) for plane in (centre, slope, radius, error)]
    most = (centre - best[0]) + np.abs(slope - best[1]) + radius + best[2]
    np.put_along_axis(most, at, 0, axis=2)
    excess = np.maximum(most.max(axis=2), 0) / 2
    error = np.where(most + error + best[3] <= 0, 0, error).max(axis=2)
    centre, slope, radius, error_of_best = (plane[..., 0] for plane in best)
    return Forms(centre + excess, slope, radius + excess, np.maximum(error, error_of_best))

class Linear:
    """logit_k = w_k x + b_k."""
    def __init__(self, weight, bias):
        self.weight, self.bias, self.classes = weight, bias, len(weight)
    def margin(self, x, label, k):
        """Of the label's logit over that of class k: least and most in exact arithmetic, and the error."""
        w, both = self.weight[label] - self.weight[k], np.abs(self.weight[label]) + np.abs(self.weight[k])
        centre = x.centre @ w + self.bias[label] - self.bias[k]
        reach = np.abs(x.slope @ w) + x.radius @ np.abs(w)
        size = x.magnitude() @ both + abs(self.bias[label]) + abs(self.bias[k])
        require(np.all(size < HUGE), "a logit may be too large for a float")
        error = x.error @ np.abs(w) + gamma(len(w) + 3) * size + len(w) * TINY * (1 + size)
        return centre - reach, centre + reach, error

class Squares:
    """logit_k = -scale_k |W_k x - e_k|^2, or |x - e_k|^2: in one space for all classes."""
    def __init__(self, weight, centroids, scale):
        self.one_space, self.centroids, self.scale, self.classes = weight is None, centroids, scale, len(centroids)
        require(np.all(scale > 0), "a gamma is not positive")
        self.weight = [np.eye(centroids.shape[1])] * self.classes if self.one_space else weight
    def margin(self, x, label, k):
        constant = slope = curvature = pull = pull_slope = own = terms = squares = 0
        for c, sign in ((label, -1), (k, 1)):
            w, scale = self.weight[c], self.scale[c]
            centre, along = x.centre @ w.T - self.centroids[c], x.slope @ w.T
            sums = x.magnitude() @ np.abs(w).T + np.abs(self.centroids[c])
            off = 0 if self.one_space else gamma(w.shape[1] + 3) * sums + w.shape[1] * TINY * (1 + sums)
            constant = constant + sign * scale * (centre**2).sum(axis=1)
            slope = slope + sign * scale * 2 * (centre * along).sum(axis=1)
            curvature = curvature + sign * scale * (along**2).sum(axis=1)
            # To first order in the noise both classes pull at the same features.
            pull, pull_slope = pull + 2 * sign * scale * centre @ w, pull_slope + 2 * sign * scale * along @ w
            reach = np.abs(centre) + np.abs(along) + (x.radius + x.error) @ np.abs(w).T
            own = own + scale * ((2 * reach + off) * off).sum(axis=1)
            square = ((reach + off)**2).sum(axis=1)
            terms, squares = terms + scale * square, squares + (1 + scale) * square
        require(np.all(squares < HUGE), "a logit may be too large for a float")
        def effect(noise):
            first = ((np.abs(pull) + np.abs(pull_slope)) * noise).sum(axis=1)
            if self.one_space:
                return first + abs(self.scale[k] - self.scale[label]) * (noise**2).sum(axis=1)
            return first + sum(self.scale[c] * ((noise @ np.abs(self.weight[c]).T)**2).sum(axis=1) for c in (label, k))
        radius, products = effect(x.radius), self.centroids.shape[1]
        own = own + gamma(products + 6) * terms + products * TINY * (1 + squares)
        error = effect(x.radius + x.error) - radius + own
        return least(constant, slope, curvature) - radius, radius - least(-constant, -slope, -curvature), error

def least(constant, slope, curvature):
    """Of constant + slope t + curvature t^2 for t in [-1, 1]."""
    inside = (curvature > 0) & (np.abs(slope) < 2 * curvature)
    return constant + np.where(inside, -slope**2 / (4 * np.where(inside, curvature, 1)), curvature - np.abs(slope))

def margins(network, image, label, places, low, high):
    """Over each other class, of ranges [low, high] of values in [0, 1] of the pixels at `places`: (3, n, classes)."""
    first, deviation, mean = network.layers[0], network.deviation, abs(network.mean) / network.deviation
    pixels = image.ravel() / 255.0
    # The first layer sees a change of one pixel, which the others' sum does not.
    base = (pixels - network.mean) / deviation @ first.matrix + first.bias
    centre = base + (((low + high) / 2 - pixels[places]) / deviation)[:, None] * first.matrix[places]
    slope = ((high - low) / 2 / deviation)[:, None] * first.matrix[places]
    # A normalised pixel is a sum of two terms, of which folding adds the second up with the biases first.
    share, early, size = gamma(first.products + 6), gamma(2 * first.products + 6), pixels / deviation
    read = gamma(4) * (size + mean)
    error = (read + share * (size + read) + early * mean) @ first.absolute + early * np.abs(first.bias)
    more = np.maximum(high / deviation - size[places], 0) * (gamma(4) + share * (1 + gamma(4)))
    on_the_way = first.products * first.largest * (2 + abs(network.mean)) * (1 + 1 / deviation)**2
    require(on_the_way < HUGE, "a value may be too large for a float")
    error = error + more[:, None] * first.absolute[places] + first.products * TINY * on_the_way
    x = max_pool(relu(Forms(centre, slope, np.zeros_like(centre), error)), 6)
    x = max_pool(relu(through(network.layers[1], x)), 16)
    x = through(network.layers[3], relu(through(network.layers[2], x)))
    x = relu(x) if network.final_relu else x
    rivals = [k for k in range(network.head.classes) if k != label]
    return rivals, np.stack([network.head.margin(x, label, k) for k in rivals], axis=2)

def is_byte(value):
    return type(value) is int and 0 <= value <= 255

def require_whole(ranges, domain, where):
    """That they leave out no value of the domain."""
    if domain == "reals":
        ends = [0] + [r[1] for r in ranges]
        return require([r[0] for r in ranges] == ends[:-1] and ends[-1] == 1 and ends == sorted(ends),
                       f"{where}: its ranges are not all values from 0 to 1")
    after = 0
    for first, last, *_ in ranges:
        require(is_byte(first) and is_byte(last) and after == first <= last,
                f"{where}: a range is of bytes {first} to {last}, where {after} is next")
        after = last + 1
    require(after == 256, f"{where}: bytes from {after} on are left out")

def check(certificate, network, images, labels, bounds=margins):
    """Raises Refused, or what Python raises where the certificate is no such object. `bounds` is as margins."""
    index, domain, side = certificate["image"]["index"], certificate["domain"], images.shape[1]
    require(certificate["format"] == "voronet certificate 1", "its format is not known here")
    require(certificate["network"]["md5"] == network.md5, "it is of another network")
    require(type(index) is int and 0 <= index < len(images), f"there is no image {index}")
    image, label = images[index], int(labels[index])
    require(certificate["image"]["md5"] == hashlib.md5(image.tobytes()).hexdigest(), "it is of another image")
    require(certificate["image"]["label"] == label, f"the image's label is {label}")
    require(domain in ("bytes", "reals"), f"unknown domain {domain}")
    flips = "flip" in certificate
    require(flips != ("pixels" in certificate), "it has neither a flip nor pixels, or both")
    network.use(certificate["network"]["settings"], side)
    if flips:
        row, column, value, *rival = certificate["flip"]
        require(type(row) is type(column) is int and 0 <= row < side and 0 <= column < side, "the flip is outside")
        require(is_byte(value) if domain == "bytes" else 0 <= value <= 1, "the flip's value is not in the domain")
        ranges, places = [[value, value, *rival]], [row * side + column]
    else:
        require(len(certificate["pixels"]) == image.size, "its pixels are not those of the image")
        for place, of_pixel in enumerate(certificate["pixels"]):
            require_whole(of_pixel, domain, f"pixel {divmod(place, side)}")
        ranges = [r for of_pixel in certificate["pixels"] for r in of_pixel]
        places = [place for place, of_pixel in enumerate(certificate["pixels"]) for _ in of_pixel]
    low, high, rivals, claimed = np.array(ranges, np.float64).T
    places, unit = np.array(places), 255 if domain == "bytes" else 1
    for begin in range(0, len(places), 512):
        at = slice(begin, begin + 512)
        classes, (lower, upper, error) = bounds(network, image, label, places[at], low[at] / unit, high[at] / unit)
        exact = upper if flips else lower
        follows = (upper + error < 0).any(axis=1) if flips else (lower - error > 0).all(axis=1)
        slack = 1e-9 * (1 + np.abs(exact).max(axis=1))
        same = np.array(classes)[exact.argmin(axis=1)] == rivals[at]
        same &= np.abs(exact.min(axis=1) - claimed[at]) <= slack
        if not np.all(follows & same):
            i = begin + int((follows & same).argmin())
            why = "has another rival or margin" if follows[i - begin] else "does not follow from the bounds"
            raise Refused(f"pixel {divmod(places[i], side)}, values {ranges[i][0]} to {ranges[i][1]}: the claim {why}")

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("--network", "--images", "--labels"):
        parser.add_argument(option, required=True, metavar="FILE")
    parser.add_argument("certificates", nargs="+", metavar="CERTIFICATE")
    told = parser.parse_args()
    network, images, labels = Network(told.network), read_idx(told.images), read_idx(told.labels)
    accepted, refused = [0, 0], 0
    for path in told.certificates:
        try:
            certificate = json.loads(read_bytes(path))
            check(certificate, network, images, labels)
            accepted["flip" in certificate] += 1
        except (Refused, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, OSError) as error:
            refused += 1
            print(f"refused: {path}: {error if isinstance(error, Refused) else 'damaged: ' + repr(error)}")
    read_as = ", ".join(f"{key} {value}" for key, value in sorted((network.settings or {}).items()))
    print(f"accepted: {accepted[0]} images that no pixel flips, {accepted[1]} that one does; refused: {refused}\n"
          f"Network: md5 {network.md5}, read as {read_as}")
    return refused > 0

if __name__ == "__main__":
    sys.exit(main())

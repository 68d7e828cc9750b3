#!/usr/bin/env python3
"""Checks certificates of `voronet attack --method exact --certificates FOLDER`, with no code in common.

    python3 theory/check_certificate.py --network FILE --images FILE [--labels FILE] CERTIFICATE.json ...

A certificate says of an image that no value of any single pixel changes the class that a network gives it, or that one
does; theory/README.md has the format. It is accepted if its claims follow, for every
evaluation of the network in single precision, from bounds computed here: all that is taken from it is where a pixel's
values are to be cut, and what the network's file does not say of how to read it, which is printed. Exit status: 0 all
accepted, 1 any refused.

The checker has three files: this one for claims, certificate_bounds.py for bounds, certificate_files.py for reading.
"""
import argparse
import hashlib
import json
import sys

import numpy as np

from certificate_bounds import Picture, finer_error
from certificate_files import Linear, Network, Refused, read_bytes, read_images, require

MOST_BOXES, BATCH = 4096, 64  # of a pixel, to be bounded; at once

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

def check_exactly(picture, place, where, low, high, claims, unit, flips=False):
    """That each claim [rival, margin] is what bounds of its box say. low, high: (n, channels)."""
    (lower, upper, error), traces = picture.margins(place, low / unit, high / unit)
    if flips and isinstance(picture.network.head, Linear):
        error = np.minimum(error, finer_error(picture, traces))
    exact = upper if flips else lower
    follows = (upper + error < 0).any(axis=1) if flips else (lower - error > 0).all(axis=1)
    for i, (rival, margin) in enumerate(claims):
        values = f"{where}, values {low[i].tolist()} to {high[i].tolist()}: the claim"
        require(follows[i], f"{values} does not follow from the bounds")
        same = rival == picture.rivals[exact[i].argmin()]
        require(same and abs(exact[i].min() - margin) <= 1e-9 * (1 + np.abs(exact[i]).max()),
                f"{values} has another rival or margin")

def leaves(cuts, channels, where):
    """Boxes (n, 2, channels): all colours, cut as the text says."""
    waiting, boxes = [np.array([[0] * channels, [255] * channels])], []
    for cut in cuts:
        require(waiting, f"{where}: it has cuts of no box")
        box = waiting.pop()
        if cut == ".":
            boxes.append(box)
        else:
            require(int(cut) < channels and len(set(box[:, int(cut)])) == 2, f"{where}: it cuts what is no longer")
            waiting += halves(box, int(cut))
    require(not waiting, f"{where}: a box is left out")
    return boxes

def halves(box, channel):
    """The darker last."""
    darker, brighter = box.copy(), box.copy()
    darker[1, channel] = box[:, channel].sum() // 2
    brighter[0, channel] = darker[1, channel] + 1
    return [brighter, darker]

def check_boxes(picture, place, where, boxes, margin):
    """That in each box the class's logit exceeds all others by `margin` at least, and in any evaluation by something."""
    finer, bounded = np.inf, 0
    while boxes:
        some, boxes = np.array(boxes[-BATCH:]), boxes[:-BATCH]
        bounded += len(some)
        require(bounded <= MOST_BOXES, f"{where}: the margin {margin} does not follow from bounds of {MOST_BOXES} boxes")
        for apart in (False, True):
            (lower, upper, error), traces = picture.margins(place, some[:, 0] / 255, some[:, 1] / 255, apart)
            slack = 1e-9 * (1 + np.abs(lower).max(axis=1))
            wrong = upper.min(axis=1) < margin - slack
            require(not wrong.any(), f"{where}: colours have a margin below {margin}")
            enough = lower.min(axis=1) >= margin - slack
            follows = enough & (lower - np.minimum(error, finer) > 0).all(axis=1)
            if apart and np.any(enough & ~follows) and np.isinf(finer).all() and isinstance(picture.network.head, Linear):
                all_colours = np.zeros((1, some.shape[2])), np.ones((1, some.shape[2]))
                finer = finer_error(picture, picture.margins(place, *all_colours)[1])
                follows = enough & (lower - np.minimum(error, finer) > 0).all(axis=1)
            some = some[~follows]
            if not len(some):
                break
        for box in some:
            channel = (box[1] - box[0]).argmax()
            require(box[0, channel] < box[1, channel], f"{where}, colour {box[0].tolist()}: the claim does not follow")
            boxes = boxes + halves(box, channel)

def check(certificate, network, images, labels, picture_of=Picture):
    """Raises Refused, or what Python raises where the certificate is no such object."""
    index, domain = certificate["image"]["index"], certificate["domain"]
    require(certificate["format"] == "voronet certificate 1", "its format is not known here")
    require(certificate["network"]["md5"] == network.md5, "it is of another network")
    require(type(index) is int and 0 <= index < len(images), f"there is no image {index}")
    image, label = images[index], int(labels[index])
    height, width, channels = image.shape
    require(certificate["image"]["md5"] == hashlib.md5(image.tobytes()).hexdigest(), "it is of another image")
    require(certificate["image"]["label"] == label, f"the image's label is {label}")
    require(domain == "bytes" or domain == "reals" and channels == 1, f"unknown domain {domain}")
    kinds = [kind for kind in ("flip", "pixels", "colours") if kind in certificate]
    require(len(kinds) == 1, "it has not one of a flip, pixels, colours")
    network.use(certificate["network"]["settings"], image.shape)
    picture, unit = picture_of(network, image, label), 255 if domain == "bytes" else 1
    if kinds == ["flip"]:
        row, column, value, *claim = certificate["flip"]
        require(type(row) is type(column) is int and 0 <= row < height and 0 <= column < width, "the flip is outside")
        values = value if type(value) is list else [value]
        require(len(values) == channels and all(is_byte(v) if unit == 255 else 0 <= v <= 1 for v in values),
                "the flip's value is not in the domain")
        values = np.array([values], np.float64)
        return check_exactly(picture, row * width + column, f"pixel {row, column}", values, values, [claim], unit, True)
    shown = certificate[kinds[0]]
    require(len(shown) == height * width, "its pixels are not those of the image")
    require(kinds == ["colours"] or channels == 1, "its pixels are gray")
    for place, claims in enumerate(shown):
        where = f"pixel {divmod(place, width)}"
        if kinds == ["colours"]:
            cuts, margin = claims
            require(margin > 0, f"{where}: its margin is not positive")
            check_boxes(picture, place, where, leaves(cuts, channels, where), margin)
            continue
        require_whole(claims, domain, where)
        low, high = np.array([claim[:2] for claim in claims], np.float64).T[..., None]
        check_exactly(picture, place, where, low, high, [claim[2:] for claim in claims], unit)

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", required=True, metavar="FILE", help="the .safetensors or .onnx file")
    parser.add_argument("--images", required=True, metavar="FILE", help="IDX; or CIFAR's .bin or a .csv, with the labels")
    parser.add_argument("--labels", metavar="FILE", help="of images in IDX format")
    parser.add_argument("certificates", nargs="+", metavar="CERTIFICATE")
    told = parser.parse_args()
    network, (images, labels) = Network(told.network), read_images(told.images, told.labels)
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

#!/usr/bin/env python3
"""Checks certificates of `voronet attack --method exact --certificates FOLDER`, with no code in common.

    python3 theory/check_certificate.py --network FILE --images FILE [--labels FILE] CERTIFICATE.json ...

A certificate says of an image that no value of any single pixel, or of any two, changes the class that a network gives it,
or that some do; theory/README.md has the format. It is accepted if its claims follow, for every
evaluation of the network in single precision, from bounds computed here: all that is taken from it is where a pixel's
values are to be cut, and what the network's file does not say of how to read it, which is printed. Exit status: 0 all
accepted, 1 any refused.

The checker has three files: this one for claims, certificate_bounds.py for bounds, certificate_files.py for reading.
"""
import argparse
import hashlib
import json
import os
import sys

for of_blas in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # its threads would wait for each other: matrices are small
    os.environ.setdefault(of_blas, "1")
import numpy as np

from certificate_bounds import Picture, finer_error
from certificate_files import Linear, Network, Refused, read_bytes, read_images, require

MORE_BOXES, BATCH = 4096, 64  # of a pixel, to be bounded beside those that it names; at once
TOGETHER = 8  # pixels, of sets that are bounded at once

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

def check_claims(picture, at, where, low, high, claims, unit, flips=False):
    """That each claim [rival, margin] is what bounds of its box say. low, high: (n, values at)."""
    (lower, upper, error), traces = picture.margins(at, low / unit, high / unit)
    if flips and isinstance(picture.network.head, Linear):
        error = np.minimum(error, finer_error(picture, traces))
    exact = upper if flips else lower
    for i, (rival, margin) in enumerate(claims):
        same = rival == picture.rivals[exact[i].argmin()]
        require(same and abs(exact[i].min() - margin) <= 1e-9 * (1 + np.abs(exact[i]).max()),
                f"{where}, values {low[i].tolist()} to {high[i].tolist()}: the claim has another rival or margin")
    if flips:
        return require((upper + error < 0).any(), f"{where}: the claim does not follow from the bounds")
    open_ = ~(lower - error > 0).all(axis=1)
    check_boxes(picture, at, where, list(np.stack([low[open_], high[open_]], axis=1)), unit)

def leaves(cuts, values, where):
    """Boxes (n, 2, values): all bytes of each, cut as the text says."""
    waiting, boxes = [np.array([[0] * values, [255] * values])], []
    for cut in cuts:
        require(waiting, f"{where}: it has cuts of no box")
        box = waiting.pop()
        if cut == ".":
            boxes.append(box)
        else:
            require(int(cut) < values and len(set(box[:, int(cut)])) == 2, f"{where}: it cuts what is no longer")
            waiting += halves(box, int(cut))
    require(not waiting, f"{where}: a box is left out")
    return boxes

def halves(box, across, unit=255):
    """The darker last."""
    darker, brighter = box.copy(), box.copy()
    middle = box[:, across].sum() / 2
    darker[1, across] = np.floor(middle) if unit == 255 else middle
    brighter[0, across] = darker[1, across] + (unit == 255)
    return [brighter, darker]

def check_boxes(picture, at, where, boxes, unit=255, margin=0):
    """That in each box the class's logit exceeds all others by `margin` at least, and in any evaluation by something."""
    finer, bounded, most = np.inf, 0, len(boxes) + MORE_BOXES
    while boxes:
        some, boxes = np.array(boxes[-BATCH:]), boxes[:-BATCH]
        bounded += len(some)
        require(bounded <= most, f"{where}: the margin {margin} does not follow from bounds of {most} boxes")
        for back in (False, True):
            (lower, upper, error), traces = picture.margins(at, some[:, 0] / unit, some[:, 1] / unit, back)
            slack = 1e-9 * (1 + np.abs(lower).max(axis=1))
            wrong = upper.min(axis=1) < margin - slack
            require(not wrong.any(), f"{where}: values have a margin below {margin}")
            enough = lower.min(axis=1) >= margin - slack
            follows = enough & (lower - np.minimum(error, finer) > 0).all(axis=1)
            if back and np.any(enough & ~follows) and np.isinf(finer).all() and isinstance(picture.network.head, Linear):
                everything = np.zeros((1, len(at))), np.ones((1, len(at)))
                finer = finer_error(picture, picture.margins(at, *everything)[1])
                follows = enough & (lower - np.minimum(error, finer) > 0).all(axis=1)
            some = some[~follows]
            if not len(some):
                break
        for box in some:
            across = (box[1] - box[0]).argmax()
            require(box[0, across] < box[1, across], f"{where}, values {box[0].tolist()}: the claim does not follow")
            boxes = boxes + halves(box, across, unit)

def check_cuts(picture, at, where, cuts, margin):
    """That the margin holds in the boxes into which the text cuts all bytes of the values."""
    require(margin > 0, f"{where}: its margin is not positive")
    check_boxes(picture, at, where, leaves(cuts, len(at), where), margin=margin)

def check_flip(picture, flip, changed, unit):
    place, values, *claim = flip
    channels, inside = len(picture.pixels) // picture.area, range(picture.area)
    require(len(set(place)) == changed and all(type(p) is int and p in inside for p in place), "the flip is outside")
    require(len(values) == changed * channels and all(is_byte(v) if unit == 255 else 0 <= v <= 1 for v in values),
            "the flip's values are not in the domain")
    at = (np.array(place)[:, None] + picture.area * np.arange(channels)).ravel()
    values = np.array([values], np.float64)
    check_claims(picture, at, f"pixels {place}", values, values, [claim], unit, True)

def batches(sets):
    """Of sets that follow each other, each with its boxes: few boxes, and few pixels altogether."""
    some, pixels, boxes = [], set(), 0
    for each in sets:
        own = np.array(leaves(each[1], len(each[0]), f"pixels {each[0]}"))
        if some and (boxes + len(own) > BATCH or len(pixels.union(each[0])) > TOGETHER):
            yield some
            some, pixels, boxes = [], set(), 0
        some.append((each, own))
        pixels.update(each[0])
        boxes += len(own)
    yield some

def follow(picture, some):
    """Of each set of a batch whether its margin follows in its boxes, while pixels of other sets stay as they are."""
    at, ends = np.unique(np.concatenate([pixels for (pixels, *_), _ in some])), [0]
    for _, boxes in some:
        ends.append(ends[-1] + len(boxes))
    low = np.repeat(picture.pixels[None, at], ends[-1], axis=0)
    high = low.copy()
    for ((pixels, *_), boxes), start in zip(some, ends):
        rows, own = np.arange(start, start + len(boxes))[:, None], np.searchsorted(at, pixels)
        low[rows, own], high[rows, own] = boxes[:, 0] / 255, boxes[:, 1] / 255
    (lower, _, error), _ = picture.margins(at, low, high)
    least, safe = lower.min(axis=1), (lower - error > 0).all(axis=1)
    return [0 < margin <= least[start:end].min() and safe[start:end].all()
            for ((*_, margin), _), start, end in zip(some, ends, ends[1:])]

def check_sets(picture, sets, changed):
    """Of a gray image."""
    covered = np.zeros((picture.area,) * changed, bool)
    for pixels, *_ in sets:
        require(len(set(pixels)) == len(pixels) > 0, "a set has no pixels, or one of them twice")
        require(all(type(p) is int and 0 <= p < picture.area for p in pixels), "a set is outside")
        covered[np.ix_(*[pixels] * changed)] = True
    require(covered.all(), "some pixels are together in no set")
    for some in batches(sets):
        for ((pixels, cuts, margin), _), follows in zip(some, follow(picture, some)):
            if not follows:
                check_cuts(picture, np.array(pixels), f"pixels {pixels}", cuts, margin)

def check(certificate, network, images, labels, picture_of=Picture):
    """Raises Refused, or what Python raises where the certificate is no such object."""
    index, domain = certificate["image"]["index"], certificate["domain"]
    require(certificate["format"] == "voronet certificate 2", "its format is not known here")
    require(certificate["network"]["md5"] == network.md5, "it is of another network")
    require(type(index) is int and 0 <= index < len(images), f"there is no image {index}")
    image, label = images[index], int(labels[index])
    height, width, channels = image.shape
    require(certificate["image"]["md5"] == hashlib.md5(image.tobytes()).hexdigest(), "it is of another image")
    require(certificate["image"]["label"] == label, f"the image's label is {label}")
    require(domain == "bytes" or domain == "reals" and channels == 1 and "sets" not in certificate,
            f"of the domain {domain} nothing like it is known")
    kinds, changed = [kind for kind in ("flip", "pixels", "colours", "sets") if kind in certificate], certificate["changed"]
    require(len(kinds) == 1, "it has not one of a flip, pixels, colours, sets")
    require(changed == 1 or changed == 2 and kinds[0] in ("flip", "sets"), f"of {changed} pixels it shows no {kinds[0]}")
    network.use(certificate["network"]["settings"], image.shape)
    picture, unit = picture_of(network, image, label), 255 if domain == "bytes" else 1
    shown = certificate[kinds[0]]
    if kinds == ["flip"]:
        return check_flip(picture, shown, changed, unit)
    require(kinds == ["colours"] or channels == 1, "its pixels are gray")
    if kinds == ["sets"]:
        return check_sets(picture, shown, changed)
    require(len(shown) == height * width, "its pixels are not those of the image")
    for place, claims in enumerate(shown):
        where, at = f"pixel {divmod(place, width)}", place + picture.area * np.arange(channels)
        if kinds == ["colours"]:
            check_cuts(picture, at, where, *claims)
            continue
        require_whole(claims, domain, where)
        low, high = np.array([claim[:2] for claim in claims], np.float64).T[..., None]
        check_claims(picture, at, where, low, high, [claim[2:] for claim in claims], unit)

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

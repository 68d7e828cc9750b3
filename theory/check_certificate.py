#!/usr/bin/env python3
"""Checks certificates of `voronet attack --method exact --certificates FOLDER`, with no code in common.

    python3 theory/check_certificate.py --network FILE --images FILE [--labels FILE] CERTIFICATE.json ...

A certificate says of an image that no value of any single pixel, or of any two, changes the class that a network gives it,
or that some do; theory/README.md has the format. It is accepted if its claims follow, for every
evaluation of the network in single precision, from bounds computed here: all that is taken from it is where a pixel's
values are to be cut, and what the network's file does not say of how to read it, which is printed. Exit status: 0 all
accepted, 1 any refused.

The checker has five files: this one for claims, certificate_bounds.py, certificate_back.py and certificate_rounding.py for
bounds, certificate_files.py for reading.
"""
import argparse
import hashlib
import json
import os
import sys

for of_blas in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # its threads would wait for each other: matrices are small
    os.environ.setdefault(of_blas, "1")
import numpy as np

from certificate_bounds import Picture
from certificate_files import Network, Refused, read_bytes, read_images, require

WIDE = 2**16  # colours, of which a box's ranges and errors are worth finding from the back
MORE_BOXES, BATCH = 4096, 64  # of a pixel, to be bounded beside those that it names; at once
TOGETHER = 16  # values that are bounded at once, in boxes of one or of few of them

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

def require_least(picture, where, margins, claims):
    """That each claim [..., rival, margin] says which of a row's margins over all rivals is least."""
    for row, (*values, rival, margin) in zip(margins, claims):
        same = rival == picture.rivals[row.argmin()] and abs(row.min() - margin) <= 1e-9 * (1 + np.abs(row).max())
        require(same, f"{where}, values {values}: the claim has another rival or margin")

def together(picture, of):
    """Boxes of different pixels, to be bounded at once, in each of which the others' pixels stay as they are. of: pairs of
    pixels, and boxes (n, 2, pixels) in [0, 1]. The pixels of all, the boxes' low and high ends, and where each pair's start."""
    at, starts = np.unique(np.concatenate([pixels for pixels, _ in of])), np.cumsum([0] + [len(boxes) for _, boxes in of])
    low = np.repeat(picture.pixels[None, at], starts[-1], axis=0)
    high = low.copy()
    for (pixels, boxes), start in zip(of, starts):
        own = np.ix_(range(start, start + len(boxes)), np.searchsorted(at, pixels))
        low[own], high[own] = boxes[:, 0], boxes[:, 1]
    return at, low, high, starts

def check_ranges(picture, ranges, unit):
    """Of gray pixels that are near each other, by their number: ranges of values, with claims."""
    boxes = {place: np.array([claim[:2] for claim in claims], np.float64)[..., None] for place, claims in ranges.items()}
    at, low, high, starts = together(picture, [([place], own / unit) for place, own in boxes.items()])
    (lower, _, error), _ = picture.margins(at, low, high)
    open_ = ~(lower - error > 0).all(axis=1)
    for (place, claims), start, end in zip(ranges.items(), starts, starts[1:]):
        where = f"pixel {divmod(place, picture.width)}"
        require_least(picture, where, lower[start:end], claims)
        check_boxes(picture, np.array([place]), where, list(boxes[place][open_[start:end]]), unit)

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

def rounding_around(picture, at, boxes, unit):
    """Of the margins in all of these boxes: less than forms say, the less the nearer they are."""
    low, high = boxes[:, 0].min(axis=0, keepdims=True), boxes[:, 1].max(axis=0, keepdims=True)
    return picture.finer_error(picture.margins(at, low / unit, high / unit)[1])

def check_boxes(picture, at, where, boxes, unit=255, margin=0):
    """That in each box the class's logit exceeds all others by `margin` at least, and in any evaluation by something."""
    bounded, most = 0, len(boxes) + MORE_BOXES
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
            follows = enough & (lower - error > 0).all(axis=1)
            near = np.flatnonzero(enough & ~follows)
            if back and len(near):
                follows[near] = (lower[near] - rounding_around(picture, at, some[near], unit) > 0).all(axis=1)
                for i in near[~follows[near]]:
                    if (some[i, 0] == some[i, 1]).all():  # cut no further
                        follows[i] = (lower[i] - rounding_around(picture, at, some[i:i + 1], unit) > 0).all()
            some = some[~follows]
            if not len(some):
                break
        for box in some:
            if unit == 255 and (box[1] - box[0] + 1).prod() >= WIDE and picture.goes_back():
                least, error = picture.closely(at, box[:1] / unit, box[1:] / unit)
                if least.min() >= margin - slack.max() and (least - error > 0).all():
                    continue
            across = (box[1] - box[0]).argmax()
            require(box[0, across] < box[1, across], f"{where}, values {box[0].tolist()}: the claim does not follow")
            boxes = boxes + halves(box, across, unit)

def check_flip(picture, flip, changed, unit):
    place, values, *claim = flip
    channels, inside = len(picture.pixels) // picture.area, range(picture.area)
    require(len(set(place)) == changed and all(type(p) is int and p in inside for p in place), "the flip is outside")
    require(len(values) == changed * channels and all(is_byte(v) if unit == 255 else 0 <= v <= 1 for v in values),
            "the flip's values are not in the domain")
    at = (np.array(place)[:, None] + picture.area * np.arange(channels)).ravel()
    point = np.array([values], np.float64) / unit
    (_, upper, error), traces = picture.margins(at, point, point)
    require_least(picture, f"pixels {place}", upper, [(*values, *claim)])
    if not (upper + np.minimum(error, picture.finer_error(traces)) < 0).any():
        flipped = picture.changed(at, point)
        require((upper + flipped.finer_error(flipped.base) < 0).any(), "the flip does not follow from the bounds")

def batches(claims):
    """Of [values, cuts, margin] that follow each other, each with its boxes: few boxes, and few values altogether."""
    some, known, boxes = [], set(), 0
    for each in claims:
        own = np.array(leaves(each[1], len(each[0]), f"values {each[0]}"))
        if some and (boxes + len(own) > BATCH or len(known.union(each[0])) > TOGETHER):
            yield some
            some, known, boxes = [], set(), 0
        some.append((each, own))
        known.update(each[0])
        boxes += len(own)
    yield some

def follow(picture, some):
    """Of each claim of a batch whether forms show it."""
    at, low, high, starts = together(picture, [(values, boxes / 255) for (values, *_), boxes in some])
    (lower, _, error), _ = picture.margins(at, low, high)
    least, safe = lower.min(axis=1), (lower - error > 0).all(axis=1)
    return [0 < margin <= least[start:end].min() and safe[start:end].all()
            for ((*_, margin), _), start, end in zip(some, starts, starts[1:])]

def check_cuts(picture, claims):
    """That each margin holds in the boxes into which the text cuts all bytes of the values."""
    for some in batches(claims):
        many = len(some[0][1]) > BATCH  # of one claim, whose boxes are to be bounded in parts
        for ((values, _, margin), boxes), follows in zip(some, [False] if many else follow(picture, some)):
            if not follows:
                where = f"values {values}"
                require(margin > 0, f"{where}: its margin is not positive")
                check_boxes(picture, np.array(values), where, list(boxes), margin=margin)

def check_sets(picture, sets, changed):
    """Of a gray image."""
    covered = np.zeros((picture.area,) * changed, bool)
    for pixels, *_ in sets:
        require(len(set(pixels)) == len(pixels) > 0, "a set has no pixels, or one of them twice")
        require(all(type(p) is int and 0 <= p < picture.area for p in pixels), "a set is outside")
        covered[np.ix_(*[pixels] * changed)] = True
    require(covered.all(), "some pixels are together in no set")
    check_cuts(picture, sets)

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
    if kinds == ["colours"]:
        values = np.arange(channels * picture.area).reshape(channels, -1).T.tolist()
        return check_cuts(picture, [(of_pixel, *claim) for of_pixel, claim in zip(values, shown)])
    for place, claims in enumerate(shown):
        require_whole(claims, domain, f"pixel {divmod(place, width)}")
    for first in range(0, len(shown), TOGETHER):
        check_ranges(picture, dict(enumerate(shown[first:first + TOGETHER], first)), unit)

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

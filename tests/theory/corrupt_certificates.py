"""Changes certificates in one place each, and says which of them theory/check_certificate.py accepts all the same.

    python3 tests/theory/corrupt_certificates.py --number 10000 --network FILE --images FILE --labels FILE CERTIFICATE...

Bounds of ranges that it has seen are kept, as a change leaves nearly all of a certificate's as they were. The exit status
is 0 if the certificates were accepted as they are, and none of the changed ones.
"""
import argparse
import collections
import copy
import json
import pathlib
import random
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "theory"))
import check_certificate as checker

bounds_of = {}


def kept_bounds(network, image, label, places, low, high):
    keys = list(zip([image.tobytes()] * len(places), [label] * len(places), places, low, high))
    new = [i for i, key in enumerate(keys) if key not in bounds_of]
    if new:
        rivals, found = checker.margins(network, image, label, places[new], low[new], high[new])
        bounds_of.update((keys[i], (rivals, found[:, n])) for n, i in enumerate(new))
    return bounds_of[keys[0]][0], np.stack([bounds_of[key][1] for key in keys], axis=1)


def any_claim(certificate):
    """[from, to, rival, margin], or [row, column, value, rival, margin]."""
    if "flip" in certificate:
        return certificate["flip"]
    return random.choice(random.choice(certificate["pixels"]))


def margin(certificate):
    any_claim(certificate)[-1] += random.choice((-1, 1)) * 10**random.uniform(-5, 1)


def rival(certificate):
    claim = any_claim(certificate)
    claim[-2] = random.choice([k for k in range(10) if k != claim[-2]])


def end(certificate):
    claim = any_claim(certificate)
    claim[random.randrange(len(claim) - 2)] += random.choice((-1, 1)) if certificate["domain"] == "bytes" else 1e-3


def left_out(certificate):
    if "flip" in certificate:
        del certificate["flip"]
    elif random.random() < 0.5:
        del certificate["pixels"][random.randrange(len(certificate["pixels"]))]
    else:
        ranges = random.choice(certificate["pixels"])
        del ranges[random.randrange(len(ranges))]


def verdict(certificate, side):
    if "flip" in certificate:
        *_, k, least = certificate.pop("flip")
        last = 255 if certificate["domain"] == "bytes" else 1
        certificate["pixels"] = [[[0, last, k, -least]] for _ in range(side**2)]
    else:
        place = random.randrange(side**2)
        first, _, k, least = random.choice(certificate.pop("pixels")[place])
        certificate["flip"] = [*divmod(place, side), first, k, -least]


def of_another(certificate):
    part, key, value = random.choice([("network", "md5", "0" * 32), ("image", "md5", "0" * 32),
                                      ("image", "label", (certificate["image"]["label"] + 1) % 10),
                                      ("image", "index", certificate["image"]["index"] + 1)])
    certificate[part][key] = value


def domain(certificate):
    if "flip" in certificate:  # by the byte 0, which is the real 0
        return margin(certificate)
    certificate["domain"] = {"bytes": "reals", "reals": "bytes"}[certificate["domain"]]


def is_accepted(certificate, files):
    try:
        checker.check(certificate, *files, bounds=kept_bounds)
        return True
    except (checker.Refused, ValueError, KeyError, TypeError, IndexError):
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, default=1000)
    for option in ("--network", "--images", "--labels"):
        parser.add_argument(option, required=True)
    parser.add_argument("certificates", nargs="+")
    told = parser.parse_args()
    random.seed(1)
    files = checker.Network(told.network), checker.read_idx(told.images), checker.read_idx(told.labels)
    certificates = [json.loads(checker.read_bytes(path)) for path in told.certificates]
    whole = sum(is_accepted(certificate, files) for certificate in certificates)
    tried, accepted = collections.Counter(), collections.Counter()
    for _ in range(told.number):
        certificate = copy.deepcopy(random.choice(certificates))
        change = random.choice((margin, rival, end, left_out, verdict, of_another, domain))
        change(*(certificate, files[1].shape[1])[:change.__code__.co_argcount])
        tried[change.__name__] += 1
        accepted[change.__name__] += is_accepted(certificate, files)
    print(f"{whole} of {len(certificates)} accepted as they are; of {told.number} changed in one place "
          f"{sum(accepted.values())} accepted: " +
          ", ".join(f"{name} {accepted[name]} of {tried[name]}" for name in sorted(tried)))
    return whole < len(certificates) or sum(accepted.values()) > 0


if __name__ == "__main__":
    sys.exit(main())

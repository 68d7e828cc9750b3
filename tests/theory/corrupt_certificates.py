"""Changes certificates in one place each, and says which of them theory/check_certificate.py accepts all the same.

    python3 tests/theory/corrupt_certificates.py --number 10000 --network FILE --images FILE --labels FILE CERTIFICATE...

Of each certificate the bounds are kept, as a change leaves nearly all of them as they were. The exit status
is 0 if the certificates were accepted as they are, and none of the changed ones.
"""
import argparse
import collections
import copy
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "theory"))
import check_certificate as checker

pictures = {}


class KeptPicture(checker.Picture):
    """Keeps what it was asked for."""

    def __init__(self, *about):
        super().__init__(*about)
        self.known = {}

    def margins(self, at, low, high, back=False):
        key = at.tobytes(), low.tobytes(), high.tobytes(), back
        if key not in self.known:
            self.known[key] = super().margins(at, low, high, back)
        return self.known[key]


def picture_of(network, image, label):
    key = image.tobytes(), label
    if key not in pictures:
        pictures[key] = KeptPicture(network, image, label)
    return pictures[key]


def any_claim(certificate):
    """[from, to, rival, margin], or [pixels, values, rival, margin], or [cuts, margin], or [pixels, cuts, margin]."""
    if "flip" in certificate:
        return certificate["flip"]
    if shows_boxes(certificate):
        return random.choice(certificate["colours" if "colours" in certificate else "sets"])
    return random.choice(random.choice(certificate["pixels"]))


def shows_boxes(certificate):
    return "colours" in certificate or "sets" in certificate


def margin(certificate):
    if shows_boxes(certificate):  # a smaller one is true, too; that of the image itself is below 1,000
        any_claim(certificate)[-1] += 10**random.uniform(3, 5)
    else:
        any_claim(certificate)[-1] += random.choice((-1, 1)) * 10**random.uniform(-5, 1)


def rival(certificate):
    if shows_boxes(certificate):
        return margin(certificate)
    claim = any_claim(certificate)
    claim[-2] = random.choice([k for k in range(10) if k != claim[-2]])


def end(certificate):
    claim = any_claim(certificate)
    if shows_boxes(certificate):  # more boxes than there are
        claim[-2] += "."
        return
    if "flip" in certificate:
        claim[1][random.randrange(len(claim[1]))] = 256
        return
    claim[random.randrange(len(claim) - 2)] += random.choice((-1, 1)) if certificate["domain"] == "bytes" else 1e-3


def twice(certificate):
    if "sets" not in certificate:
        return margin(certificate)
    pixels = any_claim(certificate)[0]
    pixels.append(pixels[0])


def left_out(certificate):
    if "flip" in certificate:
        del certificate["flip"]
    elif "sets" in certificate:  # all that hold these pixels
        some = set(random.choice(certificate["sets"])[0][:certificate["changed"]])
        certificate["sets"] = [each for each in certificate["sets"] if not some <= set(each[0])]
    elif random.random() < 0.5:
        shown = certificate["colours" if "colours" in certificate else "pixels"]
        del shown[random.randrange(len(shown))]
    elif "colours" in certificate:
        claim = any_claim(certificate)
        claim[0] = claim[0][:-1]
    else:
        ranges = random.choice(certificate["pixels"])
        del ranges[random.randrange(len(ranges))]


def verdict(certificate, side):
    if "flip" in certificate:
        pixels, values, k, least = certificate.pop("flip")
        if len(pixels) > 1:
            certificate["sets"] = [[list(range(side**2)), ".", -least]]
            return
        if len(values) > 1:
            certificate["colours"] = [[".", -least] for _ in range(side**2)]
            return
        last = 255 if certificate["domain"] == "bytes" else 1
        certificate["pixels"] = [[[0, last, k, -least]] for _ in range(side**2)]
    elif "colours" in certificate:
        _, least = random.choice(certificate.pop("colours"))
        certificate["flip"] = [[random.randrange(side**2)], [0, 0, 0], 0, -least]
    elif "sets" in certificate:
        pixels, _, least = random.choice(certificate.pop("sets"))
        certificate["flip"] = [pixels[:certificate["changed"]], [0] * certificate["changed"], 0, -least]
    else:
        place = random.randrange(side**2)
        first, _, k, least = random.choice(certificate.pop("pixels")[place])
        certificate["flip"] = [[place], [first], k, -least]


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
        checker.check(certificate, *files, picture_of=picture_of)
        return True
    except (checker.Refused, ValueError, KeyError, TypeError, IndexError):
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, default=1000)
    for option in ("--network", "--images", "--labels"):
        parser.add_argument(option, required=option != "--labels")
    parser.add_argument("certificates", nargs="+")
    told = parser.parse_args()
    random.seed(1)
    files = checker.Network(told.network), *checker.read_images(told.images, told.labels)
    n = len(told.certificates)
    whole, tried, accepted = 0, collections.Counter(), collections.Counter()
    for i, path in enumerate(told.certificates):
        pictures.clear()
        certificate = json.loads(checker.read_bytes(path))
        whole += is_accepted(certificate, files)
        for _ in range(told.number * i // n, told.number * (i + 1) // n):
            changed = copy.deepcopy(certificate)
            change = random.choice((margin, rival, end, twice, left_out, verdict, of_another, domain))
            change(*(changed, files[1].shape[1])[:change.__code__.co_argcount])
            tried[change.__name__] += 1
            accepted[change.__name__] += is_accepted(changed, files)
    print(f"{whole} of {n} accepted as they are; of {told.number} changed in one place "
          f"{sum(accepted.values())} accepted: " +
          ", ".join(f"{name} {accepted[name]} of {tried[name]}" for name in sorted(tried)))
    return whole < n or sum(accepted.values()) > 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether the bounds of theory/certificate_bounds.py hold: of random networks with residual blocks and pooling, at random
values of random pixels, in double for the exact margins and in float, in two orders of summation, for what these are off by, and
in double with sums that are off by as much as rounding may do, in the worst direction; and whether
theory/check_certificate.py accepts flips of two pixels, and no others.
"""
import pathlib
import sys
import types

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "theory"))
import certificate_bounds
from certificate_bounds import Picture
from certificate_files import Add, Linear, Normalisation, Pool, Refused, Squares, Sum, convolution, pooling
from certificate_rounding import rounds_of
from check_certificate import check_flip, check_ranges

SIDE = 6


def random_sum(random, rows, columns):
    return Sum(random.normal(size=(rows, columns)) / rows**0.5, random.normal(size=columns), rows)


def network(random, head, pooled):
    """A convolution, maybe pooling, and two blocks: one whose branches both bend, and one with an identity."""
    convolved, shape = convolution(random.normal(size=(4, 1, 3, 3)), random.normal(size=4), (1, SIDE, SIDE),
                                   {"winograd": "off"}, 1, 1)
    steps = [(convolved, (0,)), ("relu", (1,))]
    if pooled:
        pool, shape = pooling(shape)
        steps.append((pool, (2,)))
    n, at = int(np.prod(shape)), len(steps)
    steps += [(random_sum(random, n, 20), (at,)), ("relu", (at + 1,)), (random_sum(random, n, 20), (at,)),
              ("relu", (at + 3,)), (Add(1), (at + 2, at + 4)), (random_sum(random, 20, 20), (at + 5,)),
              (Add(20), (at + 6, at + 5)), ("relu", (at + 7,))]
    weight = random.normal(size=(5, 20)).astype(np.float32).astype(np.float64)
    heads = {"softmax": lambda: Linear(weight, random.normal(size=5)),
             "gauss": lambda: Squares(None, weight, random.uniform(0.1, 1, 5)),
             "duq": lambda: Squares(random.normal(size=(5, 6, 20)), random.normal(size=(5, 6)), np.full(5, 0.1))}
    normalisation = Normalisation(1)
    normalisation.then([0.5], [0.25])
    return types.SimpleNamespace(steps=steps, head=heads[head](), normalisation=normalisation)


def rounded(net):
    """With parameters that floats hold."""
    for step, _ in net.steps:
        if isinstance(step, Sum):
            step.matrix, step.bias = (np.float32(part).astype(np.float64) for part in (step.matrix, step.bias))
    net.head = type(net.head)(*(None if part is None else np.float32(part).astype(np.float64) for part in net.head))
    return net


def product(x, matrix, backwards):
    """In the type of x, one addition after another."""
    total = np.zeros(matrix.shape[1:], x.dtype)
    for i in range(len(x))[::-1 if backwards else 1]:
        total = total + x[i] * matrix[i].astype(x.dtype)
    return total


def values_of(net, pixels, dtype, backwards=False, off=None):
    """off: of each step, what its sums are off by beside."""
    values = [(pixels.astype(dtype) - dtype(0.5)) / dtype(0.25)]
    for i, (step, sources) in enumerate(net.steps):
        x = values[sources[0]]
        if isinstance(step, Sum):
            values.append(product(x, step.matrix, backwards) + step.bias.astype(dtype) + (0 if off is None else off[i]))
        elif isinstance(step, Add):
            values.append(x + values[sources[1]] + (0 if off is None else off[i]))
        elif isinstance(step, Pool):
            values.append(x[step.windows].max(axis=1))
        else:
            values.append(np.maximum(x, dtype(0)))
    return values


def of_head(head, x, dtype, backwards=False):
    if isinstance(head, Linear):
        return product(x, head.weight.T, backwards) + head.bias.astype(dtype)
    embedded = x if head.weight is None else np.stack([product(x, w.T, backwards) for w in head.weight])
    return -head.scale.astype(dtype) * ((embedded - head.centroids.astype(dtype))**2).sum(axis=1)


def logits(net, pixels, dtype, backwards=False):
    return of_head(net.head, values_of(net, pixels, dtype, backwards)[-1], dtype, backwards)


def margins_of(z, label):
    return (z[label] - np.delete(z, label)).astype(np.float64)


def pulls(net, values, coefficients):
    """How much each step's values pull at the features, times these coefficients."""
    of = [0] * len(values[1:]) + [coefficients]
    for i, (step, sources) in list(enumerate(net.steps))[::-1]:
        x, c = values[sources[0]], of[i + 1]
        if isinstance(step, Sum):
            c = step.matrix @ c
        elif isinstance(step, Pool):
            first = step.windows[np.arange(len(c)), x[step.windows].argmax(axis=1)]
            c, behind = np.zeros(len(x)), c
            c[first] = behind
        elif not isinstance(step, Add):
            c = c * (x > 0)
        for source in sources:
            of[source] = of[source] + c
    return of[1:]


def worst_rounding(net, picture):
    """How far the picture's margins fall where each sum is off by all that it may be, in the direction in which the margin over
    one rival falls: in parts of their bounds, of which none may be exceeded, the most."""
    rounds = [rounds_of(i, step, trace) for i, ((step, _), trace) in enumerate(zip(net.steps, picture.base))]
    values, bound, most = values_of(net, picture.pixels, np.float64), picture.finer_error(picture.base), 0
    exact = margins_of(of_head(net.head, values[-1], np.float64), picture.label)
    for rival in range(len(exact)):
        def margin(x):
            return margins_of(of_head(net.head, x, np.float64), picture.label)[rival]
        slopes = np.array([margin(values[-1] + 1e-4 * e) - margin(values[-1] - 1e-4 * e) for e in np.eye(len(values[-1]))])
        off = [own * -np.sign(pull) if isinstance(step, (Sum, Add)) else 0
               for (step, _), own, pull in zip(net.steps, rounds, pulls(net, values, slopes))]
        disturbed = margin(values_of(net, picture.pixels, np.float64, off=off)[-1])
        assert exact[rival] - disturbed <= bound[rival] * (1 + 1e-9), "a worst rounding"
        most = max(most, (exact[rival] - disturbed) / bound[rival])
    return most


def flip_of_two(random, net, picture):
    """[pixels, values, rival, margin], if there is one."""
    for _ in range(300):
        place, values = random.choice(SIDE**2, 2, replace=False), random.integers(0, 2, 2) * 255
        changed = picture.pixels.copy()
        changed[place] = values / 255
        z = logits(net, changed, np.float64)
        if z.argmax() != picture.label:
            return [place.tolist(), values.tolist(), int(z.argmax()), z[picture.label] - z.max()]
    return None


def is_accepted(check, *claim):
    try:
        check(*claim)
        return True
    except Refused:
        return False


class Coarse:
    """A picture whose rounding is larger, by so much in all of a value's range, and by so much in any part."""

    def __init__(self, picture, of_all, of_any):
        self.picture, self.more = picture, (of_all, of_any)
        self.network, self.rivals, self.pixels, self.width = picture.network, picture.rivals, picture.pixels, picture.width

    def margins(self, at, low, high, back=False):
        (lower, upper, error), traces = self.picture.margins(at, low, high, back)
        return np.stack([lower, upper, error + self.more[0] * (high - low) + self.more[1]]), traces

    def finer_error(self, *_):
        return np.inf


def check_cutting(picture, unit):
    """Whether a claim that rounding leaves open is cut until it follows, or refused: 0 if there is no pixel to try with."""
    for place in range(SIDE**2):
        at, low, high = np.array([place]), np.zeros((1, 1)), np.full((1, 1), unit, np.float64)
        (lower, _, error), _ = picture.margins(at, low / unit, high / unit)
        margin = lower.min()
        if margin < 4 * error.max() or isinstance(picture.network.head, Linear):
            continue
        claim = {place: [[0, unit, picture.rivals[lower[0].argmin()], margin]]}, unit
        assert is_accepted(check_ranges, Coarse(picture, 2 * margin, 0), *claim), "a claim that has to be cut"
        assert not is_accepted(check_ranges, Coarse(picture, 0, 1e3 * margin), *claim), "a claim that does not follow"
        assert not is_accepted(check_ranges, Coarse(picture, np.nan, 0), *claim), "a claim about nothing"
        return 1
    return 0


def main():
    random = np.random.default_rng(1)
    tightest, of_errors, of_worst, flips, cut, narrower = np.inf, 0, [], 0, 0, 0
    for trial in range(24):
        net = rounded(network(random, ("softmax", "gauss", "duq")[trial % 3], trial % 2))
        image = random.integers(0, 256, (SIDE, SIDE, 1), np.uint8)
        pixels = image.ravel() / 255.0
        picture = Picture(net, image, int(logits(net, pixels, np.float64).argmax()))
        at = random.choice(SIDE**2, random.integers(1, 4), replace=False)
        ends = np.sort(random.uniform(0, 1, (2, len(at))), axis=0)
        for how in ("forward", "back", "closely"):
            (lower, upper, error), traces = picture.margins(at, ends[:1], ends[1:], how != "forward")
            error = np.minimum(error, picture.finer_error(traces))
            if how == "closely":
                if not picture.goes_back():
                    continue
                from_back, of_back = lower, error
                lower, error = picture.closely(at, ends[:1], ends[1:])
                narrower += (lower > from_back + 1e-6).any() and (error < of_back).any()
            for sample in range(60):
                t = random.integers(0, 2, len(at)) if sample < 20 else random.uniform(0, 1, len(at))
                changed = pixels.copy()
                changed[at] = ends[0] + t * (ends[1] - ends[0])
                margins = [margins_of(z, picture.label) for z in (logits(net, changed, np.float64),
                           logits(net, changed, np.float32), logits(net, changed, np.float32, backwards=True))]
                slack = 1e-9 * (1 + np.abs(margins[0]))
                assert np.all(margins[0] >= lower[0] - slack) and np.all(margins[0] <= upper[0] + slack), "a bound"
                tightest = min(tightest, ((upper - lower) / (1 + np.abs(margins[0]))).min())
                for of_floats in margins[1:]:
                    off = np.abs(of_floats - margins[0]) - slack
                    assert np.all(off <= error[0]), "a rounding"
                    of_errors = max(of_errors, (off / error[0]).max())
        for unit in (2.0**-24, 2.0**-14, 2.0**-11):  # of these floats far more values are on either side of their bends
            certificate_bounds.UNIT = unit
            of_worst.append(worst_rounding(net, Picture(net, image, picture.label).changed(at, ends[0])))
        certificate_bounds.UNIT = 2.0**-24
        cut += check_cutting(picture, (1, 255)[trial // 2 % 2])
        if (flip := flip_of_two(random, net, picture)) is None:
            continue
        flips += 1
        (first, second), values, rival, margin = flip
        assert is_accepted(check_flip, picture, flip, 2, 255), "a flip"
        for wrong in ([[first, first], values, rival, margin], [[first, SIDE**2], values, rival, margin],
                      [[first], values[:1], rival, margin], [[first, second], [values[0], 256], rival, margin],
                      [[first, second], values, picture.label, margin], [[first, second], values, rival, -margin]):
            assert not is_accepted(check_flip, picture, wrong, 2, 255), wrong
    assert flips > 5, "too few flips"
    assert cut > 3, "too few claims that can be cut"
    assert narrower > 3, "ranges from the back are no better"
    assert of_errors > 1e-3, "no rounding comes near the bounds: the test tests nothing"
    assert np.median(of_worst[::3]) > 0.9, "the worst rounding is far from its bound"
    print(f"all hold, and {flips} flips, {cut} claims that are cut; of the error bounds floats reach {of_errors:.3f}, sums that are "
          f"off by all that they may {max(of_worst):.3f}, the tightest bounds are {tightest:.3f} apart")


main()

"""Bounds the margins of a network while pixels of an image take values from a box: in exact arithmetic, and how far an
evaluation in single precision may be off.

While they take values from a box, each value of the network is, in exact arithmetic,
    centre + sum_g slope_g t_g + noise,  -1 <= t_g <= 1,  |noise| <= radius,
and an evaluation in floats is off by at most `error`. Sums carry all these along. A ReLU that bends lies under its chord
and over the chord's parallel through 0; the largest of four values is the one with the largest centre, and up to as
much more as another may be greater. What they are off by is noise. Where the pixels reach no value, it has the image's own.

From the back (certificate_back.py) margins are bounded more tightly; and so is each value that may bend, by `closely`.

A layer's sum in floats, in any order, fused or not, is off by at most gamma(k) times the sum of its terms' absolute values,
if each goes through at most k roundings (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1), and by
TINY for each that is too small for a float. k is the number of products, and three: for the bias, for a residual that joins
the same sum, and more than all that doubles round here; and more where a normalisation is folded in. The residual goes
through as many. `finer_error` follows that back from the margin (certificate_rounding.py), whose slopes it bounds between the
exact features and those of an evaluation (the mean value theorem).
"""
import collections
import copy

import numpy as np

from certificate_back import chord, least_from_the_back, narrowed, submatrix
from certificate_files import Add, Linear, Pool, Sum, require
from certificate_rounding import OF_DOUBLES, from_the_back, refined, rounds_of

UNIT, TINY, HUGE = 2.0**-24, 2.0**-120, 2.0**120

def gamma(roundings):
    return roundings * UNIT / (1 - roundings * UNIT)

class Forms(collections.namedtuple("Forms", "at centre slopes radius error")):
    """Of the values numbered `at`, in each of n boxes: slopes (n, generators, values), the other planes (n, values)."""
    def reach(self):
        return np.abs(self.slopes).sum(axis=1) + self.radius
    def magnitude(self):
        return np.abs(self.centre) + self.reach() + self.error
    def select(self, at, base):
        """With the base image's values where these are none."""
        n, position = len(self.centre), np.full(base.centre.shape[1], -1)
        position[self.at] = np.arange(len(self.at))
        own_at, known = position[at], position[at] >= 0
        whole = [np.repeat(base.centre[:, at], n, 0), np.zeros((n, self.slopes.shape[1], len(at))), np.zeros((n, len(at))),
                 np.repeat(base.error[:, at], n, 0)]
        for plane, own in zip(whole, self[1:]):
            plane[..., known] = own[..., own_at[known]]
        return Forms(at, *whole)

def relu(x):
    steepness, gap, _, high = chord(x)
    error = np.where(high <= 0, np.maximum(high + x.error, 0), x.error)
    return Forms(x.at, steepness * x.centre + gap, steepness[:, None] * x.slopes, steepness * x.radius + gap, error)

def max_pool(windows, x, base):
    changed = np.zeros(windows.max() + 1, bool)
    changed[x.at[x.at < len(changed)]] = True
    at = np.flatnonzero(changed[windows].any(axis=1))
    x = x.select(windows[at].ravel(), base)
    centre, slopes, radius, error = (plane.reshape(*plane.shape[:-1], len(at), 4) for plane in x[1:])
    first = centre.argmax(axis=2)[..., None]
    best = [np.take_along_axis(plane, first, axis=2) for plane in (centre, radius, error)]
    along = np.take_along_axis(slopes, first[:, None], axis=3)
    most = (centre - best[0]) + np.abs(slopes - along).sum(axis=1) + radius + best[1]
    np.put_along_axis(most, first, 0, axis=2)
    excess = np.maximum(most.max(axis=2), 0) / 2
    error = np.maximum(np.where(most + error + best[2] <= 0, 0, error).max(axis=2), best[2][..., 0])
    return Forms(at, best[0][..., 0] + excess, along[..., 0], best[1][..., 0] + excess, error)

def add(step, x, y, base):
    """base: None, or both values of the image itself."""
    if base is not None:
        at = np.union1d(x.at, y.at)
        x, y = x.select(at, base[0]), y.select(at, base[1])
    size = x.magnitude() + y.magnitude()
    require(np.all(size < HUGE), "a value may be too large for a float")
    own = gamma(step.products + 3) * size + TINY
    return Forms(x.at, *(of_x + of_y for of_x, of_y in zip(x[1:-1], y[1:-1])), x.error + y.error + own), own

# Of a step: what goes in (of a sum, with its terms' magnitudes; of Add, two) and comes out, and what a sum rounds itself.
Trace = collections.namedtuple("Trace", "x size out own")

def through(step, x, size, first, base=None):
    """A sum, of which the values that x can change are computed; without base all. first: None, or what reads pixels."""
    share = early = gamma(step.products + 3)
    if first is not None:  # folding adds the means up with the biases
        share = gamma(step.products + 3 + first.roundings)
        early = gamma(2 * step.products + 3 + first.roundings)
        size = size[0] + early / share * size[1] + x.error
        on_the_way = step.products * step.largest * first.largest
    else:
        size = x.magnitude()
        on_the_way = step.products * step.largest * (1 + size.max(initial=0))
    require(on_the_way < HUGE, "a value may be too large for a float")
    tiny = step.products * TINY * on_the_way
    if base is None:
        absolute = np.abs(step.matrix)
        own = share * size @ absolute + early * np.abs(step.bias) + tiny
        out = Forms(np.arange(len(step.bias)), x.centre @ step.matrix + step.bias, np.zeros((1, 0, len(step.bias))),
                    np.zeros((1, len(step.bias))), x.error @ absolute + own)
        return Trace(x, size, out, own)
    at = np.flatnonzero(step.reads[x.at].any(axis=0))
    matrix = submatrix(step.matrix, x.at, at)
    absolute = np.abs(matrix)
    own = base.own[:, at] + share * (size - base.size[:, x.at]) @ absolute + tiny
    off = base.out.error[:, at] - base.own[:, at] + (x.error - base.x.error[:, x.at]) @ absolute
    out = Forms(at, base.out.centre[:, at] + (x.centre - base.x.centre[:, x.at]) @ matrix, x.slopes @ matrix,
                x.radius @ absolute, off + own)
    return Trace(x, size, out, own)

class Picture:
    """An image, its class, and what the network makes of it: of changes only what they reach is computed."""
    def __init__(self, network, image, label):
        self.network, self.label, self.width, self.area = network, label, image.shape[1], image.shape[0] * image.shape[1]
        self.pixels = image.transpose(2, 0, 1).ravel() / 255.0
        self.base = self.fine = None
        self.base = self.whole()
        self.rivals = [k for k in range(len(self.network.head[1])) if k != label]

    def changed(self, at, values):
        """The picture whose values `at` are these, with errors known from the back."""
        other = copy.copy(self)
        other.pixels, other.base = self.pixels.copy(), None
        other.pixels[at] = values
        other.base = other.whole(other.whole())
        return other

    def whole(self, coarse=None):
        """The Trace of each step for the image alone."""
        every = np.arange(len(self.pixels))
        return self.run(every, self.pixels[None], np.zeros((1, 0, len(every))), coarse)

    def run(self, at, centre, slopes, coarse=None):
        """The Trace of each step while the values `at` of the image, in [0, 1], take these. coarse: those traces, of one box,
        so that this one knows ranges and errors from the back."""
        first, channel = self.network.normalisation, at // self.area
        scale, terms = first.scale[channel], np.broadcast_to(first.terms[channel], centre.shape)
        size = (np.abs(centre) + np.abs(slopes).sum(axis=1)) * scale
        error = gamma(first.roundings) * (size + terms)
        x = Forms(at, centre * scale - first.offset[channel], slopes * scale, np.zeros_like(centre), error)
        traces, values, rounds = [], [x], []
        for i, (step, sources) in enumerate(self.network.steps):
            x, base = values[sources[0]], None if self.base is None else self.base[i]
            if isinstance(step, Sum):
                traces.append(through(step, x, (size, terms), None if traces else first, base))
            elif isinstance(step, Add):
                both = tuple(values[source] for source in sources)
                traces.append(Trace(both, None, *add(step, *both, base and base.x)))
            else:
                if coarse is not None:
                    of_doubles = OF_DOUBLES * coarse[i].x.error
                    if self.base is not None:
                        x = narrowed(self, traces, sources[0], x, of_doubles)
                    count = len(x.at) if self.base is None else base.x.centre.shape[1]
                    x = values[sources[0]] = refined(self.network.steps, rounds, sources[0], x, count, of_doubles)
                bent = max_pool(step.windows, x, base.x if base else x) if isinstance(step, Pool) else relu(x)
                traces.append(Trace(x, None, bent, None))
            values.append(traces[-1].out)
            if coarse is not None:
                rounds.append(self.rounds(i, traces[-1]))
        return traces

    def rounds(self, i, trace):
        """Of all of a step's values: see rounds_of."""
        step = self.network.steps[i][0]
        if self.base is None:
            return rounds_of(i, step, trace)
        if not isinstance(step, (Sum, Add)):
            return rounds_of(i, step, trace._replace(x=trace.x.select(self.base[i].x.at, self.base[i].x)))
        own = rounds_of(i, step, self.base[i]).copy()
        own[trace.out.at] = rounds_of(i, step, trace)
        return own

    def margins(self, at, low, high, back=False):
        """Over each rival, of boxes [low, high] of the values numbered `at`, (n, at) in [0, 1]: (3, n, rivals), in exact
        arithmetic least and most, and the error. back: least from the back, too, if the network is one for that."""
        traces = self.run(at, (low + high) / 2, slopes_of((high - low) / 2))
        features = traces[-1].out.select(self.base[-1].out.at, self.base[-1].out)
        of_head = linear if isinstance(self.network.head, Linear) else squares
        found = of_head(self.network.head, features, self.label, self.rivals)
        if back and self.goes_back():
            found[0] = np.maximum(found[0], self.least_from_the_back(traces))
        return found, traces

    def goes_back(self):
        return isinstance(self.network.head, Linear) and not any(isinstance(step, Pool) for step, _ in self.network.steps)

    def least_from_the_back(self, traces):
        """Of the margins over each rival, linear in the features, of a network without pooling."""
        head, features = self.network.head, self.base[-1].out
        slopes = slopes_of_margins(head, features, self.label, self.rivals)[0]
        of_image = features.centre @ slopes[0].T + head.bias[self.label] - head.bias[self.rivals]
        return least_from_the_back(self, traces, len(traces), slopes[..., traces[-1].out.at], of_image)

    def closely(self, at, low, high):
        """Of one box: least margins, and the error, with ranges and errors of all values known from the back."""
        if self.fine is None:
            self.fine = self.changed([], [])
        box = at, (low + high) / 2, slopes_of((high - low) / 2)
        coarse = self.run(*box)
        traces = self.fine.run(*box, coarse)
        return self.fine.least_from_the_back(traces), self.fine.finer_error(traces, coarse)

    def finer_error(self, traces, coarse=None):
        """Of the margins over each rival, in all of the box that the traces are of: see above. coarse: of run."""
        features = traces[-1].out.select(self.base[-1].out.at, self.base[-1].out)
        rounds = [self.rounds(i, trace) for i, trace in enumerate(traces)]
        low, high = slopes_of_margins(self.network.head, features, self.label, self.rivals)[:, 0]
        of_front = (coarse or traces)[-1].out.select(self.base[-1].out.at, self.base[-1].out).error[0]
        from_front = np.maximum(np.abs(low), np.abs(high)) @ of_front
        return own_error(self.network.head, features, self.label, self.rivals)[0] + OF_DOUBLES * from_front + \
            (high - low) / 2 @ features.error[0] + from_the_back(self.network.steps, rounds, len(traces), (low + high) / 2)

def slopes_of(widths):
    """Of boxes (n, values): a t for each value that changes, numbered anew in each box, so that boxes share them."""
    changes = (widths > 0).argsort(axis=1, kind="stable")[:, ::-1][:, :max(1, (widths > 0).sum(axis=1).max())]
    slopes = np.zeros((len(widths), changes.shape[1], widths.shape[1]))
    box, t = np.indices(changes.shape)
    slopes[box, t, changes] = widths[box, changes]
    return slopes

def linear(head, x, label, rivals):
    w = slopes_of_margins(head, x, label, rivals)[0][0].T
    centre = x.centre @ w + head.bias[label] - head.bias[rivals]
    reach = np.abs(x.slopes @ w).sum(axis=1) + x.radius @ np.abs(w)
    return np.stack([centre - reach, centre + reach, x.error @ np.abs(w) + own_error(head, x, label, rivals)])

def embedded(values, w):
    """Of features (n, features) what each class sees of them: (n, classes, ...)."""
    return np.einsum("nf,cdf->ncd", values, w)

def maps(head):
    """W_k of each class; one space for all is seen as it is."""
    classes, products = head.centroids.shape
    return np.broadcast_to(np.eye(products), (classes, products, products)) if head.weight is None else head.weight

def squares(head, x, label, rivals):
    """Margins of classes of which the nearest wins."""
    alone, w = x.slopes.shape[1] == 1, maps(head)
    def over_class(values):
        return values[:, rivals] - values[:, [label]]
    def pulled(values):
        return over_class(2 * np.einsum("ncd,cdf->ncf", head.scale[:, None] * values, w))
    def second(noise):
        if head.weight is None:
            return np.abs(head.scale[rivals] - head.scale[label]) * (noise**2).sum(axis=1, keepdims=True)
        of_class = head.scale * (embedded(noise, np.abs(w))**2).sum(axis=2)
        return of_class[:, rivals] + of_class[:, [label]]
    slope_of_x = x.slopes[:, 0] if alone else np.zeros_like(x.centre)  # a single t is followed in its squares, too
    rest = x.reach() - np.abs(slope_of_x)
    centre, along = embedded(x.centre, w) - head.centroids, embedded(slope_of_x, w)
    constant, slope, curvature = (over_class(head.scale * square.sum(axis=2))
                                  for square in (centre**2, 2 * centre * along, along**2))
    # To first order in the noise both classes pull at the same features.
    pull = pulled(centre)
    first = np.abs(pull) + np.abs(pulled(along)) if alone else np.abs(pull)
    radius = (first * x.radius[:, None]).sum(axis=2) + second(rest)
    if not alone:
        radius = radius + np.abs(x.slopes @ pull.transpose(0, 2, 1)).sum(axis=1)
    error = (first * x.error[:, None]).sum(axis=2) + second(rest + x.error) - second(rest)
    return np.stack([least(constant, slope, curvature) - radius, radius - least(-constant, -slope, -curvature),
                     error + own_error(head, x, label, rivals)])

def own_error(head, x, label, rivals):
    """What the differences of two logits round themselves."""
    if isinstance(head, Linear):
        size = x.magnitude() @ (np.abs(head.weight[label]) + np.abs(head.weight[rivals])).T
        size = size + np.abs(head.bias[label]) + np.abs(head.bias[rivals])
        require(np.all(size < HUGE), "a logit may be too large for a float")
        products = head.weight.shape[1]
        return gamma(products + 3) * size + products * TINY * (1 + size)
    w, features, products = maps(head), x.centre.shape[1], head.centroids.shape[1]
    sums = embedded(x.magnitude(), np.abs(w)) + np.abs(head.centroids)
    off = 0 if head.weight is None else gamma(features + 3) * sums + features * TINY * (1 + sums)
    reach = np.abs(embedded(x.centre, w) - head.centroids) + embedded(x.reach() + x.error, np.abs(w))
    square = ((reach + off)**2).sum(axis=2)
    require(np.all((1 + head.scale) * square < HUGE / 2), "a logit may be too large for a float")
    own = head.scale * (((2 * reach + off) * off).sum(axis=2) + gamma(products + 6) * square) + \
        products * TINY * (1 + (1 + head.scale) * square)
    return own[:, rivals] + own[:, [label]]

def slopes_of_margins(head, x, label, rivals):
    """Of each margin by each feature, wherever an evaluation may be: least and most, (boxes, rivals, features)."""
    if isinstance(head, Linear):
        return np.stack([(head.weight[label] - head.weight[rivals])[None]] * 2)
    w = maps(head)
    pulls = 2 * head.scale[:, None] * np.einsum("ncd,cdf->ncf", embedded(x.centre, w) - head.centroids, w)
    turns = 2 * head.scale[:, None, None] * (w.transpose(0, 2, 1) @ w)
    middle = pulls[:, rivals] - pulls[:, [label]]
    radius = np.einsum("nf,kfg->nkg", x.reach() + x.error, np.abs(turns[rivals] - turns[label]))
    return np.stack([middle - radius, middle + radius])

def least(constant, slope, curvature):
    """Of constant + slope t + curvature t^2 for t in [-1, 1]."""
    inside = (curvature > 0) & (np.abs(slope) < 2 * curvature)
    return constant + np.where(inside, -slope**2 / (4 * np.where(inside, curvature, 1)), curvature - np.abs(slope))

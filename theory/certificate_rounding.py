"""How far evaluations in floats may be off, followed back from what is asked about, so that what cancels on the way does.

An evaluation less the exact network is a network without biases, in which each sum adds what it rounds itself, and a ReLU
multiplies by something from 0 to 1. So what a sum rounds counts times a coefficient, which goes back through the network by
the middle of what a ReLU may multiply by; the rest multiplies how far the value is off there. That is known from the front,
where nothing cancels: in deep networks thousands of times too far. Of a single box `refined` finds it from the back, too.

`rounds` says what the steps do, one after another: what each of a sum's values rounds; or a Bend.
"""
import collections

import numpy as np

from certificate_files import Add, Pool, Sum

OF_DOUBLES = 2.0**-20  # what doubles round, in parts of what floats do by bounds from the front: far more than they do

# How far ReLUs or maxima are off: `share` times what their `windows` of all inputs are off, (outputs, k), and a rest.
Bend = collections.namedtuple("Bend", "inputs windows share rest")

def bend(step, x):
    """Of a ReLU or a Pool: the largest of some, of which ReLU has two, one a 0, is off by a mean of what those are that may
    be it. By their middle, and by what a mean may have more."""
    windows, least = (step.windows, -np.inf) if isinstance(step, Pool) else (np.arange(len(x.at))[:, None], 0)
    low, high = (x.centre - x.reach() - x.error)[0], (x.centre + x.reach() + x.error)[0]
    most = np.maximum(low[windows].max(axis=1), least)
    may = high[windows] >= most[:, None]
    count, errors = may.sum(axis=1) + (most == least), x.error[0][windows] * may
    rest = (1 - 2 / count) * errors.max(axis=1) + errors.sum(axis=1) / count
    return Bend(len(x.at), windows, may / count[:, None], rest)

def rounds_of(number, step, trace):
    """Of all of a step's values: what its sums round, in the first one reading pixels, too; or a Bend."""
    if isinstance(step, (Sum, Add)):
        return (trace.own if number else trace.out.error)[0]
    return bend(step, trace.x)

def from_the_back(steps, rounds, last, coefficients):
    """What all steps before the value numbered `last` round, times each row of coefficients that it has."""
    total, of = 0, collections.defaultdict(float, {last: coefficients})
    for i, (step, sources) in list(enumerate(steps))[last - 1::-1]:
        if i + 1 not in of:
            continue  # nothing reads it
        c = of.pop(i + 1)
        if isinstance(step, (Sum, Add)):
            total = total + np.abs(c) @ rounds[i]
            if i == 0:
                return total
            c = step.back(c) if isinstance(step, Sum) else c
        else:
            total, behind = total + np.abs(c) @ rounds[i].rest, c
            if isinstance(step, Pool):
                c = np.zeros((len(c), rounds[i].inputs))
                c[:, rounds[i].windows] = behind[..., None] * rounds[i].share
            else:
                c = behind * rounds[i].share[:, 0]
        for source in sources:
            of[source] = of[source] + c
    return total

def refined(steps, rounds, last, x, count, of_doubles):
    """The value numbered `last`, of so many elements, in one box, whose errors are known from the back where a ReLU may be on
    either side of its bend."""
    error, open_ = x.error[0].copy(), np.flatnonzero((np.abs(x.centre) - x.reach() - x.error)[0] < 0)
    if not len(open_):
        return x
    one = np.zeros((len(open_), count))
    one[np.arange(len(open_)), x.at[open_]] = 1
    error[open_] = np.minimum(error[open_], from_the_back(steps, rounds, last, one) + of_doubles[0, open_])
    return x._replace(error=error[None])

"""Bounds of functions that are linear in a network's values, while pixels of an image take values from a box: from the back.

Their coefficients go back through the network as gradients do: where a ReLU bends, it lies under its chord, and over 0 and over
what goes in, and the line that leaves less of the function takes its place (DeepPoly: Singh et al., POPL 2019). So what cancels
on the way does so before it is noise. Such a function may be a margin; or a value that may bend, one after another in the
network's order, so that each is bounded by the ranges of those before it: in deep networks that is what makes wide boxes of use.
"""
import collections

import numpy as np

from certificate_files import Add, Sum

def chord(x):
    """Of ReLU's values: it is `steepness` times what goes in, and more by 0 to 2 `gap`. With the ends of what goes in."""
    low, high = x.centre - x.reach(), x.centre + x.reach()
    bends = (low < 0) & (high > 0)
    steepness = np.where(bends, high / np.where(bends, high - low, 1), (low >= 0) * 1.0)
    return steepness, np.where(bends, -steepness * low / 2, 0), low, high

def submatrix(matrix, rows, columns):
    return matrix if matrix.shape == (len(rows), len(columns)) else matrix[rows][:, columns]

def least_from_the_back(picture, traces, last, of_last, least):
    """Of functions of the value numbered `last`, by their coefficients (boxes, functions, values) there, and by what they are
    of the image: see above."""
    base, coefficients = picture.base, collections.defaultdict(float)  # of each value, less the image's own
    coefficients[last] = of_last
    for i, (step, sources) in list(enumerate(picture.network.steps))[last - 1::-1]:
        if i + 1 not in coefficients:
            continue  # nothing reads it
        x, out, c = traces[i].x, traces[i].out, coefficients.pop(i + 1)
        if isinstance(step, Add):
            for source, part in zip(sources, x):
                coefficients[source] = coefficients[source] + c[..., np.searchsorted(out.at, part.at)]
            continue
        if isinstance(step, Sum):
            c = c @ submatrix(step.matrix, x.at, out.at).T
        else:
            steepness, gap, low, high = chord(x)
            above, below = np.minimum(c, 0), np.maximum(c, 0)  # the lines that leave least margin
            slope_below = np.where(gap > 0, high > -low, steepness)
            of_x, of_out = base[i].x.centre[:, x.at], base[i].out.centre[:, x.at]
            least = least + (above * (steepness * of_x + 2 * gap - of_out)[:, None] +
                             below * (slope_below * of_x - of_out)[:, None]).sum(axis=2)
            c = above * steepness[:, None] + below * slope_below[:, None]
        coefficients[sources[0]] = coefficients[sources[0]] + c
    pixels, c = traces[0].x, coefficients[0]
    off = pixels.centre - base[0].x.centre[:, pixels.at]
    return least + (c * off[:, None]).sum(axis=2) - np.abs(c @ pixels.slopes.transpose(0, 2, 1)).sum(axis=2)

def narrowed(picture, traces, last, x, of_doubles):
    """The value numbered `last`, in one box, whose ranges are known from the back where a ReLU may bend."""
    low, high = (x.centre - x.reach())[0], (x.centre + x.reach())[0]
    open_ = np.flatnonzero((low < 0) & (high > 0))
    if not len(open_):
        return x
    one = np.eye(len(x.at))[open_]
    of_base = picture.base[last - 1].out.centre[0, x.at[open_]]
    least = least_from_the_back(picture, traces, last, np.concatenate([one, -one])[None], np.concatenate([of_base, -of_base]))
    least, most = np.split(least[0], 2)
    low[open_] = np.maximum(low[open_], least - of_doubles[0, open_])
    high[open_] = np.minimum(high[open_], of_doubles[0, open_] - most)
    centre, slopes, radius = x.centre.copy(), x.slopes.copy(), x.radius.copy()
    centre[0, open_], radius[0, open_], slopes[..., open_] = ((low + high) / 2)[open_], ((high - low) / 2)[open_], 0
    return x._replace(centre=centre, slopes=slopes, radius=radius)

#!/usr/bin/env python3
"""Writes statistics.json beside this file: what scipy makes of the inputs of tests/attacks/statistics_test.cpp.

    apt-get install python3-scipy && python3 tests/golden/statistics.py      (written with scipy 1.10)
"""
import json
import pathlib

import numpy
from scipy import stats

RATES = [[682, 925], [0, 20], [20, 20], [0, 4264], [1, 29], [81, 263], [15, 148], [5, 10]]
# The last but one is R's ?sleep (Student 1908): hours gained with one drug minus those with the other, of ten patients.
DIFFERENCES = [
    [0.02, -0.01, 0.03, 0.015, 0.005],
    [-0.11, -0.12, -0.10, -0.13],
    [0.5, 0.5, 1.0],
    [-1.2, -2.4, -1.3, -1.3, 0.0, -1.0, -1.8, -0.8, -4.6, -1.4],
    [3, -1, 4, 1, -5, 9, 2, 6, -5, 3, 5, 8],
]
# R's ?mcnemar.test (Agresti 1990, approval of the President: 150 and 86 changed their minds), and others.
PAIRS = [[150, 86], [5, 15], [15, 5], [0, 6], [3, 4], [120, 60], [300, 400], [0, 0], [1, 0]]


def differences(values):
    t = stats.ttest_1samp(values, 0)
    mean = t.confidence_interval(0.95)
    signs = stats.permutation_test((values,), lambda x, axis: numpy.sum(x, axis=axis), permutation_type="samples",
                                   n_resamples=numpy.inf, vectorized=True)
    return {"values": values, "mean": float(numpy.mean(values)), "low": mean.low, "high": mean.high,
            "t": float(t.pvalue), "signs": float(signs.pvalue)}


def rate(count, of):
    exact = stats.binomtest(count, of).proportion_ci(0.95, "exact")
    wilson = stats.binomtest(count, of).proportion_ci(0.95, "wilson")
    return {"count": count, "of": of, "exact": [exact.low, exact.high], "wilson": [wilson.low, wilson.high]}


golden = {
    "rates": [rate(count, of) for count, of in RATES],
    "differences": [differences(values) for values in DIFFERENCES],
    "pairs": [{"first": a, "second": b, "p": float(stats.binomtest(a, a + b).pvalue) if a + b else 1.0}
              for a, b in PAIRS],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")

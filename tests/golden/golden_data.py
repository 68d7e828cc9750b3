"""Numbers that the scripts of this folder and the tests (tests/golden_data.h) both make, so that no file is shared."""
import numpy
import torch


def splitmix64(seed, count):
    """Words 1..count of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), a function of seed and position."""
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return z ^ (z >> numpy.uint64(31))


def uniform(seed, shape, low, high):
    """Element i is low + (high - low) u with u the top 53 bits of word i + 1, divided by 2^53."""
    words = splitmix64(seed, int(numpy.prod(shape)))
    u = (words >> numpy.uint64(11)).astype(numpy.float64) / 2.0**53
    return torch.tensor(low + (high - low) * u).reshape(shape)

#!/usr/bin/env python3
"""table.txt, from verdicts.csv.xz (run.py): what one pixel can do to whole test sets. usage: table.py > table.txt"""
import csv
import itertools
import lzma
import pathlib
import re
import statistics

HERE = pathlib.Path(__file__).parent
COLUMNS = ["accuracy", "flipped", "confident", "by reals", "open", "robust", "certified", "seconds"]


def measures(letters, seconds):
    """In images, but for accuracies, of which there are per cent of all."""
    count = {letter: letters.count(letter) for letter in "wFfrtc"}
    share = 100 / len(letters)
    right = len(letters) - count["w"]
    flipped = count["F"] + count["f"]
    return [right * share, flipped, count["F"], count["r"], count["t"], (right - flipped) * share,
            count["c"] * share, int(seconds)]


def line(name, values):
    accuracy, flipped, confident, reals, ties, robust, certified, seconds = values
    return (f"{name:42}{accuracy:9.2f}{flipped:8,}{confident:10,}{reals:9,}{ties:5,}{robust:8.2f}{certified:10.2f}"
            f"{seconds:8,}")


def kind(name):
    """mnist-gauss-base-d10-1f12b4bd34 -> mnist, gauss-base."""
    return re.fullmatch(r"(fashion-mnist|mnist)-(.*)-d\d+-\w+", name).groups()


def kinds(measured):
    """Of the networks of each kind, the least, the median and the largest of flips and of robust accuracy."""
    groups = {}
    for name, values in measured.items():
        groups.setdefault(kind(name), []).append(values)
    for (data, of), all_values in sorted(groups.items()):
        yield f"{f'{data}, {of}':30}{len(all_values):9}" + "".join(
            f"{statistics.median(column):9.{digits}f} ({min(column):.{digits}f} to {max(column):.{digits}f})".rjust(27)
            for column, digits in ((sorted(v[i] for v in all_values), d) for i, d in ((0, 2), (1, 0), (5, 2))))


def comparison(measured, data, first, second):
    """An exact permutation test of the mean robust accuracy of two kinds of networks; of those that are alike one."""
    groups = [sorted({tuple(values[:-1]) for name, values in measured.items() if kind(name) == (data, of)})
              for of in (first, second)]
    accuracies = [values[5] for group in groups for values in group]
    size = len(groups[0])

    def gap(chosen):
        return abs(statistics.fmean(accuracies[i] for i in chosen) -
                   statistics.fmean(accuracies[i] for i in range(len(accuracies)) if i not in chosen))
    gaps = [gap(chosen) for chosen in itertools.combinations(range(len(accuracies)), size)]  # the kinds' own first
    as_large = sum(other >= gaps[0] - 1e-9 for other in gaps)
    means = [statistics.fmean(values[5] for values in group) for group in groups]
    return (f"{data}, {first} and {second}: {means[0]:.2f} and {means[1]:.2f} % robust in the mean of {size} and "
            f"{len(groups[1])} networks;\nof {len(gaps):,} ways to divide these in two, {as_large:,} make means as far "
            f"apart: p = {as_large / len(gaps):.4f}")


def main():
    with lzma.open(HERE / "verdicts.csv.xz", "rt", newline="") as file:
        names, seconds, *rows = csv.reader(file)
    columns = zip(*rows)
    measured = {name: measures(column, time) for name, column, time in zip(names, columns, seconds)}
    text = [f"{'network':42}" + "".join(
        title.rjust(width) for title, width in zip(COLUMNS, (9, 8, 10, 9, 5, 8, 10, 8)))]
    text += [line(name, values) for name, values in sorted(measured.items())]
    text += ["", f"{'kind':30} networks" + "".join(
        title.rjust(27) for title in ("accuracy", "flipped", "robust accuracy"))]
    text += kinds(measured)
    text += ["", comparison(measured, "mnist", "softmax", "gauss"),
             comparison(measured, "mnist", "softmax-base", "gauss-base")]
    print("\n".join(text))


main()

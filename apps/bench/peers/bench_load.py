"""Voronet's rates on one thread, on too many, and beside other programs that keep every core busy.

Started by bench_load.sh. A row is a task by Voronet or by PyTorch, a column is how many threads it has and what else
runs. Other programs are endless loops, each in a session of its own, because Linux shares cores among sessions first
(autogroup). Every round measures all rows in all columns, so that what a virtual machine's host changes falls on all
alike; medians are printed. The first row is how many cores the kernel gives to programs that never wait for one
another, one a thread: a program that gains all of its second thread cannot keep more. --json prints one object on standard output:
{"round_trip_ns", "round_trips_ns", "cores": {"alone", "one_thread", "beside_1", "beside_2", "threads_8"},
"lenet_train": likewise, ..., "pytorch": {"lenet_train": {...}, ...}}, in images per second, of exhaustive in queries.
The round trip of a cache line between two cores is measured before, between and after the rounds; the first of its
keys has the median.
"""
import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time

import torch

from peers import FORMATS, argument_parser, bench_command, printed_by, processor, pytorch_step, rate_of, shortened

CASES = {"lenet_train": "lenet_train", "lenet_infer": "lenet_infer", "resnet18_train": "resnet18_train",
         "exhaustive": "lenet_exhaustive", "prove": "lenet_prove"}  # of `voronet bench`
PYTORCH_TASKS = ["lenet_train", "resnet18_train"]
CORES = len(os.sched_getaffinity(0))
# Before a command: the kernel ends it with this process, whatever ends that.
MORTAL = ["setpriv", "--pdeathsig", "KILL"]
LOOP = [*MORTAL, "sh", "-c", "ulimit -t 600; while :; do :; done"]  # of ten minutes of processor time at most


def columns(threads):
    """{name: (threads, endless loops for each core)}"""
    return {"alone": (threads, 0), "one_thread": (1, 0), "beside_1": (threads, 1), "beside_2": (threads, 2),
            "threads_8": (8, 0)}


@contextlib.contextmanager
def load(loops_a_core):
    """So many endless loops for each core, while the block runs."""
    loops = [subprocess.Popen(LOOP, start_new_session=True) for _ in range(loops_a_core * CORES)]
    try:
        time.sleep(0.2 if loops else 0)  # until the kernel has spread them over the cores
        yield
    finally:
        for process in loops:
            process.kill()
            process.wait()


def printed_json(*command):
    return json.loads(printed_by(*MORTAL, *command))


def round_trip(options):
    """Of a cache line between two cores, in ns; None where there is only one."""
    return printed_json(options.program, "bench", "--round-trip", "--json")["round_trip_ns"] if CORES > 1 else None


def cores_run(options):
    """A function that measures how many cores so many endless loops in this session get."""
    def run(threads):
        start = time.perf_counter()
        loops = [subprocess.Popen(LOOP) for _ in range(threads)]
        time.sleep(options.seconds)
        for process in loops:
            process.kill()
        used = [os.wait4(process.pid, 0)[2] for process in loops]
        return sum(usage.ru_utime + usage.ru_stime for usage in used) / (time.perf_counter() - start)

    return run


def voronet_run(options, task):
    """A function that measures with so many threads."""
    def run(threads):
        here = argparse.Namespace(**vars(options) | {"threads": threads})
        return printed_json(*bench_command(here, CASES[task], options.seconds))[CASES[task]]

    return run


def pytorch_rate(options, task, memory_format, threads):
    torch.set_num_threads(threads)
    return rate_of(pytorch_step(task, memory_format), options.seconds)


def pytorch_run(options, task):
    """Likewise, in the memory format that is faster alone."""
    rates = {name: pytorch_rate(options, task, name, options.threads) for name in FORMATS}
    fastest = max(rates, key=rates.get)
    print(f"{task} by PyTorch: {fastest} is the faster memory format", file=sys.stderr)
    return lambda threads: pytorch_rate(options, task, fastest, threads)


def contenders(options):
    """{(program, task): function that measures with so many threads}"""
    runs = {("kernel", "cores"): cores_run(options)}
    for task in options.tasks:
        runs["voronet", task] = voronet_run(options, task)
        if task in PYTORCH_TASKS:
            runs["pytorch", task] = pytorch_run(options, task)
    return runs


def cells_of(runs, columns):
    """(program, task, column) of a round. PyTorch with more threads than cores says nothing about Voronet."""
    return [(*row, column) for row in runs for column in columns if (row[0], column) != ("pytorch", "threads_8")]


def time_left(took, cells):
    """In words, by how long each of the cells took last; those never measured count as the mean of the others."""
    seconds = sum(took.get(cell, statistics.mean(took.values())) for cell in cells)
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f} left"


def label(program, task):
    return "  PyTorch" if program == "pytorch" else task


def progress(text, end=""):
    print(text, end=end, file=sys.stderr, flush=True)


def in_turns(options, runs):
    """All rounds: {cell: list of its rates}, and the round trips before, between and after them."""
    cells = cells_of(runs, columns(options.threads))
    rates, took, trips = {cell: [] for cell in cells}, {}, [round_trip(options)]
    for number in range(options.rounds):
        progress(f"round {number + 1} of {options.rounds}: {', '.join(columns(options.threads))}", "\n")
        for i, cell in enumerate(cells):
            program, task, column = cell
            start = time.perf_counter()
            threads, loops = columns(options.threads)[column]
            if column == "alone":
                progress(f"  {label(program, task):14}")
            with load(loops):
                rates[cell].append(runs[program, task](threads))
            took[cell] = time.perf_counter() - start
            progress(f"{shortened(rates[cell][-1]):>10}")
            if i + 1 == len(cells) or cells[i + 1][:2] != (program, task):
                progress("  " + time_left(took, cells[i + 1:] + cells * (options.rounds - number - 1)), "\n")
        trips.append(round_trip(options))
    return rates, trips


def medians(rates):
    """{"lenet_train": {column: rate}, ..., "pytorch": {"lenet_train": {column: rate}, ...}}"""
    result, peer = {}, {}
    for (program, task, column), measured in rates.items():
        row = (peer if program == "pytorch" else result).setdefault(task, {})
        row[column] = round(statistics.median(measured), 2)
    return result | {"pytorch": peer}


def table_row(name, row, columns):
    """Every column but the first two also as a share of the first."""
    line = f"{name:14}"
    for column in columns:
        share = column not in ("alone", "one_thread")
        line += f"{shortened(row[column]) if column in row else '-':>10}"
        if share:
            line += f"{row[column] / row['alone']:>5.0%}" if column in row else " " * 5
    return line.rstrip()


def wanted(options, task, row, peer):
    """What a row says, in words."""
    line = (f"{task}: {options.threads} threads are {row['alone'] / row['one_thread']:.2f} times one, "
            f"8 are {row['threads_8'] / row['alone']:.2f} times {options.threads}")
    if peer:
        ratios = ", ".join(f"{row[column] / peer[column]:.2f} {column}" for column in peer)
        line += f"\n  times PyTorch: {ratios}"
    return line


def distance(trips):
    """A line on the round trips, if there are any."""
    if None in trips:
        return []
    first, last, least, most = (f"{trip:.0f}" for trip in (trips[0], trips[-1], min(trips), max(trips)))
    return [f"a cache line to another core and back: {first} ns at first, {last} ns at last, {least} to {most}"]


def table(options, result, trips):
    names, pytorch = columns(options.threads), result["pytorch"]
    lines = [f"{processor()}, {CORES} cores, {options.threads} threads, PyTorch {torch.__version__}",
             *distance(trips),
             f"images per second (exhaustive: queries; cores: what endless loops get), medians of {options.rounds} rounds, "
             "shares of alone",
             f"{'':14}" + "".join(f"{name:>{10 if name in ('alone', 'one_thread') else 15}}"
                                  for name in names).replace("one_thread", "  1 thread")]
    for task in ["cores", *options.tasks]:
        lines.append(table_row(task, result[task], names))
        if task in pytorch:
            lines.append(table_row("  PyTorch", pytorch[task], names))
    return "\n".join(lines + [wanted(options, task, result[task], pytorch.get(task)) for task in options.tasks])


def main():
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_DFL)  # at once, not after PyTorch's step; what was started is MORTAL
    parser = argument_parser("bench_load.sh", __doc__.splitlines()[0])
    parser.add_argument("--tasks", nargs="+", choices=CASES, default=list(CASES), metavar="TASK", help=", ".join(CASES))
    parser.set_defaults(threads=CORES, rounds=5)
    options = parser.parse_args()
    rates, trips = in_turns(options, contenders(options))
    result = medians(rates)
    if options.json:
        known = [round(trip, 1) for trip in trips if trip is not None]
        distances = {"round_trip_ns": statistics.median_low(known) if known else None, "round_trips_ns": known}
        print(json.dumps(distances | result))
    else:
        print(table(options, result, trips))


main()

"""Pixel attacks' questions a second: Voronet beside what PyTorch and ONNX Runtime allow, in turns.

Started by bench_attack_peers.sh. Two tasks. exhaustive: all single-pixel images of a gray one, by Voronet's delta forward,
against the published pipeline, scipy's vectorised differential evolution (400 candidates, as arXiv 2001.01987's
authors set it) over PyTorch in batches of 400, both on LeNet with 10 features. resnet18_delta: random pixels of one
image through ResNet18 of width 64, by Voronet's delta forward, against the fastest batched forward of the same network
among the peers. With --onnx FILE..., one more for each, a network of gray images: Voronet's delta forward or its
census by bounds, against ONNX Runtime's forward of the same network in batches of 400. Medians over the rounds; the ratio is to
the peer. --json prints one object on standard output:
{"exhaustive": {"voronet", "pytorch", "ratio"}, "resnet18_delta": {"voronet", "peer", "ratio"}, FILE: as the second}.
"""
import functools
import json
import pathlib
import subprocess
import sys

import numpy
import torch
from scipy.optimize import differential_evolution

from peers import (FORMATS, argument_parser, exported, frozen, in_turns, infer_step, onnxruntime, rate_of, table,
                   voronet)

CANDIDATES, GENERATIONS, SIDE = 400, 100, 28


def published_attack(memory_format):
    """A function that attacks an image of noise by the published pipeline, and returns its number of queries."""
    net, _ = frozen("lenet10", memory_format)
    random = numpy.random.default_rng(1)

    def attack():
        base = torch.tensor(random.integers(0, 256, (1, 1, SIDE, SIDE)), dtype=torch.float32)
        queries = 0

        def confidence(candidates):  # (3, n): row, column and value of each
            nonlocal queries
            row, column, value = torch.tensor(candidates)
            images = base.repeat(len(row), 1, 1, 1)
            images[torch.arange(len(row)), 0, row.long(), column.long()] = value.floor().float()
            with torch.no_grad():
                logits = net((images / 255 - 0.5).contiguous(memory_format=memory_format))
            queries += len(row)
            return torch.softmax(logits, 1)[:, 0].numpy()

        bounds = [(0, SIDE - 1e-6), (0, SIDE - 1e-6), (0, 256 - 1e-4)]
        start = random.uniform(0, 1, (CANDIDATES, 3)) * [high for _, high in bounds]
        differential_evolution(confidence, bounds, strategy="best1bin", maxiter=GENERATIONS, mutation=(0.5, 1),
                               recombination=1, tol=0, init=start, seed=random.integers(2**31), polish=False,
                               updating="deferred", vectorized=True)
        return queries

    return attack


def ready(make, *arguments):
    """make(*arguments), called once and run once, so that the first, slow time is not measured."""
    @functools.cache
    def step():
        made = make(*arguments)
        made()
        return made

    return step


def census_of_file(options, file):
    """Voronet's answers a second, and ONNX Runtime's forwards: of the file as Voronet writes it, for any batch."""
    model = pathlib.Path(options.onnxruntime, pathlib.Path(file).name)
    subprocess.run([options.program, "export", "--checkpoint", file, "--out", model], check=True, stdout=sys.stderr)
    return {("voronet", "exhaustive"): lambda: voronet(options, "exhaustive", "--checkpoint", file),
            ("voronet", "exact"): lambda: voronet(options, "exact", "--checkpoint", file),
            ("peer", "onnxruntime"): lambda: onnxruntime(options, model)}


def tasks(options):
    exhaustive = {("voronet", ""): lambda: voronet(options, "lenet_exhaustive")}
    delta = {("voronet", ""): lambda: voronet(options, "resnet18_delta")}
    for name, memory_format in FORMATS.items():
        attack, infer = ready(published_attack, memory_format), ready(infer_step, "resnet18", memory_format)
        exhaustive["pytorch", name] = lambda attack=attack: rate_of(attack(), options.seconds)
        delta["peer", f"pytorch {name}"] = lambda infer=infer: rate_of(infer(), options.seconds)
    if options.onnxruntime:
        delta["peer", "onnxruntime"] = lambda: onnxruntime(options, exported("resnet18", options.onnxruntime))
    files = {pathlib.Path(file).stem: census_of_file(options, file) for file in options.onnx}
    return {"exhaustive": exhaustive, "resnet18_delta": delta} | files


def main():
    parser = argument_parser("bench_attack_peers.sh", __doc__.splitlines()[0])
    parser.add_argument("--onnx", nargs="+", default=[], metavar="FILE", help="networks of gray images")
    options = parser.parse_args()
    if options.onnx and not options.onnxruntime:
        sys.exit("bench_attack_peers.sh: --onnx needs onnxruntime-node, which could not be installed")
    torch.set_num_threads(options.threads)
    result = in_turns(options, tasks(options))
    print(json.dumps(result) if options.json else
          table(options, result, {"voronet": "Voronet", "pytorch": "PyTorch, DE", "peer": "best forward"}))


main()

#!/usr/bin/env python3
"""Training over ranks: measured here with one and two, modelled for 8 to 1,024.

    ranks/scaling.py [--program build/release/voronet]     the tables of SCALING.md, some minutes

Needs a build with -DVORONET_MPI=ON, and two idle cores. Measures the step of each network with one thread: one process
alone, two that know nothing of each other, and two ranks that train together. Images are noise, in CIFAR-10's format.
"""
import argparse
import csv
import json
import math
import os
import random
import struct
import subprocess
import tempfile
from pathlib import Path

BATCH, STEPS, EPOCHS = 128, 8, 4  # a rank's images a step; steps an epoch; the first epoch warms up
NETWORKS = {"ResNet18, width 16": ["--model=resnet18", "--width=16"], "VGG11, width 16": ["--model=vgg11", "--width=16"],
            "ResNet18, width 64": ["--model=resnet18", "--width=64"]}
# What vendors state of a message between two nodes: seconds until it begins to arrive, bytes a second.
LINKS = {"10 Gb/s Ethernet": (30e-6, 1.1e9), "100 Gb/s InfiniBand": (2e-6, 12e9)}
RANKS = [8, 32, 128, 512, 1024]
FASTER = [1, 16]  # times as fast as the rank measured: one thread, and about a node of it
BACKWARD = 2 / 3  # of a step's time, during which gradients can travel
MESSAGE = 1 << 20  # bytes, as in optim/training/batch_gradients.cpp: the last one travels when nothing is left to compute


def write_noise(folder, images):
    generator = random.Random(1)
    for number in range(1, 6):
        count = images // 5 + (images % 5 if number == 5 else 0)
        records = b"".join(bytes([i % 10]) + generator.randbytes(3072) for i in range(count))
        (folder / f"data_batch_{number}.bin").write_bytes(records)
    (folder / "test_batch.bin").write_bytes(bytes([0]) + generator.randbytes(3072))


def start(arguments, ranks, network, data, out):
    job = ["mpirun", "--allow-run-as-root", "--bind-to", "core", "-np", str(ranks)] if ranks > 1 else []
    command = [*job, arguments.program, "train", "--quiet", f"--data={data}", *network, "--recipe=softmax-cifar-15",
               f"--batch={BATCH}", f"--epochs={EPOCHS}", f"--out={out}", "--threads=1"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})


def step_seconds(runs):
    """The slower run's fastest epoch, over its steps. The epoch's time has the test of one image in it."""
    slowest = 0
    for process, folder in runs:
        if process.wait() != 0:
            raise SystemExit("scaling.py: a run failed")
        with open(folder / "metrics.csv") as file:
            seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
        slowest = max(slowest, min(seconds[1:]) / STEPS)
    return slowest


def measure(arguments, network, folder):
    for images, name in (STEPS * BATCH, "one"), (2 * STEPS * BATCH, "two"):
        (folder / name).mkdir()
        write_noise(folder / name, images)

    def run(ranks, data, out):
        return start(arguments, ranks, network, folder / data, folder / out), folder / out

    alone = step_seconds([run(1, "one", "alone")])
    apart = step_seconds([run(1, "one", "left"), run(1, "one", "right")])
    together = step_seconds([run(2, "two", "together")])
    with open(folder / "alone" / "checkpoint.safetensors", "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    sizes = {name: math.prod(tensor["shape"]) for name, tensor in header.items() if "shape" in tensor}
    layers = sum(name.endswith("running_mean") for name in sizes)
    trained = sum(size for name, size in sizes.items()
                  if name.startswith(("embed.", "classifier.")) and "running" not in name)
    return {"alone": alone, "apart": apart, "together": together, "bytes": 4 * trained, "sums": 3 * layers + 2}


def modelled_step(measured, ranks, link, faster):
    """Seconds of a step, if no gradient travels while others are computed, and if all but the last message do."""
    latency, bandwidth = link
    compute = measured["alone"] / faster
    rounds = math.log2(ranks)
    sums = measured["sums"] * rounds * latency  # recursive doubling
    gradients = 2 * rounds * latency + 2 * (1 - 1 / ranks) * measured["bytes"] / bandwidth  # Rabenseifner's
    last = gradients * min(1, MESSAGE / measured["bytes"])
    hidden = min(gradients - last, BACKWARD * compute)
    return compute + sums + gradients, compute + sums + gradients - hidden


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/voronet")
    arguments = parser.parse_args()
    results = {}
    for name, network in NETWORKS.items():
        with tempfile.TemporaryDirectory() as folder:
            results[name] = measure(arguments, network, Path(folder))

    print("| network | gradients, MB | small sums a step | one, ms a step | two apart | two ranks | efficiency |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, r in results.items():
        print(f"| {name} | {r['bytes'] / 1e6:.1f} | {r['sums']} | {1e3 * r['alone']:.0f} | {1e3 * r['apart']:.0f} | "
              f"{1e3 * r['together']:.0f} | {100 * r['alone'] / r['together']:.0f} % |")
    for faster in FASTER:
        print(f"\nEfficiency, %, if a rank computes {faster} times as fast: without overlap - with it\n")
        print("| network | link | " + " | ".join(f"{n:,} ranks" for n in RANKS) + " |")
        print("| --- | --- |" + " --- |" * len(RANKS))
        for name, r in results.items():
            for link_name, link in LINKS.items():
                cells = []
                for ranks in RANKS:
                    plain, overlapped = modelled_step(r, ranks, link, faster)
                    compute = 100 * r["alone"] / faster
                    cells.append(f"{compute / plain:.0f} - {compute / overlapped:.0f}")
                print(f"| {name} | {link_name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()

"""Voronet beside PyTorch: images per second on the same machine, threads and tasks, in turns.

Started by bench_peers.sh. Each round runs Voronet, then PyTorch in each of its settings; medians over the rounds are
compared, PyTorch's being those of its fastest setting. --json prints one object on standard output:
{"lenet_train": {"voronet", "pytorch", "ratio"}, "lenet_infer": {...}}, in images per second.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

TRAIN_BATCH, INFER_BATCH = 128, 400


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def images_per_second(step, batch, seconds):
    step()
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        step()
        steps += 1
    return steps * batch / (time.perf_counter() - start)


def train_step(memory_format):
    net = lenet().to(memory_format=memory_format)
    sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    images = torch.rand(TRAIN_BATCH, 1, 28, 28).contiguous(memory_format=memory_format)
    labels = torch.randint(10, (TRAIN_BATCH,))

    def step():
        sgd.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(images), labels).backward()
        sgd.step()

    return step


def infer_step(memory_format):
    net = lenet().eval().to(memory_format=memory_format)
    images = torch.rand(INFER_BATCH, 1, 28, 28).contiguous(memory_format=memory_format)
    with torch.no_grad():
        net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, images)))

    def step():
        with torch.no_grad():
            net(images)

    return step


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    formats = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    tasks = {"lenet_train": (train_step, TRAIN_BATCH), "lenet_infer": (infer_step, INFER_BATCH)}
    ours = {task: [] for task in tasks}
    theirs = {task: {name: [] for name in formats} for task in tasks}
    steps = {(task, name): tasks[task][0](formats[name]) for task in tasks for name in formats}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for task, (_, batch) in tasks.items():
            command = [options.program, "--threads", str(options.threads), "bench", "--filter", f"^{task}",
                       "--seconds", str(options.seconds), "--json"]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            ours[task].append(json.loads(printed)[task])
            for name in formats:
                theirs[task][name].append(images_per_second(steps[task, name], batch, options.seconds))

    result = {}
    for task in tasks:
        voronet = statistics.median(ours[task])
        pytorch = max(statistics.median(rates) for rates in theirs[task].values())
        result[task] = {"voronet": round(voronet), "pytorch": round(pytorch), "ratio": round(voronet / pytorch, 2)}
    if options.json:
        print(json.dumps(result))
        return
    print(f"images per second, {options.threads} threads, medians of {options.rounds} rounds, "
          f"PyTorch {torch.__version__}")
    print(f"{'':14}{'Voronet':>10}{'PyTorch':>10}{'ratio':>8}")
    for task, row in result.items():
        print(f"{task:14}{row['voronet']:>10,}{row['pytorch']:>10,}{row['ratio']:>8}")


main()

"""Voronet beside PyTorch and ONNX Runtime: images per second on the same machine, threads and tasks, in turns.

Started by bench_peers.sh. Each round runs every task by Voronet, by PyTorch in each of its settings, and, inference
only, by ONNX Runtime on the same network exported by PyTorch. Medians over the rounds are compared, PyTorch's being
those of its fastest setting; the ratio is to the fastest peer. --json prints one object on standard output:
{"lenet_train": {"voronet", "pytorch", "ratio"}, "lenet_infer": {"voronet", "pytorch", "onnxruntime", "ratio"}, ...,
"peak_memory": {...}}, in images per second, and in MB of the process that trains ResNet18 for two epochs whose last batch is smaller.
"""
import json
import os
import subprocess
import sys

import torch

from peers import (FORMATS, SMALLER_BATCH, TRAIN_BATCH, argument_parser, bench_command, exported, in_turns,
                   onnxruntime, pytorch_step, rate_of, table, train_step, voronet)

TASKS = [f"{network}_{kind}" for network in ("lenet", "resnet18", "vgg16") for kind in ("train", "infer")]


def contenders(options, task):
    """Who runs the task, in which settings: {(name, setting): function that measures}."""
    runs = {("voronet", ""): lambda: voronet(options, task)}
    for name in FORMATS:
        runs["pytorch", name] = lambda name=name: rate_of(pytorch_step(task, name), options.seconds)
    if options.onnxruntime and task.endswith("infer"):
        runs["onnxruntime", ""] = lambda: onnxruntime(options, exported(task.split("_")[0], options.onnxruntime))
    return runs


def peak_megabytes(*command):
    """Of a process of its own."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return round(usage.ru_maxrss * 1024 / 1e6)


def peak_memory(options):
    """The process that trains ResNet18 for two epochs of a few batches; PyTorch's in the setting that needs less."""
    row = {"voronet": peak_megabytes(*bench_command(options, "resnet18_epoch", 0.001)),
           "pytorch": min(peak_megabytes(sys.executable, __file__, "--two-epochs", name, "--threads", options.threads)
                          for name in FORMATS)}
    return row | {"ratio": round(row["voronet"] / row["pytorch"], 2)}


def main():
    parser = argument_parser("bench_peers.sh", __doc__.splitlines()[0])
    parser.add_argument("--two-epochs", choices=FORMATS, help="only train ResNet18 for so long, in PyTorch")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS, metavar="TASK", help=", ".join(TASKS))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.two_epochs:
        step = train_step("resnet18", FORMATS[options.two_epochs])
        for images in 2 * [TRAIN_BATCH, TRAIN_BATCH, SMALLER_BATCH]:
            step(images)
        return

    memory = peak_memory(options) if "resnet18_train" in options.tasks else None
    result = in_turns(options, {task: contenders(options, task) for task in options.tasks})
    if options.json:
        print(json.dumps(result | ({"peak_memory": memory} if memory else {})))
        return
    print(table(options, result, {"voronet": "Voronet", "pytorch": "PyTorch", "onnxruntime": "ONNX Runtime"}))
    if memory:
        print(f"peak memory of ResNet18's training: Voronet {memory['voronet']:,} MB, PyTorch {memory['pytorch']:,} MB, "
              f"ratio {memory['ratio']}")


main()

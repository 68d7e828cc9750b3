"""Voronet beside PyTorch and ONNX Runtime: images per second on the same machine, threads and tasks, in turns.

Started by bench_peers.sh. Each round runs every task by Voronet, by PyTorch in each of its settings, and, inference
only, by ONNX Runtime on the same network exported by PyTorch. Medians over the rounds are compared, PyTorch's being
those of its fastest setting; the ratio is to the fastest peer. --json prints one object on standard output:
{"lenet_train": {"voronet", "pytorch", "ratio"}, "lenet_infer": {"voronet", "pytorch", "onnxruntime", "ratio"}, ...,
"peak_memory": {...}}, in images per second, and in MB of the process that takes two training steps of ResNet18.
"""
import argparse
import functools
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

from peer_networks import VGG, ResNet, lenet

TRAIN_BATCH, INFER_BATCH = 128, 400
NETWORKS = {  # and the shape of an image
    "lenet": (lenet, (1, 28, 28)),
    "resnet18": (lambda: nn.Sequential(ResNet(18, 64), nn.Linear(512, 10)), (3, 32, 32)),
    "vgg16": (lambda: nn.Sequential(VGG(16, 64), nn.Linear(512, 10)), (3, 32, 32)),
}
TASKS = [f"{network}_{kind}" for network in NETWORKS for kind in ("train", "infer")]
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def train_step(network, memory_format):
    make, image = NETWORKS[network]
    net = make().to(memory_format=memory_format)
    sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    images = torch.rand(TRAIN_BATCH, *image).contiguous(memory_format=memory_format)
    labels = torch.randint(10, (TRAIN_BATCH,))

    def step():
        sgd.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(images), labels).backward()
        sgd.step()

    return step


def infer_step(network, memory_format):
    make, image = NETWORKS[network]
    net = make().eval().to(memory_format=memory_format)
    images = torch.rand(INFER_BATCH, *image).contiguous(memory_format=memory_format)
    with torch.no_grad():
        net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, images)))

    def step():
        with torch.no_grad():
            net(images)

    return step


@functools.cache
def pytorch_step(task, memory_format):
    """Set up once, the first, slow step taken."""
    network, kind = task.split("_")
    step = (train_step if kind == "train" else infer_step)(network, FORMATS[memory_format])
    step()
    return step


def printed_by(*command):
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def bench_command(options, task, seconds):
    return [options.program, "--threads", options.threads, "bench", "--filter", f"^{task}$", "--seconds", seconds,
            "--json"]


def voronet(options, task):
    return json.loads(printed_by(*bench_command(options, task, options.seconds)))[task]


def pytorch(options, task, memory_format):
    step, batch = pytorch_step(task, memory_format), TRAIN_BATCH if task.endswith("train") else INFER_BATCH
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < options.seconds:
        step()
        steps += 1
    return steps * batch / (time.perf_counter() - start)


@functools.cache
def exported(network, folder):
    """The network as an ONNX file in the folder, and the shape of its input."""
    make, image = NETWORKS[network]
    shape, model = (INFER_BATCH, *image), pathlib.Path(folder, f"{network}.onnx")
    torch.onnx.export(make().eval(), torch.rand(shape), str(model), opset_version=13)
    return model, shape


def onnxruntime(options, task):
    model, shape = exported(task.split("_")[0], options.onnxruntime)
    script = pathlib.Path(__file__).with_name("bench_onnxruntime.mjs")
    return float(printed_by("node", script, options.onnxruntime, model, options.threads, options.seconds, *shape))


def contenders(options, task):
    """Who runs the task, in which settings: {name: {setting: function that measures}}."""
    runs = {"voronet": {"": functools.partial(voronet, options, task)},
            "pytorch": {name: functools.partial(pytorch, options, task, name) for name in FORMATS}}
    if options.onnxruntime and task.endswith("infer"):
        runs["onnxruntime"] = {"": functools.partial(onnxruntime, options, task)}
    return runs


def measure(options, task):
    """One round: {(name, setting): images per second}."""
    rates = {}
    for name, settings in contenders(options, task).items():
        for setting, run in settings.items():
            rates[name, setting] = run()
    shown = ", ".join(f"{' '.join(key).strip()} {shortened(rate)}" for key, rate in rates.items())
    print(f"  {task}: {shown}", file=sys.stderr)
    return rates


def compare(rounds):
    """Of one task: the fastest setting's median by name, and the ratio to the fastest peer."""
    row = {}
    for name, setting in rounds[0]:
        median = statistics.median(rates[name, setting] for rates in rounds)
        row[name] = round(max(row.get(name, 0), median), 1)
    row["ratio"] = round(row["voronet"] / max(rate for name, rate in row.items() if name != "voronet"), 2)
    return row


def peak_megabytes(*command):
    """Of a process of its own."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return round(usage.ru_maxrss * 1024 / 1e6)


def peak_memory(options):
    """The process that takes two training steps of ResNet18; PyTorch's in the setting that needs less."""
    row = {"voronet": peak_megabytes(*bench_command(options, "resnet18_train", 0.001)),
           "pytorch": min(peak_megabytes(sys.executable, __file__, "--two-steps", name, "--threads", options.threads)
                          for name in FORMATS)}
    return row | {"ratio": round(row["voronet"] / row["pytorch"], 2)}


def shortened(rate):
    return f"{rate:,.1f}" if rate < 1000 else f"{rate:,.0f}"


def processor():
    found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found[1] if found else "an unnamed processor"


def table(options, result):
    peers = [name for name in ("pytorch", "onnxruntime") if any(name in row for row in result.values())]
    titles = {"voronet": "Voronet", "pytorch": "PyTorch", "onnxruntime": "ONNX Runtime", "ratio": "ratio"}
    columns = ["voronet", *peers, "ratio"]
    lines = [f"{processor()}, {options.threads} threads, PyTorch {torch.__version__}",
             f"images per second, medians of {options.rounds} rounds; the ratio is to the fastest peer",
             f"{'':14}" + "".join(f"{titles[column]:>14}" for column in columns)]
    for task, row in result.items():
        if task == "peak_memory":
            continue
        cells = [f"{row[column]:.2f}" if column == "ratio" else shortened(row[column]) if column in row else "-"
                 for column in columns]
        lines.append(f"{task:14}" + "".join(f"{cell:>14}" for cell in cells))
    if "peak_memory" in result:
        row = result["peak_memory"]
        lines.append(f"peak memory of ResNet18's training: Voronet {row['voronet']:,} MB, PyTorch {row['pytorch']:,} MB, "
                     f"ratio {row['ratio']}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="bench_peers.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--program", help=argparse.SUPPRESS)
    parser.add_argument("--onnxruntime", help=argparse.SUPPRESS)  # the folder that has it
    parser.add_argument("--two-steps", choices=FORMATS, help=argparse.SUPPRESS)  # only train ResNet18 for so long
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement, at least")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS, metavar="TASK", help=", ".join(TASKS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.two_steps:
        step = train_step("resnet18", FORMATS[options.two_steps])
        step()
        step()
        return

    result = {}
    if "resnet18_train" in options.tasks:
        result["peak_memory"] = peak_memory(options)
    rounds = {task: [] for task in options.tasks}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for task in options.tasks:
            rounds[task].append(measure(options, task))
    result = {task: compare(rounds[task]) for task in options.tasks} | result
    print(json.dumps(result) if options.json else table(options, result))


main()

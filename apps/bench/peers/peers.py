"""How Voronet and its peers, PyTorch and ONNX Runtime, are run and compared: what bench_peers.py,
bench_attack_peers.py and bench_load.py share. A rate is in images per second."""
import argparse
import functools
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parents[3] / "interchange"))
from torch_networks import VGG, ResNet, lenet  # noqa: E402

TRAIN_BATCH, SMALLER_BATCH, INFER_BATCH = 128, 80, 400
NETWORKS = {  # and the shape of an image
    "lenet": (lenet, (1, 28, 28)),
    "lenet10": (lambda: lenet(10), (1, 28, 28)),  # as the authors of arXiv 2001.01987 attacked it
    "resnet18": (lambda: nn.Sequential(ResNet(18, 64), nn.Linear(512, 10)), (3, 32, 32)),
    "vgg16": (lambda: nn.Sequential(VGG(16, 64), nn.Linear(512, 10)), (3, 32, 32)),
}
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def argument_parser(script, about):
    """With the arguments that all scripts take; those without a help text are set by peers.sh."""
    parser = argparse.ArgumentParser(prog=script, description=about)
    parser.add_argument("--program", help=argparse.SUPPRESS)
    parser.add_argument("--onnxruntime", help=argparse.SUPPRESS)  # the folder that has it
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement, at least")
    parser.add_argument("--json", action="store_true")
    return parser


def printed_by(*command):
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def bench_command(options, case, seconds, *more):
    return [options.program, "--threads", options.threads, "bench", "--filter", f"^{case}$", "--seconds", seconds,
            "--json", *more]


def voronet(options, case, *more):
    return json.loads(printed_by(*bench_command(options, case, options.seconds, *more)))[case]


def rate_of(step, seconds):
    """Of a function that returns how many images it was about."""
    images, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        images += step()
    return images / (time.perf_counter() - start)


def frozen(network, memory_format):
    """PyTorch's fastest form of a network for inference, and a batch of noise that it takes."""
    make, image = NETWORKS[network]
    net = make().eval().to(memory_format=memory_format)
    images = torch.rand(INFER_BATCH, *image).contiguous(memory_format=memory_format)
    with torch.no_grad():
        return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, images))), images


def infer_step(network, memory_format):
    net, images = frozen(network, memory_format)

    def step():
        with torch.no_grad():
            net(images)
        return INFER_BATCH

    return step


def train_step(network, memory_format):
    make, image = NETWORKS[network]
    net = make().to(memory_format=memory_format)
    sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    images = torch.rand(TRAIN_BATCH, *image).contiguous(memory_format=memory_format)
    labels = torch.randint(10, (TRAIN_BATCH,))

    def step(count=TRAIN_BATCH):
        sgd.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(images[:count]), labels[:count]).backward()
        sgd.step()
        return count

    return step


@functools.cache
def pytorch_step(task, memory_format):
    """Set up once, the first, slow step taken."""
    network, kind = task.split("_")
    step = (train_step if kind == "train" else infer_step)(network, FORMATS[memory_format])
    step()
    return step


@functools.cache
def exported(network, folder):
    """The network as an ONNX file in the folder, for batches of one size."""
    make, image = NETWORKS[network]
    model = pathlib.Path(folder, f"{network}.onnx")
    torch.onnx.export(make().eval(), torch.rand(INFER_BATCH, *image), str(model), opset_version=13)
    return model


def onnxruntime(options, model):
    script = pathlib.Path(__file__).with_name("bench_onnxruntime.mjs")
    return float(printed_by("node", script, options.onnxruntime, model, options.threads, options.seconds, INFER_BATCH))


def measure(task, runs):
    """One round of a task: {(name, setting): rate} of {(name, setting): function that measures}."""
    rates = {key: run() for key, run in runs.items()}
    shown = ", ".join(f"{' '.join(key).strip()} {shortened(rate)}" for key, rate in rates.items())
    print(f"  {task}: {shown}", file=sys.stderr)
    return rates


def in_turns(options, tasks):
    """All rounds of {task: {(name, setting): function that measures}}: {task: row}, see compare."""
    rounds = {task: [] for task in tasks}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for task, runs in tasks.items():
            rounds[task].append(measure(task, runs))
    return {task: compare(rates) for task, rates in rounds.items()}


def compare(rounds):
    """Of one task: the fastest setting's median by name, and the ratio of Voronet's to the fastest peer's."""
    row = {}
    for name, setting in rounds[0]:
        median = statistics.median(rates[name, setting] for rates in rounds)
        row[name] = round(max(row.get(name, 0), median), 1)
    row["ratio"] = round(row["voronet"] / max(rate for name, rate in row.items() if name != "voronet"), 2)
    return row


def shortened(rate):
    return f"{rate:,.{2 if rate < 10 else 1 if rate < 1000 else 0}f}"


def processor():
    found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found[1] if found else "an unnamed processor"


def table(options, result, titles):
    """The rows as text; titles: {column: its title}, for columns that a row may lack."""
    columns = [name for name in titles if any(name in row for row in result.values())] + ["ratio"]
    titles = titles | {"ratio": "ratio"}
    width = max([14, *(len(task) + 1 for task in result)])
    lines = [f"{processor()}, {options.threads} threads, PyTorch {torch.__version__}",
             f"images per second, medians of {options.rounds} rounds; the ratio is to the fastest peer",
             f"{'':{width}}" + "".join(f"{titles[column]:>14}" for column in columns)]
    for task, row in result.items():
        cells = [f"{row[column]:.2f}" if column == "ratio" else shortened(row[column]) if column in row else "-"
                 for column in columns]
        lines.append(f"{task:{width}}" + "".join(f"{cell:>14}" for cell in cells))
    return "\n".join(lines)

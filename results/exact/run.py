#!/usr/bin/env python3
"""Whole test sets: of each network whether one pixel, of any byte or any real value, flips each of 10,000 images.

usage: results/exact/run.py INDEX OUT [VORONET]

INDEX: a JSON list of LeNets beside it, {"file", "data", "head", "embedding", "final_relu", "correct"} each. OUT: a
folder for the attacks, which go on where they were; VORONET: build/release/voronet. Adds to verdicts.csv.xz here a column
for each network that is not in it: its seconds, then a letter for each image. table.py makes the table.
"""
import csv
import json
import lzma
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
IMAGES = 10_000


def attacked(voronet, folder, network, out):
    """The rows of an attack that decides everything, and the seconds that it took, of all runs together."""
    command = [voronet, "attack", "--checkpoint", folder / network["file"], "--model", "lenet", "--embedding",
               network["embedding"], "--head", network["head"], "--final-relu", network["final_relu"], "--mean", 0.5,
               "--std", 1, "--data", network["data"], "--range", f"0:{IMAGES}", "--method", "exact", "--domain",
               "reals", "--resume", "--out", out]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    with open(out / "attack.csv", newline="") as rows:
        return list(csv.DictReader(rows)), json.loads((out / "attack.json").read_text())["seconds"]


def verdict(row):
    """F: bytes flip it, with confidence; f: without; r: a real value between bytes does; c: none; t: a tie, perhaps."""
    if row["confident_flip"] == "1":
        return "F"
    if row["flip"] == "1":
        return "f"
    if row["real_flip"]:
        return "r"
    return "c" if row["certified"] == "1" else "t"


def stored(file):
    """What earlier runs found: of each network its seconds, then letters."""
    if not file.exists():
        return {}
    with lzma.open(file, "rt", newline="") as lines:
        names, *rows = csv.reader(lines)
    return dict(zip(names, zip(*rows)))


def main():
    index, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    voronet = sys.argv[3] if len(sys.argv) > 3 else HERE / "../../build/release/voronet"
    columns = stored(HERE / "verdicts.csv.xz")
    for network in json.loads(index.read_text()):
        name = pathlib.Path(network["file"]).stem
        if name in columns:
            continue
        rows, seconds = attacked(voronet, index.parent, network, out / name)
        letters = ["w"] * IMAGES  # classified wrongly, and not attacked
        for row in rows:
            letters[int(row["index"])] = verdict(row)
        right = IMAGES - letters.count("w")
        if right != network["correct"]:
            sys.exit(f"{name}: {right} images are classified correctly, not {network['correct']}")
        columns[name] = [f"{seconds:.0f}"] + letters
        with lzma.open(HERE / "verdicts.csv.xz", "wt", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values()))
        print(f"{name}: {seconds:.0f} s", flush=True)


main()

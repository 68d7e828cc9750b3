"""Exact answers about one pixel, or two, picture by picture: bench_exact.sh starts it.

Prints a row for each network: pictures, those it gets right, of these the decided and the flippable ones, the places
and the single-pixel images that flip, boxes, and seconds; of two pixels (--pixels=2) nothing is counted. --json prints one object on standard output, with each
picture's: {NETWORK: [{"index", "flippable", "certified", "decided", "places", "values", "ties", "boxes", "seconds"}]}.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

COUNTS = ("decided", "flippable", "places", "values", "boxes")


def answer(options, network, index):
    """Of a picture, or None of one that the network gets wrong."""
    counted = [] if options.verdicts or "--pixels=2" in options.more else ["--census"]
    with tempfile.TemporaryDirectory() as out:
        command = [options.program, "attack", "--checkpoint", network, "--data", options.data, "--method", "exact",
                   *counted, "--range", f"{index}:{index + 1}", "--out", out, "--quiet", *options.more]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if "classifies no image" in done.stderr:
            return None
        if done.returncode != 0:
            sys.exit(done.stderr.strip())
        record = json.loads(pathlib.Path(out, "attack.json").read_text())
    proof = record["images"][0]["proof"]
    wanted = ("flippable", "certified", "decided", "places", "values", "ties", "boxes", "seconds")
    return {"index": index} | {key: proof.get(key) for key in wanted}


def answers(options, network):
    first, last = map(int, options.range.split(":"))
    found = []
    for index in range(first, last):
        found.append(answer(options, network, index))
        print(f"  {pathlib.Path(network).stem}, picture {index}: {found[-1]}", file=sys.stderr)
    return found


def row(network, found):
    right = [each for each in found if each]
    seconds = [each["seconds"] for each in right] or [0]
    total = {key: sum(int(each[key] or 0) for each in right) for key in COUNTS}
    return (f"{pathlib.Path(network).stem:22}{len(right):>4} of {len(found):<4}"
            f"{total['decided']:>8}{total['flippable']:>10}{total['places']:>8}{total['values']:>16,}"
            f"{total['boxes']:>14,}{statistics.median(seconds):>9.2f}{max(seconds):>9.2f}{sum(seconds):>9.1f}")


def main():
    parser = argparse.ArgumentParser(prog="bench_exact.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--program", help=argparse.SUPPRESS)
    parser.add_argument("--data", required=True)
    parser.add_argument("--range", required=True, metavar="FIRST:LAST")
    parser.add_argument("--verdicts", action="store_true", help="count nothing: a picture ends with its first flip")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("networks", nargs="+", metavar="NETWORK")
    options, options.more = parser.parse_known_args()
    found = {network: answers(options, network) for network in options.networks}
    if options.json:
        print(json.dumps(found))
        return
    print(f"{'network':22}{'right':>11}{'decided':>9}{'flippable':>10}{'places':>8}{'values':>16}{'boxes':>14}"
          f"{'median s':>9}{'most s':>9}{'all s':>9}")
    for network, each in found.items():
        print(row(network, each))


main()

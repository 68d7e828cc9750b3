#!/usr/bin/env bash
# How many of the images that one pixel can flip each sampling search finds, and for how many queries: the exact
# search tries everything, the others are held against it on the same images.
# usage: apps/compare_searches.sh OUT --checkpoint FILE --data NAME [more options of `voronet attack`]
# Needs build/voronet (or $VORONET) and python3; leaves each search's folder in OUT. Started again, it goes on.
set -euo pipefail
voronet=${VORONET:-$(dirname "$0")/../build/voronet}
out=$1
shift

search() { # NAME, OPTIONS OF THE METHOD
  "$voronet" attack "${common[@]}" --out "$out/$1" --resume "${@:2}" >/dev/null
}
common=("$@")
search exhaustive --method exhaustive
for preset in su2019 hess2020 jde lshade; do search "$preset" --method one-pixel --preset "$preset"; done
search corners --method corners

python3 - "$out" <<'END'
import json, pathlib, statistics, sys

folder = pathlib.Path(sys.argv[1])


def rows(search):
    """The rows of the images that the model was sure enough of, by index."""
    attack = json.loads((folder / search / "attack.json").read_text())
    sure = [r for r in attack["images"] if r["confidences_before"][r["label"]] >= attack["tau"]]
    return {(r["index"], r.get("target")): r for r in sure}, attack["seconds"]


def found(rows, success):
    return {image for image, row in rows.items() if row[success]}


exact, _ = rows("exhaustive")
print(f"{len(exact)} images, of which one pixel flips {len(found(exact, 'flip'))},"
      f" {len(found(exact, 'confident_flip'))} with confidence")
print(f"{'search':<12}{'flips':>8}{'of exact':>10}{'confident':>11}{'of exact':>10}"
      f"{'queries, median':>17}{'of flips':>10}{'seconds':>9}")
for search in ("exhaustive", "su2019", "hess2020", "jde", "lshade", "corners"):
    of_search, seconds = rows(search)
    cells = f"{search:<12}"
    for success, widths in (("flip", (8, 10)), ("confident_flip", (11, 10))):
        true, seen = found(exact, success), found(of_search, success)
        assert seen <= true, f"{search} claims what the exact search excludes: {seen - true}"
        share = f"{100 * len(seen) / len(true):.1f} %" if true else "-"
        cells += f"{len(seen):>{widths[0]}}{share:>{widths[1]}}"
    queries = [r["queries"] for r in of_search.values()]
    to_flip = [r["queries"] for r in of_search.values() if r["confident_flip"]]
    cells += f"{statistics.median(queries):>17,.0f}"
    cells += f"{statistics.median(to_flip) if to_flip else 0:>10,.0f}{seconds:>9.1f}"
    print(cells)
END

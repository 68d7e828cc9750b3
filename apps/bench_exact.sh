#!/usr/bin/env bash
# How long exact answers take: whether a change of one pixel, to any of its colours, flips the class, and how many do.
# usage: apps/bench_exact.sh --data DATA --range FIRST:LAST [--verdicts] [--json] NETWORK... [OPTION...]
# One picture after another, network by network; with --verdicts nothing is counted, and a picture ends with its first
# flip. OPTIONs are those of `voronet attack`, such as --mean=0.5 --std=0.5 or
# --seconds-per-image=1800. Builds build/voronet as demo.sh does.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/peers.sh
build_beside
measure apps/bench/bench_exact.py "$@"

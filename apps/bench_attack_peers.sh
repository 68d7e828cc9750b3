#!/usr/bin/env bash
# How many questions a second Voronet's pixel attacks ask, beside what PyTorch and ONNX Runtime allow, measured in turns
# in one run, with equal threads.
# usage: apps/bench_attack_peers.sh [--threads N] [--rounds N] [--seconds S] [--onnx FILE...] [--json]
# Installs what is missing (as root or with sudo), python3-torch, python3-scipy and Node.js included, puts
# onnxruntime-node into build/peers, and builds build/voronet as demo.sh does.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/peers.sh
compare_with_peers "python3-torch python3-scipy" apps/bench/peers/bench_attack_peers.py "$@"

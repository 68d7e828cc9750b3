#!/usr/bin/env bash
# Voronet's speed beside PyTorch's and ONNX Runtime's, measured in turns in one run, with equal threads.
# usage: apps/bench_peers.sh [--threads N] [--rounds N] [--seconds S] [--tasks TASK...] [--json]
# Installs what is missing (as root or with sudo), python3-torch and Node.js included, puts onnxruntime-node into
# build/peers, and builds build/voronet as demo.sh does.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/peers.sh
compare_with_peers python3-torch apps/bench/peers/bench_peers.py "$@"

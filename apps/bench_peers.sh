#!/usr/bin/env bash
# Voronet's speed beside PyTorch's, measured in turns in one run, with equal threads.
# usage: apps/bench_peers.sh [--threads N] [--rounds N] [--seconds S] [--json]
# Installs what is missing (as root or with sudo), python3-torch included, and builds build/voronet as demo.sh does.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh

{
  install_packages "${build_packages[@]}" python3-torch
  cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DVORONET_BUILD_TESTS=OFF
  cmake --build build
} >&2
exec /usr/bin/python3 apps/bench_peers.py --program build/voronet "$@"

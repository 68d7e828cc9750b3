#!/usr/bin/env bash
# Voronet's speed beside PyTorch's, measured in turns in one run, with equal threads.
# usage: apps/bench_peers.sh [--threads N] [--rounds N] [--seconds S] [--json]
# Installs python3-torch from the distribution where it is absent (as root or with sudo), and builds build/voronet
# with apps/demo.sh's settings where that is absent.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  echo "installing python3-torch" >&2
  sudo=$([ "$(id -u)" = 0 ] || echo sudo)
  $sudo apt-get update >&2
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-torch >&2
fi
if [ ! -x build/voronet ]; then
  cmake -S . -B build -DCMAKE_BUILD_TYPE=Release >&2
  cmake --build build --target voronet_program --parallel "$(nproc)" >&2
fi
exec /usr/bin/python3 apps/bench_peers.py --program build/voronet "$@"

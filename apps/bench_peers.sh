#!/usr/bin/env bash
# Voronet's speed beside PyTorch's and ONNX Runtime's, measured in turns in one run, with equal threads.
# usage: apps/bench_peers.sh [--threads N] [--rounds N] [--seconds S] [--tasks TASK...] [--json]
# Installs what is missing (as root or with sudo), python3-torch and Node.js included, puts onnxruntime-node into
# build/peers, and builds build/voronet as demo.sh does.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh
unset GOMP_SPINCOUNT # that is for machines that others use too, and costs speed

peers=build/peers

install_onnxruntime() {
  [ -d "$peers/node_modules/onnxruntime-node" ] && return
  command -v npm >/dev/null || install_packages nodejs npm || return
  # Its own install script would fetch what only graphics processors need.
  npm install --prefix "$peers" --ignore-scripts --no-audit --no-fund onnxruntime-node@1.30.0
}

{
  install_packages "${build_packages[@]}" python3-torch
  cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DVORONET_BUILD_TESTS=OFF
  cmake --build build
  onnxruntime=()
  if install_onnxruntime; then
    onnxruntime=(--onnxruntime "$peers")
  else
    echo "onnxruntime-node cannot be installed: PyTorch is the only peer"
  fi
} >&2
exec /usr/bin/python3 apps/bench_peers.py --program build/voronet "${onnxruntime[@]}" "$@"

#!/usr/bin/env bash
# Voronet's speed on one thread, on more threads than cores, and beside other
# programs that keep every core busy, with PyTorch beside it, measured in turns in
# one run.
# usage: apps/bench_load.sh [OPTION...]
#   --threads N     threads, but for one_thread and threads_8 (default: cores)
#   --rounds N      times that all is measured; printed are medians (default: 5)
#   --seconds S     of each measurement, at least (default: 1)
#   --tasks TASK... of lenet_train lenet_infer resnet18_train exhaustive prove
#   --json          one JSON object on standard output in place of the table
# Takes ten minutes and more, and says how many are left. Installs what is missing
# (as root or with sudo), python3-torch included, and builds build/voronet as
# demo.sh does. apps/README.md says what the columns are.
set -euo pipefail
if [[ " $* " = *" --help "* || " $* " = *" -h "* ]]; then
  sed -n '2,/^[^#]/s/^# \?//p' "$0"
  exit
fi
cd "$(dirname "$0")/.."
source apps/peers.sh
build_beside python3-torch
measure apps/bench/peers/bench_load.py "$@"

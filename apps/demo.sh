#!/usr/bin/env bash
# From an empty Debian machine to the comparison of the two heads: installs what is missing, builds, trains a softmax
# and a Gauss LeNet on Fashion-MNIST, attacks 100 test images of each with one pixel, and leaves demo/report.html.
# Takes a quarter of an hour on two cores. Started again, it goes on where it was, or shows the finished result.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh

# train NAME RECIPE EPOCHS, into demo/NAME
train() {
  step "Training the $1 network, $3 epochs"
  build/voronet train --data fashion-mnist --model lenet --recipe "$2" --epochs "$3" --seed 1 --out "demo/$1" --resume
}

# Rows of one attack are of one program: after an update it begins anew.
attack() {
  local rows=demo/$1/attack/rows.jsonl
  [ ! -e "$rows" ] || grep -qF "$(build/voronet --version)" "$rows" || rm -r "demo/$1/attack"
  step "Attacking the $1 network with one pixel, on the first 100 test images"
  build/voronet attack --checkpoint "demo/$1" --data fashion-mnist --method one-pixel --preset hess2020 \
    --range 0:100 --seed 1 --out "demo/$1/attack" --resume
}

step "Packages"
install_packages "${build_packages[@]}"
step "Building"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DVORONET_BUILD_TESTS=OFF
cmake --build build
train softmax softmax 20
train gauss ce-2022 20
attack softmax
attack gauss
step "Both, side by side"
build/voronet report demo/softmax demo/gauss --out demo/report.html
step "Done: open demo/report.html in a browser"

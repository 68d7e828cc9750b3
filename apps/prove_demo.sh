#!/usr/bin/env bash
# The proof with all of feature space in sight: installs what is missing, builds, trains a softmax and a Gauss LeNet with
# two features on Fashion-MNIST, and proves both: demo/plane/proof/report.html. Takes a few minutes on two cores.
# Started again, it goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh

# train NAME RECIPE, into demo/plane/NAME
train() {
  step "Training the $1 network"
  build/voronet train --data fashion-mnist --model lenet --embedding 2 --final-relu off --recipe "$2" --seed 1 \
    --out "demo/plane/$1" --resume
}

step "Packages"
install_packages "${build_packages[@]}"
step "Building"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DVORONET_BUILD_TESTS=OFF
cmake --build build
train softmax softmax-plane
train gauss ce-plane
step "Proving both"
build/voronet prove --checkpoint demo/plane/softmax demo/plane/gauss --data fashion-mnist --out demo/plane/proof
step "Done: open demo/plane/proof/report.html in a browser"

# What bench_peers.sh, bench_attack_peers.sh and bench_load.sh share: builds build/voronet as demo.sh does, installs the
# peers, and starts a Python script that measures. What is missing is installed as root or with sudo.
source apps/packages.sh

# build_beside PACKAGE...: packages are Debian's, beside those of the build.
build_beside() {
  install_packages "${build_packages[@]}" "$@"
  cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DVORONET_BUILD_TESTS=OFF
  cmake --build build
} >&2

# measure SCRIPT ARGUMENT...: in place of this shell.
measure() {
  exec /usr/bin/python3 "$1" --program build/voronet "${@:2}"
}

# compare_with_peers "PACKAGE..." SCRIPT ARGUMENT...
compare_with_peers() {
  local onnxruntime=()
  # shellcheck disable=SC2086 # a list
  build_beside $1
  if install_onnxruntime >&2; then
    onnxruntime=(--onnxruntime "$peers")
  else
    echo "onnxruntime-node cannot be installed: PyTorch is the only peer" >&2
  fi
  measure "$2" "${onnxruntime[@]}" "${@:3}"
}

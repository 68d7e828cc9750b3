# What bench_peers.sh and bench_attack_peers.sh share: builds build/voronet as demo.sh does, installs the peers, and
# starts a Python script that measures. What is missing is installed as root or with sudo.
source apps/packages.sh

# compare_with_peers "PACKAGE..." SCRIPT ARGUMENT...: packages are Debian's, beside those of the build.
compare_with_peers() {
  local packages=$1 onnxruntime=()
  shift
  {
    # shellcheck disable=SC2086 # a list
    install_packages "${build_packages[@]}" $packages
    cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DVORONET_BUILD_TESTS=OFF
    cmake --build build
    if install_onnxruntime; then
      onnxruntime=(--onnxruntime "$peers")
    else
      echo "onnxruntime-node cannot be installed: PyTorch is the only peer"
    fi
  } >&2
  exec /usr/bin/python3 "$1" --program build/voronet "${onnxruntime[@]}" "${@:2}"
}

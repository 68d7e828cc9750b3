# What demo.sh and tests/run.sh share: the Debian packages that the project needs, and a way to install them and ONNX
# Runtime.

build_packages=(g++ cmake ninja-build pkg-config libopenblas-openmp-dev libcli11-dev nlohmann-json3-dev zlib1g-dev
  libpng-dev libzip-dev libbenchmark-dev libboost-dev libtomlplusplus-dev libonnx-dev libprotobuf-dev doctest-dev
  dataset-fashion-mnist)

# Installs those of the given packages that are missing, as root or with sudo.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Please install, as root: ${missing[*]}" >&2; return 1; }
    root=(sudo)
  fi
  echo "Installing with apt-get: ${missing[*]}"
  "${root[@]}" apt-get update -q
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# Puts ONNX Runtime into the folder that the peers' measurements and the tests know.
peers=build/peers
install_onnxruntime() {
  [ -d "$peers/node_modules/onnxruntime-node" ] && return
  command -v npm >/dev/null || install_packages nodejs npm || return
  # Its own install script would fetch what only graphics processors need.
  npm install --prefix "$peers" --ignore-scripts --no-audit --no-fund onnxruntime-node@1.30.0
}

# Says what comes next, and how long everything took so far.
step() { printf '\n== [%d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }

#!/usr/bin/env bash
# Feeds every reader of files with bytes that libFuzzer makes up, under the address and undefined-behaviour
# sanitizers, and stops at the first crash, hang or allocation far beyond the file's size.
#   tests/fuzz.sh [SECONDS [READER...]]     so many seconds each (default 120), of all readers (tests/fuzz/*.cpp)
# It begins with the files in tests/fuzz/seeds/READER; what it finds to be new ways through a reader it keeps in
# build/fuzz/corpus, and goes on from there the next time. An input that breaks a reader stays in build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh
case "${1-}" in --help) sed -n '2,/^set/s/^# \?//p' "$0" && exit ;; esac
seconds=${1:-120} && shift || true
readers=("$@")
[ ${#readers[@]} -gt 0 ] || mapfile -t readers < <(basename -s .cpp tests/fuzz/*.cpp)

step "Packages"
install_packages "${build_packages[@]}" clang libomp-dev llvm
step "Building"
cmake --preset asan -B build/fuzz -DCMAKE_CXX_COMPILER=clang++ -DVORONET_ARCH=x86-64-v3 \
  -DVORONET_SANITIZE=address,undefined,fuzzer-no-link -DVORONET_BUILD_TESTS=ON >/dev/null
cmake --build build/fuzz --target "${readers[@]/#/fuzz_}"
for reader in "${readers[@]}"; do
  step "$reader"
  mkdir -p "build/fuzz/corpus/$reader" "tests/fuzz/seeds/$reader"
  log=$PWD/build/fuzz/$reader.log seeds=$PWD/tests/fuzz/seeds/$reader
  program=$(find "$PWD/build/fuzz" -name "fuzz_$reader" -type f)
  if ! (cd build/fuzz && ASAN_OPTIONS=allocator_may_return_null=1 "$program" -max_total_time="$seconds" -max_len=8192 \
    -malloc_limit_mb=64 -rss_limit_mb=1024 -timeout=10 -print_final_stats=1 -artifact_prefix="$reader-" \
    "corpus/$reader" "$seeds" >"$log" 2>&1); then
    grep -E "ERROR|SUMMARY|Test unit written" "$log" >&2
    echo "tests/fuzz.sh: $reader broke; all that it said is in $log" >&2
    exit 1
  fi
  sed -n 's/^stat::number_of_executed_units: */runs: /p; s/^stat::peak_rss_mb: */peak of memory in MB: /p' "$log"
done

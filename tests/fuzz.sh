#!/usr/bin/env bash
# Feeds every reader of files with bytes that libFuzzer makes up, under the address and undefined-behaviour
# sanitizers, and stops at the first crash, hang or allocation far beyond the file's size.
#   tests/fuzz.sh [SECONDS [READER...]]        so many seconds each (default 120), of all readers (tests/fuzz/*.cpp)
#   tests/fuzz.sh --runs RUNS [READER...]      so many runs each, however long they take
# It begins with the files in tests/fuzz/seeds/READER; what it finds to be new ways through a reader it keeps in
# build/fuzz/corpus, and goes on from there the next time. An input that breaks a reader stays in build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh
case "${1-}" in --help) sed -n '2,/^set/s/^# \?//p' "$0" && exit ;; esac
if [ "${1-}" = --runs ]; then
  limit=-runs=${2:?how many} && shift 2
else
  limit=-max_total_time=${1:-120} && shift || true
fi
readers=("$@")
[ ${#readers[@]} -gt 0 ] || mapfile -t readers < <(basename -s .cpp tests/fuzz/*.cpp)

step "Packages"
install_packages "${build_packages[@]}" clang libomp-dev llvm
step "Building"
# Not as Debug, in which the inline code of nlohmann-json and CLI11 would not be optimised at all.
cmake --preset asan -B build/fuzz -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1" \
  -DCMAKE_CXX_COMPILER=clang++ -DVORONET_ARCH=x86-64-v3 \
  -DVORONET_SANITIZE=address,undefined,fuzzer-no-link -DVORONET_BUILD_TESTS=ON >/dev/null
cmake --build build/fuzz --target "${readers[@]/#/fuzz_}"
# fuzz READER: what came of it, in a line.
fuzz() {
  local log=$PWD/build/fuzz/$1.log seeds=$PWD/tests/fuzz/seeds/$1 program
  mkdir -p "build/fuzz/corpus/$1" "$seeds"
  program=$(find "$PWD/build/fuzz" -name "fuzz_$1" -type f)
  if ! (cd build/fuzz && "$program" "$limit" -max_len=8192 -malloc_limit_mb=64 -rss_limit_mb=1024 -timeout=10 \
    -print_final_stats=1 -artifact_prefix="$1-" "corpus/$1" "$seeds" >"$log" 2>&1); then
    grep -E "ERROR|SUMMARY|Test unit written" "$log" >&2
    echo "tests/fuzz.sh: $1 broke; all that it said is in $log" >&2
    return 1
  fi
  stat() { sed -n "s/^stat::$1: *//p" "$log"; }
  echo "$1: $(stat number_of_executed_units) runs, $(stat peak_rss_mb) MB of memory at most"
}
export -f fuzz
# Freed memory is kept from reuse for many runs, but not for so long that it leaves the cache; of who allocated it two
# calls are kept, since to walk up thirty each time takes long beside reading. Each reader has a core, and writes, if it
# does, to memory, where a sync costs nothing.
export limit OMP_NUM_THREADS=1 TMPDIR=/dev/shm
export ASAN_OPTIONS=allocator_may_return_null=1:quarantine_size_mb=16:malloc_context_size=2
step "Fuzzing each with $limit, on $(nproc) cores"
printf '%s\n' "${readers[@]}" | xargs -P "$(nproc)" -I{} bash -euo pipefail -c "fuzz {}"

#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, and runs all tests. Options choose another build:
#   tests/run.sh                                    Release, g++
#   tests/run.sh --sanitize address,undefined       Debug with these sanitizers
#   tests/run.sh --sanitize thread                  the same with clang++, which understands OpenMP's threads
#   tests/run.sh --compiler clang++                 another compiler
#   tests/run.sh --arch x86-64-v3                   for this processor, not the machine's own; with any of the above
#   tests/run.sh --plain                            on the reference kernels alone, on one thread
#   tests/run.sh --libraries                        without the program and its tests; with any of the above
#   tests/run.sh --mpi                              with MPI, and the tests that start several processes
#   tests/run.sh --only '*rank*,*census*'           the tests of these names alone; with any of the above
#   tests/run.sh --lint                             no tests: formatting and clang-tidy over the whole tree
#   tests/run.sh --lint --part 2/4                  the same with clang-tidy over every fourth file, from the second on
# At the end it names the tests that skipped, and fails if they are more than VORONET_MAX_SKIPS, where that is set.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh

sanitize="" compiler=g++ arch=native plain="" apps=ON mpi=OFF only="" lint="" part=1/1
while [ $# -gt 0 ]; do
  case "$1" in
    --sanitize) sanitize=${2:?--sanitize needs a list} && shift ;;
    --compiler) compiler=${2:?--compiler needs a name} && shift ;;
    --arch) arch=${2:?--arch needs a name} && shift ;;
    --plain) plain=yes ;;
    --libraries) apps=OFF ;;
    --mpi) mpi=ON ;;
    --only) only=${2:?--only needs names} && shift ;;
    --lint) lint=yes ;;
    --part) part=${2:?--part needs two numbers, K/N} && shift ;;
    --help) sed -n '2,/^set/s/^# \?//p' "$0" && exit ;;
    *) echo "tests/run.sh: unknown option $1" >&2 && exit 2 ;;
  esac
  shift
done
[[ $part =~ ^[1-9][0-9]*/[1-9][0-9]*$ ]] || { echo "tests/run.sh: --part takes two numbers, as 2/4" >&2 && exit 2; }

preset=release
case "$sanitize" in
  "") [ "$compiler" = g++ ] || preset=clang ;;
  address,undefined) preset=asan ;;
  thread) preset=tsan ;;
  *) echo "tests/run.sh: --sanitize takes address,undefined or thread" >&2 && exit 2 ;;
esac
[ -z "$plain" ] || { [ "$preset" = release ] && preset=plain; } ||
  { echo "tests/run.sh: --plain goes with g++ and without --sanitize" >&2 && exit 2; }
[ -z "$lint" ] || preset=clang

step "Packages"
packages=("${build_packages[@]}" libonnx-testdata)  # the tests of each ONNX operator
if [ "$preset" = clang ] || [ "$preset" = tsan ]; then packages+=(clang libomp-dev llvm); fi
[ -z "$lint" ] || packages+=(clang-format clang-tidy git)
[ "$mpi" = OFF ] || packages+=(libopenmpi-dev openmpi-bin)
install_packages "${packages[@]}"
if ! command -v npm >/dev/null || ! install_onnxruntime; then
  echo "onnxruntime-node cannot be installed: the tests that run exported models skip"
fi

step "Configuring preset $preset"
# clang-tidy would ask for precompiled headers, which only a build makes.
cmake --preset "$preset" -DVORONET_ARCH="$arch" -DVORONET_WARNINGS_AS_ERRORS=ON -DVORONET_BUILD_APPS="$apps" \
  -DVORONET_MPI="$mpi" -DCMAKE_DISABLE_PRECOMPILE_HEADERS=${lint:+ON}
if [ -n "$lint" ]; then
  step "Formatting"
  git ls-files '*.cpp' '*.h' | xargs clang-format --dry-run -Werror
  step "clang-tidy"
  built=$(sed -n 's|^ *"file": "'"$PWD"'/\(.*\.cpp\)",*$|\1|p' "build/$preset/compile_commands.json" | sort -u)
  git ls-files '*.cpp' | grep -Fx "$built" | awk "NR % ${part#*/} == ${part%/*} % ${part#*/}" |
    xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "build/$preset"
  exit
fi
step "Building"
cmake --build --preset "$preset"
step "Testing"
log=build/$preset/Testing/Temporary/LastTest.log
if [ -n "$only" ]; then
  mkdir -p "$(dirname "$log")"
  "build/$preset/tests/voronet_tests" --test-case="$only" | tee "$log"
else
  ctest --preset "$preset"
fi
skipped=$(sed -n 's/^skipped: //p' "$log" | sort -u)
skips=$(grep -c . <<<"$skipped" || true)
[ "$skips" -eq 0 ] || printf '\nSkipped:\n%s\n' "$skipped"
passed=$(sed -n 's/^\[doctest\] test cases:.*| *\([0-9]*\) passed.*/\1/p' "$log")
printf '\nTests: %d passed, 0 failed, %d skipped\n' $((passed - skips)) "$skips"
if [ "$skips" -gt "${VORONET_MAX_SKIPS:-$skips}" ]; then
  echo "tests/run.sh: of the tests at most $VORONET_MAX_SKIPS should have been skipped" >&2
  exit 1
fi

#!/usr/bin/env bash
# What the README promises, on a Debian with nothing installed: makes such a system in a folder, puts a clone of HEAD
# there, and runs apps/demo.sh and tests/run.sh in it, each twice. Says what passed and how long it took; exit status 1
# if anything failed. As root; the folder is removed again.
#   tests/debian.sh 12                              Debian 12, in build/debian-12
#   tests/debian.sh 13 --folder DIR                 Debian 13, in a folder that is not there yet
#   tests/debian.sh 13 --keep                       leaves the system there, and uses it if there is one
#   tests/debian.sh 13 --mirror URL                 from this mirror, not from this machine's own
#   tests/debian.sh 13 --once                       each command only once
#   tests/debian.sh 13 -- tests/run.sh --mpi        this command instead, also twice
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh

fail() { echo "tests/debian.sh: $*" >&2 && exit 2; }

release="" folder="" keep="" mirror="" once="" commands=(apps/demo.sh tests/run.sh)
while [ $# -gt 0 ]; do
  case "$1" in
    12) release=bookworm folder=${folder:-build/debian-12} ;;
    13) release=trixie folder=${folder:-build/debian-13} ;;
    --folder) folder=${2:?--folder needs a name} && shift ;;
    --keep) keep=yes ;;
    --once) once=yes ;;
    --mirror) mirror=${2:?--mirror needs an address} && shift ;;
    --help) sed -n '2,/^set/s/^# \?//p' "$0" && exit ;;
    --) shift && commands=("$*") && break ;;
    *) fail "unknown option $1 (see --help)" ;;
  esac
  shift
done
[ -n "$release" ] || fail "needs a version of Debian, 12 or 13 (see --help)"
[ "$(id -u)" -eq 0 ] || fail "must be run as root"
[ ! -e "$folder" ] || [ -n "$keep" ] || fail "$folder is there already: --keep uses it"
[ ! -e "$folder" ] || grep -qs "^VERSION_CODENAME=$release$" "$folder/etc/os-release" ||
  fail "$folder holds no Debian of this version"

# Mounts and processes live in namespaces of their own, which end with the command, however that ends: this machine
# never sees the mounts, so nothing can be removed through them.
job=""
apart() {
  unshare --mount --pid --fork --mount-proc "$@" &
  job=$!
  local status=0
  wait "$job" || status=$?
  job=""
  return "$status"
}

whole="" # whether the system has been made
[ ! -e "$folder" ] || whole=yes
remove() {
  grep -q " $(realpath "$folder")/" /proc/self/mounts && fail "something is mounted in $folder"
  rm -rf --one-file-system "$1"
}
tidy() {
  # The first process inside takes the others with it; unshare waits for them and ignores other signals.
  if [ -n "$job" ]; then
    kill -KILL "$(cat "/proc/$job/task/$job/children")" || kill -KILL "$job"
    wait
  fi 2>/dev/null
  if [ -z "$keep" ] || [ -z "$whole" ]; then remove "$folder"; fi
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# How this machine reaches its mirror: the system inside reaches it in the same way.
copy_network() {
  cp -L /etc/resolv.conf /etc/hosts "$folder/etc/" || return
  apt-config dump | grep -E '^Acquire::(https?::|Check-|Retries)' >"$folder/etc/apt/apt.conf.d/90host" || true
  if [ -s /etc/ssl/certs/ca-certificates.crt ] && [ ! -e "$folder/etc/ssl/certs/ca-certificates.crt" ]; then
    mkdir -p "$folder/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
  fi
}

make_system() {
  local own
  own=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | sed -n '1s|/$||p')
  mkdir -p "$(dirname "$folder")"
  apart debootstrap --variant=minbase "$release" "$folder" "${mirror:-${own:-http://deb.debian.org/debian}}" &&
    copy_network && whole=yes
}

# Nothing of this machine's environment but what its network and its processor need, and no locale.
inside() {
  local variable settings=()
  for variable in http_proxy https_proxy no_proxy OPENBLAS_CORETYPE OPENBLAS_L2_SIZE VORONET_MAX_SKIPS; do
    [ -z "${!variable:-}" ] || settings+=("$variable=${!variable}")
  done
  apart env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${settings[@]}" bash -ec '
    mount -t proc proc "$0/proc"
    mount --rbind /dev "$0/dev"
    exec chroot "$0" sh -c "cd /root/voronet && $1"' "$folder" "$1" || return
  [[ $1 != apps/demo.sh* ]] || (cd "$folder/root/voronet" && wc -c demo/report.html && [ -s demo/report.html ])
}

# check NAME COMMAND...
summary="" failed=0
check() {
  step "Debian ${release}: $1"
  local from=$SECONDS outcome=passed
  "${@:2}" || outcome=FAILED
  [ "$outcome" = passed ] || failed=1
  summary+=$(printf '%-7s %3d:%02d  %s' "$outcome" $(((SECONDS - from) / 60)) $(((SECONDS - from) % 60)) "$1")$'\n'
  [ "$outcome" = passed ]
}

install_packages debootstrap git
if [ -n "$whole" ]; then copy_network; else check "making the system" make_system || exit 1; fi
remove "$folder/root/voronet"
git clone -q --no-hardlinks . "$folder/root/voronet"
for command in "${commands[@]}"; do
  check "$command" inside "$command" || continue
  [ -n "$once" ] || check "$command, again" inside "$command" || true
done
printf '\nDebian %s, with %s:\n%s' "$release" "$(git log -1 --format=%h)" "$summary"
exit "$failed"

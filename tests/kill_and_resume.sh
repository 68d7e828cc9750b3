#!/usr/bin/env bash
# Kills training, an attack and an experiment at random moments, so many times each, takes them up again each time,
# and compares, bit for bit, what they end with and what they end with undisturbed. After each kill all files that it
# left must be whole.
#   tests/kill_and_resume.sh PROGRAM [KILLS [SEED]]
set -euo pipefail
program=$(realpath "${1:?tests/kill_and_resume.sh needs a program}") kills=${2:-20} RANDOM=${3:-1}
toy=$(realpath "$(dirname "$0")/golden/version-0.1/toy") # 100 images of 16 x 16
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "tests/kill_and_resume.sh: $*" >&2
  cat log >&2
  exit 1
}

# What a folder holds that must be the same whoever made it, in one list: seconds, threads and names are taken out.
content() {
  (cd "$1" && find . -name '*.safetensors' -o -name '*.png' -o -name 'attack.csv' -o -name 'cells.csv' \
    -o -name 'summary.csv' -o -name 'differences.csv' -o -name config.toml | sort | xargs md5sum &&
    find . -name metrics.csv | sort | xargs -r cut -d, -f1-6 &&
    find . -name rows.jsonl | sort | xargs -r sed 's/,"seconds":[^,}]*//')
}

# Every file in a folder is one of the program's, and can be read.
check_whole() {
  local file
  while read -r file; do
    case "$file" in
      *.tmp-*) ;; # the kill's own, which the next run removes
      */adversarial.safetensors) ;; # no network; content() compares it
      *.safetensors) "$program" summary --checkpoint "$file" >/dev/null 2>log || fail "$file is damaged" ;;
      *config.toml) "$program" --config "$file" train --list-recipes >/dev/null 2>log || fail "$file is damaged" ;;
      *.json) [ "$(tail -c 2 "$file")" = "}" ] || fail "$file is cut off" ;;
      *.csv | *.html) [ -z "$(tail -c 1 "$file")" ] || fail "$file is cut off" ;;
    esac
  done < <([ ! -e "$1" ] || find "$1" -type f -size +0)
}

# NAME COMMAND...: the command goes on with what is in --out, which is NAME.
disturb() {
  local name=$1 killed=0 ended=0 whole status begin
  shift
  begin=${EPOCHREALTIME/./}
  "$program" "$@" --out undisturbed >log 2>&1 || fail "$name failed undisturbed"
  whole=$(((${EPOCHREALTIME/./} - begin) / 1000)) # milliseconds
  content undisturbed >expected
  while [ "$killed" -lt "$kills" ] || [ -e "$name" ]; do
    local after=$((RANDOM * 32768 + RANDOM)) status=0
    after=$((after % (whole * 12 / 10)))
    [ "$killed" -lt "$kills" ] || after=600000
    { timeout -s KILL "$((after / 1000)).$(printf %03d $((after % 1000)))" "$program" "$@" --out "$name"; } >log 2>&1 ||
      status=$?
    case $status in
      0)
        content "$name" >found
        cmp -s expected found || { diff expected found >>log || fail "$name ended with other bits after $killed kills"; }
        [ -z "$(find "$name" -name '*.tmp-*')" ] || fail "$name left temporary files"
        rm -rf "$name"
        ended=$((ended + 1))
        ;;
      137) check_whole "$name" && killed=$((killed + 1)) ;;
      *) fail "$name ended with status $status" ;;
    esac
  done
  echo "$name: $killed kills, $ended times to the same end"
  rm -rf undisturbed
}

network=(--model resnet18 --width 1 --embedding 8 --batch 4)
cat >grid.toml <<EOF
[grid]
data = ["$toy"]
model = ["resnet18"]
recipe = ["softmax-12", "ce-12"]
seed = [1]
[train]
width = 1
embedding = 8
batch = 4
epochs = 1
[[attack]]
method = "corners"
images = 2
goal = "flip"
EOF
disturb train train --data "$toy" "${network[@]}" --head gauss --recipe ce-12 --epochs 7 --save-seconds 0 --resume --quiet
"$program" train --data "$toy" "${network[@]}" --head softmax --epochs 3 --out network --quiet >log
disturb attack attack --checkpoint network --data "$toy" --images 12 --method one-pixel --preset hess2020 \
  --generations 10 --goal flip --resume --quiet
disturb experiment experiment grid.toml --quiet

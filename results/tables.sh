#!/usr/bin/env bash
# Computes all tables here anew from the cells that are stored beside them: results/tables.sh [VORONET]
# (build/release/voronet). Where Chromium is, also plots.png: the plots of the page.
set -euo pipefail
voronet=$(realpath "${1:-$(dirname "$0")/../build/release/voronet}")
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A picture of the page's plots, as high as they are.
plots() {
  awk '/<h2>Plots/ {show = 1; next} /<h2>/ {if (show) exit} show || !body {print} /<body/ {body = 1}' "$1" >"$scratch/plots.html"
  local measure='<script>document.title = document.documentElement.scrollHeight</script>'
  (cat "$scratch/plots.html" && echo "$measure") >"$scratch/measure.html"
  local browser=(chromium --headless --no-sandbox --hide-scrollbars --disable-gpu) height
  height=$("${browser[@]}" --window-size=1190,100 --dump-dom "$scratch/measure.html" 2>/dev/null |
    sed -n 's/.*<title>\([0-9]*\)<.*/\1/p')
  "${browser[@]}" --window-size="1190,$height" --screenshot="$2" "$scratch/plots.html" 2>/dev/null
}

for cells in */cells.tar.xz; do
  name=$(dirname "$cells")
  mkdir "$scratch/$name"
  tar xf "$cells" -C "$scratch/$name"
  "$voronet" experiment "$name/experiment.toml" --out "$scratch/$name" --tables --quiet >"$scratch/said"
  cp "$scratch/$name"/{cells,summary,coverage,differences}.csv "$scratch/$name/tables.txt" "$name/"
  if command -v chromium >/dev/null; then plots "$scratch/$name/report.html" "$PWD/$name/plots.png"; fi
  echo "$name: tables of $(ls -d "$scratch/$name"/*/ | wc -l) cells"
done

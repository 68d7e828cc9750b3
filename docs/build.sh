#!/usr/bin/env bash
# Makes the library's reference as a site, build/docs/index.html: the public headers, whose comments are the manual, and the
# READMEs. Installs Doxygen where it is missing. Fails, and names it, for a public function without a comment (README.md).
#   docs/build.sh                                   in build/docs
#   docs/build.sh DIR                               in another folder, which is removed first
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh
[[ ${1-} != -* ]] || { sed -n '2,/^set/s/^# \?//p' "$0" && exit 2; }
site=${1:-build/docs}

step "Packages"
command -v doxygen >/dev/null || install_packages doxygen

step "Reading"
# What the filters know, as lists of paths: all that voronet.h brings but the kernels, and READMEs in the order of the first.
public=(voronet.h)
for ((i = 0; i < ${#public[@]}; ++i)); do
  for header in $(sed -n 's|^#include <voronet/\(.*\)>|\1|p' "${public[i]}"); do
    [[ $header == core/kernels/* || " ${public[*]} " == *" $header "* ]] || public+=("$header")
  done
done
root=$PWD headers=${public[*]}
pages="README.md $( { sed -n 's/^| \[.*\](\([^)]*\.md\)) |.*/\1/p' README.md
  find . -name '*.md' -not -path './build*' | sed 's|^\./||' | sort; } | awk '$0 != "README.md" && !seen[$0]++' | paste -sd ' ')"
export root headers pages

# Modules are folders, and each leads to its README.
rm -rf "$site"
mkdir -p "$site"
for folder in $(dirname "${public[@]:1}" | sort -u); do
  above=$(dirname "$folder") readme=$folder
  while [ ! -e "$readme/README.md" ]; do readme=$(dirname "$readme"); done
  echo "/** @defgroup ${folder//\//_} $folder"
  [ "$above" = . ] || echo "@ingroup ${above//\//_}"
  echo "@details See @ref ${readme//\//_}_README \"$readme/README.md\". */"
done >"$site/modules.dox"

step "Writing"
doxygen - <<END
@INCLUDE = docs/Doxyfile
INPUT = ${public[*]} $pages $site/modules.dox
OUTPUT_DIRECTORY = $site
END
cat docs/style.css >>"$site/search/search.css"  # which alone dresses the search's results
# The files that pages link to.
{ grep -ohE '(href|src)="files/[^"]+"' "$site"/*.html || true; } | cut -d '"' -f 2 | sort -u | while read -r file; do
  mkdir -p "$site/$(dirname "$file")"
  cp -r "${file#files/}" "$site/$file"
done
rm "$site/modules.dox"
echo "$site/index.html"

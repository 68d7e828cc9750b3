#!/usr/bin/env bash
# Makes voronet.wasm.gz, byte for byte on Debian 12: what the page calls and that uses of the library's plain sources,
# compiled by Debian's Emscripten with vectors of 128 bits. voronet.sources has the MD5 of each file that went in.
set -euo pipefail
cd "$(dirname "$0")/.."
source apps/packages.sh
export NODE_PATH=/usr/share/nodejs # where Debian's Node.js looks: Emscripten's tools need it under another one, too
export work=build/web LC_ALL=C # the order of files decides bytes

step "Packages"
install_packages emscripten
step "Compiling"
rm -rf "$work"
mkdir -p "$work/include"
ln -s ../../.. "$work/include/voronet"
compile() {
  em++ -O3 -msimd128 -std=c++20 -DNDEBUG -include web/older_library.h -Wno-unknown-pragmas -I "$work/include" -MMD \
    -c "$1" -o "$work/${1//\//+}.o"
}
export -f compile
# A plain build's (core/CMakeLists.txt), but for its slowest loops, and without what reads files.
ls core/*.cpp core/{operators,kernels,plain}/*.cpp layers/*.cpp layers/*/*.cpp theory/*.cpp optim/*.cpp \
  attacks/*/*.cpp attacks/{attack_row,success}.cpp data/{images,points,synthetic}.cpp web/*.cpp |
  grep -Ev '^core/(memory|parallel|threads|safetensors|cpu_quota|folder_lock)\.cpp|plain/linear\.cpp|convolution_reference\.cpp|/gradient/' |
  xargs -P "$(nproc)" -I{} bash -c 'compile {}'

step "Linking"
rm -f "$work/library.a"
page=$(ls "$work"/web+*.o | grep -Ev 'convolution|linear')
emar rcs "$work/library.a" $(ls "$work"/*.o | grep -vF "$page")
em++ -O3 -msimd128 -sSTANDALONE_WASM --no-entry -sALLOW_MEMORY_GROWTH -sERROR_ON_UNDEFINED_SYMBOLS=0 -Wl,--trace \
  $page "$work/library.a" -o "$work/voronet.wasm" 2>/dev/null |
  grep -oE '[a-z_0-9+]+\.cpp\.o' | sort -u >"$work/linked"
# Nothing of the library may be left to the page.
node -e 'WebAssembly.compile(fs.readFileSync(process.argv[1])).then((module) => process.exit(+
  WebAssembly.Module.imports(module).some(({ name }) => name.startsWith("_Z"))))' "$work/voronet.wasm"
gzip -9n <"$work/voronet.wasm" >web/voronet.wasm.gz
sed "s|\(.*\)\.o|$work/\1.d|" "$work/linked" | xargs cat | tr ' ' '\n' | sed "s|^$work/include/voronet/||" |
  grep -E '^[a-z_0-9/]+\.(h|cpp)$' | sort -u | xargs md5sum >web/voronet.sources
step "Done: $(stat -c %s web/voronet.wasm.gz) bytes, of $(wc -l <web/voronet.sources) files"

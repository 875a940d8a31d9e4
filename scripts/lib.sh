# shellcheck shell=bash
# What the scripts share: where things are, and the environment of a build. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/build/deps

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# A Node and an npm that scripts/setup brought go before the machine's own. They look for npm's
# global settings beside themselves, so the machine's (a mirror, certificates) are pointed out.
use_node() {
  local bin=$deps/node/node_modules/.bin certificates=/etc/ssl/certs/ca-certificates.crt
  # Debian's Node trusts the certificates of the machine, others only their own.
  if [[ -z ${NODE_EXTRA_CA_CERTS:-} && -r $certificates ]]; then
    export NODE_EXTRA_CA_CERTS=$certificates
  fi
  [[ -d $bin ]] || return 0
  case :$PATH: in
    *:"$bin":*) ;;
    *) export PATH="$bin:$PATH" ;;
  esac
  if [[ -s $deps/node/globalconfig ]]; then
    NPM_CONFIG_GLOBALCONFIG=$(<"$deps/node/globalconfig")
    export NPM_CONFIG_GLOBALCONFIG
  fi
  hash -r
}

# Sets AFINA_EMSCRIPTEN, the folder that the CMake preset `wasm` builds with: the caller's, an emsdk
# on PATH, or Debian's. Fails, silently, where there is none.
use_emscripten() {
  local debian=/usr/share/emscripten toolchain=cmake/Modules/Platform/Emscripten.cmake emcc
  if [[ -z ${AFINA_EMSCRIPTEN:-} ]]; then
    AFINA_EMSCRIPTEN=$debian
    if emcc=$(command -v emcc); then
      emcc=$(dirname "$(readlink -f "$emcc")")
      [[ -f $emcc/$toolchain ]] && AFINA_EMSCRIPTEN=$emcc
    fi
  fi
  [[ -f $AFINA_EMSCRIPTEN/$toolchain ]] || return 1
  export AFINA_EMSCRIPTEN
  # Emscripten's link step loads acorn, which Debian puts where only Debian's own Node looks.
  if [[ $AFINA_EMSCRIPTEN == "$debian" ]]; then
    export NODE_PATH=/usr/share/nodejs${NODE_PATH:+:$NODE_PATH}
  fi
}

# build_preset PRESET [ARGUMENT ...]: configures and builds one of CMakePresets.json.
build_preset() {
  local preset=$1
  shift
  (cd "$root" && cmake --preset "$preset" && cmake --build --preset "$preset" "$@")
}

# The WASM module, in build/wasm, and the one with threads, in build/wasm-threads. CMake keeps the
# compiler that a build folder began with, so one of another Emscripten starts anew.
build_wasm() {
  local preset cache
  use_emscripten || die "no Emscripten: run scripts/setup build"
  for preset in wasm wasm-threads; do
    cache=$root/build/$preset/CMakeCache.txt
    if [[ -f $cache ]] && ! grep -q "^CMAKE_TOOLCHAIN_FILE:.*=$AFINA_EMSCRIPTEN/" "$cache"; then
      rm -rf "$root/build/$preset"
    fi
    build_preset "$preset"
  done
}

# The page, from the WASM module up to build/web.
build_page() {
  build_wasm
  npm run build --prefix "$root/web"
}

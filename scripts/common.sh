# shellcheck shell=bash
# What the scripts share.  Sourced, with the tree's root as working directory after it.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

JOBS=${JOBS:-$(nproc)}

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# quietly LABEL LOG COMMAND...: runs the command, for the reader of a pipe as
# one line; a terminal sees it all.  The log is shown when the command fails.
quietly() {
  local label=$1 log=$2
  shift 2
  mkdir -p "$(dirname "$log")"
  echo "$label"
  if [ -t 1 ]; then
    "$@" </dev/null || die "failed: $*"
  elif ! "$@" </dev/null >"$log" 2>&1; then
    tail -n 80 "$log" >&2
    die "failed: $*; the whole log is $log"
  fi
}

# configure PRESET [CMAKE ARGS...]
configure() {
  local preset=$1 launcher=()
  shift
  if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  quietly "configuring build/$preset" "build/$preset/configure.log" \
    cmake --preset "$preset" "${launcher[@]}" "$@"
}

has_tests() {
  grep -qs '^LOCKDEP_BUILD_TESTS:BOOL=ON' "build/$1/CMakeCache.txt"
}

build() {
  local preset=$1
  quietly "building build/$preset with $JOBS jobs" "build/$preset/build.log" \
    cmake --build --preset "$preset" --parallel "$JOBS"
}

# run_ctest PRESET [CTEST ARGS...]
run_ctest() {
  local preset=$1
  shift
  ctest --preset "$preset" --parallel "$JOBS" --timeout 300 --no-tests=error "$@" </dev/null
}

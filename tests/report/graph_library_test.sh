#!/bin/bash
# Without npm the build says so and goes on: the page gets its plain graph.
# usage: graph_library_test.sh CMAKE ASSETS_DIR SCRATCH_DIR
set -euo pipefail
cmake=$1 assets=$2 scratch=$3
rm -rf "$scratch"
mkdir -p "$scratch"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

cat >"$scratch/CMakeLists.txt" <<LIST
cmake_minimum_required(VERSION 3.25)
project(page NONE)
include($assets/fetch_graph_library.cmake)
message(STATUS "library: <\${graph_library}>")
LIST

configure() {
  "$cmake" -S "$scratch" -B "$scratch/build" "$@" >"$scratch/log" 2>&1 || fail "$* does not configure"
  grep -q 'library: <>' "$scratch/log" || fail "$*: there is a library"
}
configure -DLOCKDEP_NPM=/bin/false
grep -q 'plain graph' "$scratch/log" || fail "npm that fails is not told"
configure -DLOCKDEP_GRAPH_LIBRARY=OFF
! grep -q 'plain graph' "$scratch/log" || fail "told though it was not wanted"

"$cmake" "-DASSETS=$assets" "-DOUTPUT=$scratch/page.cc" -P "$assets/embed.cmake"
grep -q 'kGraphLibrary\[\] = R"page()page"' "$scratch/page.cc" || fail "the page has a library"

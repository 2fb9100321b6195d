#!/bin/bash
# The worked example of README.md does what is told there, word for word.
# usage: worked_example.sh PREFIX CMAKE CTEST EXAMPLE_DIR README SCRATCH_DIR
set -euo pipefail
prefix=$1 cmake=$2 ctest=$3 example=$4 readme=$5 scratch=$6
rm -rf "$scratch"
cp -r "$example" "$scratch"
cd "$scratch"

fail() {
  echo "FAILED: $*" >&2
  sed 's/^/  | /' log >&2
  exit 1
}

# Builds, tests, and expects the gate to be this: Passed or Failed.
expect_gate() {
  "$cmake" --build build >log 2>&1 || fail "does not build"
  "$ctest" --test-dir build --output-on-failure >log 2>&1 || true
  grep -qE "locks \.+.*$1" log || fail "the gate is not: $1"
  for operation in buy restock report close; do
    grep -qE " $operation \.+ +Passed" log || fail "$operation fails by itself"
  done
}

# Each line of it stands in README.md.
is_told() {
  local line
  while IFS= read -r line; do
    grep -qxF -e "$line" "$readme" || fail "README.md does not say: $line"
  done
}

"$cmake" -S . -B build "-DCMAKE_PREFIX_PATH=$prefix" >log 2>&1 || fail "does not configure"
expect_gate Passed
is_told <locks.baseline

patch --quiet -p1 <pull_request.patch
expect_gate Failed
grep -A2 '^lockdep gate: FAIL' log | is_told
grep '^+ .*lock_guard' pull_request.patch | is_told

patch --quiet -p1 <fix.patch
expect_gate Passed

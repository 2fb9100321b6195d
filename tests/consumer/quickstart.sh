#!/bin/bash
# scripts/quickstart as a new user meets it, less installing and building.
# usage: quickstart.sh CASE SOURCE_DIR BUILD_DIR SCRATCH_DIR
set -euo pipefail
case=$1 source_dir=$2 build_dir=$3 scratch=$4

rm -rf "$scratch"
mkdir -p "$scratch"
# A tree of its own, so that cases run side by side.
ln -s "$build_dir/bin" "$build_dir/lib" "$scratch/"

# quickstart STATUS ARGS...: runs it; its output is in $scratch/out.
quickstart() {
  local expected=$1 status=0
  shift
  "$source_dir/scripts/quickstart" --built "$scratch" "$@" >"$scratch/out" 2>&1 </dev/null || status=$?
  cat "$scratch/out"
  [ "$status" -eq "$expected" ] || fail "exit status $status, not $expected"
}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

says() {
  grep -qE -- "$1" "$scratch/out" || fail "output does not match: $1"
}

# Every line of the README's excerpt stands in the output; "..." is for what was
# left out; threads and locks of one name are numbered as they come.
readme_excerpt_is_true() {
  local line lines=0
  # shellcheck disable=SC2016  # The quotes are those of a code block.
  local cut='/^Possible deadlock/,/^```$/{/^```$/!{s/thread [0-9]*/thread/;s/ #[0-9]+//g;p}}'
  while IFS= read -r line; do
    [[ $line =~ ^\ *\.\.\.$ ]] && continue
    grep -qF -- "$line" <(sed -E 's/thread [0-9]*/thread/;s/ #[0-9]+//g' "$scratch/out") ||
      fail "README.md shows a line that the report does not have: $line"
    lines=$((lines + 1))
  done < <(sed -nE "$cut" "$source_dir/README.md")
  [ "$lines" -ge 8 ] || fail "found no excerpt in README.md"
}

compile_bank() {
  g++ -std=c++20 -g -O1 -pthread "$source_dir/tests/corpus/bank.cc" -o "$scratch/bank"
}

case $case in
  Tour)
    quickstart 0
    says 'lock-order-inversion'
    says 'bank\.cc:[0-9]+'
    says 'Done: every step behaved as it should'
    readme_excerpt_is_true
    grep -q 'lock-order-inversion' "$scratch/quickstart/index.html" || fail "report lacks the finding"
    # No address on the page leads out of it.
    if grep -qE '(src|href)="?(https?:)?//' "$scratch/quickstart/index.html"; then
      fail "the report is not self-contained"
    fi ;;
  OwnProgramWithAFinding)
    compile_bank
    # A relative path is the user's, not the script's.
    cd "$scratch"
    quickstart 0 -- ./bank
    says 'exit status 66'
    says 'gate: FAIL: 1 new'
    says 'gate: pass: 0 new' ;;
  OwnProgramWithoutAFinding)
    head --bytes=2000000 "$scratch/bin/lockdep" >"$scratch/data"
    quickstart 0 -- xz --threads=2 --block-size=64KiB "$scratch/data"
    [ -s "$scratch/data.xz" ] || fail "the program did not do its work"
    says 'gate: pass' ;;
  OwnProgramWithoutLocks)
    quickstart 1 -- true
    says 'nothing observed' ;;
  OwnProgramThatDoesNotExist)
    quickstart 1 -- no-such-program
    says 'no-such-program' ;;
  *) fail "unknown case $case" ;;
esac

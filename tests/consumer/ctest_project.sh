#!/bin/bash
# The installed package in a project's own tests: lockdep_add_test, the gate over all of them, a
# whole suite under `lockdep run`, and what the CI templates run.
# usage: ctest_project.sh PREFIX CMAKE CTEST PROJECT_DIR SCRATCH_DIR
set -euo pipefail
prefix=$1 cmake=$2 ctest=$3 project=$4 scratch=$5
rm -rf "$scratch"
mkdir -p "$scratch/tests/consumer" "$scratch/tests/cli/programs"
cp -r "$project" "$scratch/tests/consumer/project"
cp "$project/../../cli/programs/two_orders.c" "$scratch/tests/cli/programs/"
export PATH="$prefix/bin:$PATH"
unset GITHUB_ACTIONS LD_PRELOAD LOCKDEP_OPTIONS
cd "$scratch/tests/consumer/project"

fail() {
  echo "FAILED: $*" >&2
  [ ! -s "$scratch/log" ] || sed 's/^/  | /' "$scratch/log" >&2
  exit 1
}

# expect STATUS COMMAND...: output in $scratch/log.
expect() {
  local wanted=$1 status=0
  shift
  "$@" >"$scratch/log" 2>&1 || status=$?
  [ "$status" -eq "$wanted" ] || fail "$* ended with $status, not $wanted"
}

says() {
  grep -qE "$1" "$scratch/log" || fail "nothing says: $1"
}

: >locks.baseline
expect 0 "$cmake" -S . -B watched -DWATCHED=ON "-DCMAKE_PREFIX_PATH=$prefix"
expect 0 "$cmake" --build watched
expect 8 "$ctest" --test-dir watched --output-on-failure
says 'orders/ab .* +Passed'
says 'orders/ba .* +Passed'
says 'gate .*Failed'
says 'lock_a.*lock_b|lock_b.*lock_a'
[ -s watched/locks.html ] || fail "no report of the gate"

expect 0 lockdep gate watched/lockdep --baseline locks.baseline --update
sed -i 's/reason="[^"]*"/reason="both orders are only ever taken at start"/' locks.baseline
expect 0 "$ctest" --test-dir watched

# The gate alone brings its tests with it; without them, what was not run has not passed.
rm watched/lockdep/orders_ba.lockdep
expect 8 "$ctest" --test-dir watched -R gate -FA .
expect 0 "$ctest" --test-dir watched -R gate
says 'orders/ba .* +Passed'
: >locks.baseline

expect 0 "$cmake" -S . -B plain -DWATCHED=OFF "-DCMAKE_PREFIX_PATH=$prefix"
expect 0 "$cmake" --build plain
expect 66 lockdep run -- "$ctest" --test-dir plain
says '100% tests passed'
says 'lock-order-inversion'

# Two tests that would write over each other's recording.
expect 1 "$cmake" -S . -B same -DWATCHED=ON -DSAME_RECORDING=ON "-DCMAKE_PREFIX_PATH=$prefix"
says 'orders-ba: another test records to'

# What the templates run.
expect 1 lockdep-ci --baseline locks.baseline -- bash -ec "$ctest --test-dir plain"
for file in run.lockdep locks.html locks.sarif locks.json locks.junit.xml; do
  [ -s "lockdep-reports/$file" ] || fail "lockdep-ci wrote no $file"
done
expect 1 env GITHUB_ACTIONS=true "GITHUB_STEP_SUMMARY=$scratch/summary" \
  lockdep-ci --baseline locks.baseline -- bash -ec "$ctest --test-dir plain"
says '^::(error|warning|notice) '
[ -s "$scratch/summary" ] || fail "no step summary"
expect 3 lockdep-ci --baseline locks.baseline -- true
expect 5 lockdep-ci --baseline locks.baseline -- bash -c 'plain/two_orders ab; exit 5'

# Two shards, each clean; together they are not.
expect 0 lockdep-ci --shard 1 --output shards -- plain/two_orders ab
expect 0 lockdep-ci --shard 2 --output shards -- plain/two_orders ba
expect 1 lockdep-ci --baseline locks.baseline --output all --merge shards/*.lockdep
says 'lock-order-inversion|lock_a'

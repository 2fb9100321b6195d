#!/bin/bash
# scripts/install-deps against a stand-in for dpkg-query and apt-get.
# usage: install_deps_test.sh ROOT
set -euo pipefail
install_deps=$1/scripts/install-deps
sandbox=$(mktemp -d)
trap 'rm -rf "$sandbox"' EXIT

expect() {
  local what=$1
  shift
  "$@" || { echo "FAILED: $what" >&2; exit 1; }
}

stand_in() {
  printf '#!/bin/bash\n%s\n' "$2" >"$sandbox/$1"
  chmod +x "$sandbox/$1"
}

# Runs install-deps with the stand-ins in front; output in $sandbox/out, status in $status.
run() {
  : >"$sandbox/apt.log"
  status=0
  PATH="$sandbox:$PATH" LOG="$sandbox/apt.log" "$install_deps" "$@" >"$sandbox/out" 2>&1 </dev/null ||
    status=$?
}

# shellcheck disable=SC2016  # Expanded by the stand-in.
stand_in apt-get 'echo "apt-get $*" >>"$LOG"'
stand_in id 'echo 0'

# All installed: not a word, and apt-get is not asked.
# shellcheck disable=SC2016
stand_in dpkg-query 'shift 3; for p; do echo "installed $p"; done'
run
expect "nothing to do succeeds" [ "$status" -eq 0 ]
expect "nothing to do says nothing" [ ! -s "$sandbox/out" ]
expect "nothing to do leaves apt-get alone" [ ! -s "$sandbox/apt.log" ]

# Two missing, one of them removed but not purged: these two are installed, after an update.
# shellcheck disable=SC2016
stand_in dpkg-query 'shift 3; for p; do
  case $p in cmake) ;; ninja-build) echo "config-files $p" ;; *) echo "installed $p" ;; esac
done; exit 1'
run --for build
expect "installing succeeds" [ "$status" -eq 0 ]
expect "an update comes first" grep -q '^apt-get .*update$' <(head -n 1 "$sandbox/apt.log")
expect "exactly the missing ones are installed" \
  grep -q -- 'install --no-install-recommends cmake ninja-build$' "$sandbox/apt.log"

# Neither root nor sudo: one line that says what to do.
stand_in id 'echo 1000'
stand_in sudo 'exit 1'
run --for build
expect "without rights it fails" [ "$status" -eq 1 ]
expect "and says so in one line" [ "$(wc -l <"$sandbox/out")" -eq 1 ]
expect "and names the packages" grep -q 'cmake ninja-build' "$sandbox/out"
expect "and leaves apt-get alone" [ ! -s "$sandbox/apt.log" ]

# apt-get fails: so do we, with the names.
stand_in id 'echo 0'
stand_in apt-get 'exit 100'
run --for build
expect "a failed installation is a failure" [ "$status" -eq 1 ]
expect "and names the packages" grep -q 'could not install: cmake ninja-build' "$sandbox/out"

run --for nonsense
expect "an unknown group is refused" grep -q "not 'nonsense'" "$sandbox/out"

# The list is a list of words, each once in a group, with a reason.
expect "every line of the list has a reason" \
  awk '/^LIST$/ { on = 0 } on && !/^(build|test|quickstart) [a-z0-9.+-]+ +# ./ { bad = 1; print }
       /<<.LIST.$/ { on = 1 } END { exit bad }' "$install_deps"
echo passed

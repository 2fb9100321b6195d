#!/bin/bash
# Clang's thread-safety analysis accepts right code and refuses each mistake.
# usage: thread_safety_test.sh CLANG++ SOURCE_DIR
set -euo pipefail
compiler=$1 root=$2

analyse() {
  "$compiler" -std=c++20 -fsyntax-only -Wthread-safety -Werror -I "$root" "$@" \
    "$root/tests/cxx/account.cc"
}

refuses() {
  local mistake=$1 words=$2 output
  if output=$(analyse "-D$mistake" 2>&1); then
    echo "FAILED: $mistake is accepted" >&2
    exit 1
  fi
  grep -q -- "$words" <<<"$output" || { echo "FAILED: $mistake: $output" >&2; exit 1; }
}

analyse
refuses UNGUARDED_READ "reading variable 'balance_' requires holding mutex 'mutex_'"
refuses REQUIRED_LOCK_MISSING "calling function 'Add' requires holding mutex 'mutex_'"
refuses LOCK_NOT_RELEASED "mutex 'mutex_' is still held at the end of function"
refuses WRITE_UNDER_READER_LOCK "writing variable 'rate_' requires holding shared_mutex 'rates_'"
echo passed

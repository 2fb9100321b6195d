#!/bin/bash
# Every shell script of the tree parses, and shellcheck has nothing to say of it.
# usage: shell_scripts_test.sh ROOT
set -euo pipefail
cd "$1"

# What starts with a shell's #! line or ends in .sh.
list_scripts() {
  find .ci scripts tests hooks lockdep mm_model -type f -print0 |
    xargs -0 awk 'FNR == 1 && (/^#!.*\/(ba)?sh/ || FILENAME ~ /\.sh$/) { print FILENAME }; { nextfile }'
}

mapfile -t scripts < <(list_scripts)
[ ${#scripts[@]} -ge 5 ] || { echo "found only ${#scripts[@]} scripts" >&2; exit 1; }
for script in "${scripts[@]}"; do
  bash -n "$script"
done
if command -v shellcheck >/dev/null; then
  shellcheck --external-sources --source-path=SCRIPTDIR --shell=bash "${scripts[@]}"
fi
echo "${#scripts[@]} scripts"

#!/bin/bash
# The installed command runs a program under the installed hooks.
# usage: installed_command.sh PREFIX SCRATCH_DIR
set -euo pipefail
prefix=$1 scratch=$2
rm -rf "$scratch"
mkdir -p "$scratch"
for file in bin/lockdep lib/liblockdep_preload.so share/lockdep/report.schema.json \
  share/man/man1/lockdep.1 share/man/man1/lockdep-order-learn.1 \
  share/bash-completion/completions/lockdep share/zsh/vendor-completions/_lockdep \
  share/fish/vendor_completions.d/lockdep.fish; do
  [ -s "$prefix/$file" ] || { echo "not installed: $file" >&2; exit 1; }
done
head --bytes=2000000 "$prefix/bin/lockdep" >"$scratch/data"
"$prefix/bin/lockdep" run --record "$scratch/xz.rec" --report "$scratch/xz.json" -- \
  xz --threads=2 --block-size=64KiB --stdout "$scratch/data" >"$scratch/out.xz"
cmp <(xz --decompress --stdout "$scratch/out.xz") "$scratch/data"
grep -qE '"lock_operations": ?[1-9]' "$scratch/xz.json" ||
  { echo "the installed hooks saw no lock" >&2; exit 1; }

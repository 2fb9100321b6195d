#!/bin/bash
# The .deb installs and works: unpacked by dpkg into a root of its own, with what it depends on told
# by its control file, its command runs a program under its hooks.
# usage: deb_package.sh CPACK BUILD_DIR SCRATCH_DIR
set -euo pipefail
cpack=$1 build=$2 scratch=$3
rm -rf "$scratch"
mkdir -p "$scratch/unpacked"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

"$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$scratch" >"$scratch/log" 2>&1 ||
  { tail -20 "$scratch/log" >&2; fail "cpack"; }
package=$(echo "$scratch"/lockdep_*.deb)
[ -s "$package" ] || fail "no package"

depends=$(dpkg-deb --field "$package" Depends)
for library in libc6 libabsl libdw1 libtinyxml2; do
  [[ $depends == *"$library"* ]] || fail "does not depend on $library: $depends"
done
dpkg-deb --extract "$package" "$scratch/unpacked"
files=$(dpkg-deb --contents "$package")
for file in usr/bin/lockdep usr/bin/lockdep-ci usr/share/man/man1/lockdep-run.1 \
  usr/share/bash-completion/completions/lockdep usr/share/lockdep/ci/github-lockdep.yml; do
  [[ $files == *"./$file"* ]] || fail "not in the package: $file"
done
# Archives keep their debug information, which does.
! grep -rlaF --exclude=*.a "$build" "$scratch/unpacked/usr/bin" "$scratch/unpacked/usr/lib" ||
  fail "the package knows where it was built"

# As root a package is installed for real, into a root with a database of its own.
if [ "$(id -u)" -eq 0 ]; then
  mkdir -p "$scratch/installed/var/lib/dpkg/"{info,updates,triggers}
  : >"$scratch/installed/var/lib/dpkg/status"
  dpkg --root="$scratch/installed" --force-depends --force-script-chrootless --install "$package" >>"$scratch/log" 2>&1 ||
    { tail -5 "$scratch/log" >&2; fail "dpkg does not install it"; }
  [ "$(dpkg-query --admindir="$scratch/installed/var/lib/dpkg" -W -f '${db:Status-Status}' lockdep)" \
    = installed ] || fail "not installed"
fi

head --bytes=200000 "$scratch/unpacked/usr/bin/lockdep" >"$scratch/data"
"$scratch/unpacked/usr/bin/lockdep" run --report "$scratch/xz.json" -- \
  xz --threads=2 --block-size=64KiB --stdout "$scratch/data" >"$scratch/data.xz" 2>>"$scratch/log"
cmp <(xz --decompress --stdout "$scratch/data.xz") "$scratch/data"
grep -qE '"lock_operations": ?[1-9]' "$scratch/xz.json" || fail "the packaged hooks saw no lock"

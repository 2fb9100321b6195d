#!/usr/bin/env python3
"""Checks that the preload library shows exactly what interposed.def lists, and needs libc alone.

Usage: check_exports.py LIBRARY INTERPOSED_DEF
"""

import re
import subprocess
import sys

ALLOWED_LIBRARIES = re.compile(r"^(linux-vdso|libc|ld-linux-[a-z0-9_-]+)\.so(\.\d+)*$")

# Whether a block is as large as malloc_usable_size says, only its own allocator knows.
FORBIDDEN_CALLS = re.compile(r"^(malloc|calloc|realloc|free)$|^(_Zn|_Zd|__cxa_thr|_Unwind)")


def listed_names(path):
    with open(path, encoding="utf-8") as lines:
        return set(re.findall(r"^LOCKDEP_HOOK(?:_ALIAS|_CXX|_OPTIONAL)?\((\w+)[,)]", lines.read(), re.MULTILINE))


def exported_names(library):
    output = subprocess.run(
        ["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True
    ).stdout
    return {line.split()[-1] for line in output.splitlines()}


def needed_libraries(library):
    output = subprocess.run(["ldd", library], check=True, capture_output=True, text=True).stdout
    return {line.split()[0].rsplit("/", 1)[-1] for line in output.splitlines()}


def interposable_calls(library):
    """Functions of ours that the library itself would call through the symbol table."""
    output = subprocess.run(
        ["nm", "-D", "--undefined-only", library], check=True, capture_output=True, text=True
    ).stdout
    names = {line.split()[-1].split("@")[0] for line in output.splitlines()}
    return {name for name in names if FORBIDDEN_CALLS.match(name)}


def main():
    library, listing = sys.argv[1:]
    listed, exported = listed_names(listing), exported_names(library)
    problems = [f"listed, but not exported: {name}" for name in sorted(listed - exported)]
    problems += [f"exported, but not listed: {name}" for name in sorted(exported - listed)]
    problems += [
        f"needs more than libc: {name}"
        for name in sorted(needed_libraries(library))
        if not ALLOWED_LIBRARIES.match(name)
    ]
    problems += [f"must not be used: {name}" for name in sorted(interposable_calls(library))]
    if not listed:
        problems.append(f"{listing}: nothing is listed")
    for problem in problems:
        print(f"{library}: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Fails if clang rejects what the release preset builds with g++.

Every source of ROOMS goes through clang's front end with the flags of its own
build command; nothing is generated.  These are the rooms that define functions
that C headers have declared, where the two compilers differ most (exception
specifications); the engine's own sources go through clang-tidy, and the whole
tree is built with clang by the dev, asan and tsan presets.

usage: check_clang.py BUILD_DIR     (it holds compile_commands.json)
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("hooks", "lockdep/kernel", "lockdep/cxx")
# g++ knows warnings that clang does not, and each flag of g++'s only would be one more.
EXTRA = ["-fsyntax-only", "-Wno-unknown-warning-option", "-Wno-ignored-optimization-argument"]


def own_sources(build_dir):
    for entry in json.loads((build_dir / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if any(source.is_relative_to(ROOT / room) for room in ROOMS):
            yield source, entry


def front_end_command(entry):
    """The build command with clang in place of the compiler (and its launcher), and no outputs."""
    words = shlex.split(entry["command"])
    first_flag = next(i for i, word in enumerate(words) if word.startswith("-"))
    compiler = "clang" if entry["file"].endswith(".c") else "clang++"
    flags, skip = [], False
    for word in words[first_flag:]:
        takes_value = word in ("-o", "-MF", "-MT", "-MQ")
        if not (skip or takes_value or word in ("-c", "-MD", "-MMD")):
            flags.append(word)
        skip = takes_value
    return [compiler, *flags, *EXTRA]


def check(source_and_entry):
    source, entry = source_and_entry
    run = subprocess.run(front_end_command(entry), cwd=entry["directory"], stderr=subprocess.PIPE, text=True)
    return source, run.returncode, run.stderr


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.rstrip().rsplit("\n", 1)[-1])
    sources = dict(own_sources(pathlib.Path(sys.argv[1])))
    if not sources:
        sys.exit("check_clang: no sources in compile_commands.json; configure a preset first")
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count() or 1))) as pool:
        rejected = [result for result in pool.map(check, sources.items()) if result[1] != 0]
    for _, _, message in rejected:
        sys.stderr.write(message)
    if rejected:
        sys.exit(f"check_clang: clang rejects {len(rejected)} of {len(sources)} files")
    print(f"check_clang: {len(sources)} files")


if __name__ == "__main__":
    main()

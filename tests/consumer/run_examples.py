#!/usr/bin/env python3
"""Compiles and runs the programs in a document, against an installed lockdep.

Every fenced block of C or C++ with a main() is a program and must exit with 0; a
block marked `text` behind it holds lines that its output has, in order.

usage: run_examples.py PREFIX DOCUMENT [FLAGS...]
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Language -> variable that names the compiler, its default, the standard.
COMPILERS = {"c": ("CC", "cc", "-std=c11"), "cpp": ("CXX", "c++", "-std=c++20")}


def programs(text):
    """Yields (language, source, expected lines)."""
    blocks = [(match[1], match[2]) for match in BLOCK.finditer(text)]
    for index, (language, source) in enumerate(blocks):
        if language not in COMPILERS or "main(" not in source:
            continue
        following = blocks[index + 1] if index + 1 < len(blocks) else ("", "")
        yield language, source, following[1].splitlines() if following[0] == "text" else []


def package_flags(prefix, source):
    folder = next(pathlib.Path(prefix).rglob("lockdep-kernel.pc")).parent
    environment = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
    modules = ["lockdep-kernel"]
    if "absl" in source:
        modules += ["absl_synchronization", "absl_time"]
    return subprocess.run(["pkg-config", "--cflags", "--libs", *modules], check=True, text=True,
                          stdout=subprocess.PIPE, env=environment).stdout.split()


def build_and_run(language, source, prefix, flags, folder):
    variable, default, standard = COMPILERS[language]
    file = pathlib.Path(folder, f"example.{language}")
    file.write_text(source, encoding="utf-8")
    program = pathlib.Path(folder, "example")
    subprocess.run([os.environ.get(variable, default), standard, "-Wall", "-Wextra", "-Werror", "-g",
                    *flags, file, *package_flags(prefix, source), "-o", program], check=True)
    return subprocess.run([program], check=False, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, cwd=folder)


def misses(output, expected):
    """The first expected line that does not stand in the output where it should."""
    lines = iter(output.splitlines())
    for wanted in expected:
        if not any(wanted in line for line in lines):
            return wanted
    return None


def main(prefix, document, *flags):
    count = failures = 0
    text = pathlib.Path(document).read_text(encoding="utf-8")
    for language, source, expected in programs(text):
        count += 1
        with tempfile.TemporaryDirectory() as folder:
            ended = build_and_run(language, source, prefix, flags, folder)
        missing = misses(ended.stdout, expected)
        if ended.returncode != 0 or missing is not None:
            failures += 1
            print(f"FAILED (status {ended.returncode}, line not found: {missing}):\n{source}\n"
                  f"output:\n{ended.stdout}")
    print(f"{count} examples of {document}, {failures} failed")
    return 0 if count > 0 and failures == 0 else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))

#!/usr/bin/env python3
"""Runs the corpus under lockdep, ThreadSanitizer and Helgrind and prints the table.

Usage: compare_tools.py LOCKDEP PROGRAMS [NAME...]

LOCKDEP is the command, PROGRAMS the folder with the built programs of the corpus.
ThreadSanitizer needs a compiler that has it (`cc`, `c++`), Helgrind needs valgrind; a
tool that is not there has an empty column.  A program counts as reported when the
tool says anything about its locks or threads; what it says is not compared.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import run_corpus

CORPUS = pathlib.Path(__file__).resolve().parent
SECONDS = 20
REPORTED, SILENT, HANGS, ABSENT = "reported", "silent", "hangs", ""


def run(command, environment=None):
    """Returns the exit code and what stood on standard error; None if it did not end."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS,
                                env={**os.environ, **(environment or {})}, check=False)
    except subprocess.TimeoutExpired as expired:
        text = expired.stderr or b""
        return None, text.decode(errors="replace") if isinstance(text, bytes) else text
    return result.returncode, result.stderr


def verdict(code, text, mark):
    if mark in text:
        return REPORTED
    return HANGS if code is None else SILENT


def under_lockdep(lockdep, source, program):
    code, report, _ = run_corpus.observe(lockdep, program, run_corpus.options_of(source))
    if report is None:
        return HANGS if code is None else SILENT
    levels = [finding["level"] for finding in report["findings"]]
    return REPORTED if any(level != "note" for level in levels) else SILENT


def under_thread_sanitizer(source, directory):
    compiler = shutil.which("c++" if source.suffix == ".cc" else "cc")
    program = pathlib.Path(directory) / source.stem
    flags = ["-fsanitize=thread", "-g", "-O1", "-D_GNU_SOURCE", "-w", f"-I{CORPUS.parent.parent}"]
    if source.suffix == ".cc":
        flags.append("-std=c++17")
    if compiler is None or run([compiler, *flags, str(source), "-o", str(program)])[0] != 0:
        return ABSENT
    code, text = run([str(program)], {"TSAN_OPTIONS": "detect_deadlocks=1"})
    if "FATAL: ThreadSanitizer" in text:
        return ABSENT
    return verdict(code, text, "WARNING: ThreadSanitizer")


def under_helgrind(program):
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return ABSENT
    code, text = run([valgrind, "--tool=helgrind", "-q", "--error-exitcode=66", str(program)])
    return verdict(code, text, "==")


def rows(lockdep, programs, names):
    for source in sorted([*CORPUS.glob("*.c"), *CORPUS.glob("*.cc")]):
        expected = run_corpus.expected_kinds(source)
        program = pathlib.Path(programs) / source.stem
        if expected is None or not program.exists() or (names and source.stem not in names):
            continue
        with tempfile.TemporaryDirectory() as directory:
            yield (source.stem, REPORTED if expected else SILENT,
                   under_lockdep(lockdep, source, str(program)),
                   under_thread_sanitizer(source, directory), under_helgrind(program))


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    lockdep, programs, *names = sys.argv[1:]
    right = [0, 0, 0]
    count = 0
    print("| program | expected | lockdep | ThreadSanitizer | Helgrind |\n|---|---|---|---|---|")
    for name, expected, *found in rows(lockdep, programs, names):
        count += 1
        for i, one in enumerate(found):
            right[i] += one == expected
        print("|", " | ".join([name, expected, *found]), "|", flush=True)
    print(f"| **right, of {count}** | |", " | ".join(map(str, right)), "|")
    return 0


if __name__ == "__main__":
    sys.exit(main())

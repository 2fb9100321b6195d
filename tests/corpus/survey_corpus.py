#!/usr/bin/env python3
"""Builds and runs the corpus in several ways and counts what is right in each.

Usage: survey_corpus.py LOCKDEP [--optimise LEVEL,...] [--class-by VALUE,...] [--jobs N] [NAME...]

LEVELs are those of the compiler (0, 2), VALUEs those of the option class_by (instance,
init-site, alloc-site, auto).  Without either: optimised by 2, as class_by is by default.
A program is right if the kinds of its findings are those in its header; missed counts those that
lack one, false those that have one more.  Names who they are.
Exit code: 0 if all are right in each way, 1 otherwise, 2 usage.
"""

import argparse
import concurrent.futures
import itertools
import pathlib
import subprocess
import sys
import tempfile

import run_corpus

CORPUS = pathlib.Path(__file__).resolve().parent


def build(source, level, directory):
    program = pathlib.Path(directory) / f"{source.stem}.O{level}"
    compiler = ["c++", "-std=c++17"] if source.suffix == ".cc" else ["cc"]
    subprocess.run([*compiler, f"-O{level}", "-g", "-D_GNU_SOURCE", "-w", "-pthread", f"-I{CORPUS.parent.parent}",
                    str(source), "-o", str(program)], check=True)
    return str(program)


def run(lockdep, source, program, class_by):
    """What is missed and what is false; `None` stands for a report that was not made."""
    options = run_corpus.options_of(source) + (f":class_by={class_by}" if class_by else "")
    try:
        _, report, _ = run_corpus.observe(lockdep, program, options)
    except subprocess.TimeoutExpired:
        report = None
    if report is None:
        return {None}, set()
    found = {finding["kind"] for finding in report["findings"] if finding["level"] != "note"}
    expected = set(run_corpus.expected_kinds(source))
    return expected - found, found - expected


def survey(options, sources, level, class_by, directory):
    def one(source):
        return source.stem, run(options.lockdep, source, build(source, level, directory), class_by)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(one, sources))
    missed = [name for name, (lacking, _) in results if lacking]
    false = [name for name, (_, more) in results if more]
    wrong = set(missed) | set(false)
    print(f"| -O{level} | {class_by or 'default'} | {len(results) - len(wrong)} of {len(results)} "
          f"| {len(missed)} {' '.join(missed)} | {len(false)} {' '.join(false)} |", flush=True)
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lockdep")
    parser.add_argument("--optimise", default="2")
    parser.add_argument("--class-by", default="")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    sources = [source for source in sorted([*CORPUS.glob("*.c"), *CORPUS.glob("*.cc")])
               if run_corpus.expected_kinds(source) is not None
               and (not options.names or source.stem in options.names)]
    print("| compiled with | class_by | right | missed | false |\n|---|---|---|---|---|")
    all_right = True
    with tempfile.TemporaryDirectory() as directory:
        for level, class_by in itertools.product(options.optimise.split(","), options.class_by.split(",")):
            all_right = survey(options, sources, level, class_by, directory) and all_right
    return 0 if all_right else 1


if __name__ == "__main__":
    sys.exit(main())

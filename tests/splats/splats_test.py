#!/usr/bin/env python3
"""Holds what we say of known mistakes against what a real kernel said.

usage: splats_test.py --tool LOCKDEP --program SPLAT_PROGRAM
       splats_test.py --kernel-logs DIRECTORY

The first form makes each mistake of splats.tsv, renders the recording with
`--format kernel`, and compares the facts.  The second one compares the table with
logs of a kernel, DIRECTORY/NAME.txt.  The table was made from such logs, one boot of
a 6.12 kernel for each case with a module that did what splat_program.c does; neither
logs nor module are part of this project, which cannot make the table again by itself.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import splat_facts

TABLE = pathlib.Path(__file__).resolve().parent / "splats.tsv"
COLUMNS = ("name", "kinds", "says", "locks", "chain", "scenario", "held", "ours")


def table():
    """By name: the kinds we must find, and a row of facts for each of the kernel's reports."""
    cases = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        row = dict(zip(COLUMNS, line.split("\t"), strict=True))
        case = cases.setdefault(row["name"], {"kinds": [], "kernel": [], "ours": []})
        facts = [row[column] for column in COLUMNS[2:7]]
        if row["kinds"] != "-":
            case["kinds"].append(row["kinds"])
        if facts[0] != "silent":
            case["kernel"].append(facts)
        if row["ours"] == "=" and facts[0] != "silent":
            case["ours"].append(facts)
        elif row["ours"] not in ("=", "silent"):
            case["ours"].append([row["ours"]] + facts[1:])
    return cases


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, text=True,
                          capture_output=True, timeout=60, **options).stdout


def ours(tool, program, name):
    with tempfile.TemporaryDirectory(prefix="lockdep-splat.") as scratch:
        recording = pathlib.Path(scratch) / "run.lockdep"
        run(program, name, env=os.environ | {"LOCKDEP_KERNEL_RECORD": str(recording)})
        text = run(tool, "report", recording, "--format", "kernel")
        report = json.loads(run(tool, "report", recording, "--format", "json"))
    rows = []
    for facts in splat_facts.read(text):
        # The kernel's plain warnings do not say what is held; ours do.
        if facts.says == "warn":
            facts.held = []
        rows.append(facts.row())
    return rows, [finding["kind"] for finding in report["findings"]], text


def check(name, expected, found, text):
    if found == expected:
        return True
    print(f"{name}:\n  expected {expected}\n  found    {found}\n{text}", file=sys.stderr)
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool")
    parser.add_argument("--program")
    parser.add_argument("--kernel-logs", type=pathlib.Path)
    options = parser.parse_args()
    cases = table()
    ok = bool(cases)
    for name, case in cases.items():
        if options.kernel_logs:
            text = (options.kernel_logs / f"{name}.txt").read_text(encoding="utf-8")
            found = [facts.row() for facts in splat_facts.read(text)]
            ok &= check(name, case["kernel"], found, "")
            continue
        rows, kinds, text = ours(options.tool, options.program, name)
        ok &= check(name, case["ours"], rows, text)
        ok &= check(name, sorted(case["kinds"]), sorted(kinds), text)
    print(f"{len(cases)} cases", "as the kernel has them" if ok else "compared, see above")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())

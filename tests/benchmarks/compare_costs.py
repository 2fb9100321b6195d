#!/usr/bin/env python3
"""Measures lock_costs.c under lockdep, ThreadSanitizer, Helgrind and DRD and prints one table.

Usage: compare_costs.py PRELOAD [--milliseconds N] [--processes N] [--rows ROW,...] [--tools TOOL;...]

PRELOAD is liblockdep_preload.so.  The same source is built as it is, with frame pointers,
and with ThreadSanitizer, by `cc` (or $CC).  Each cell is the ratio to libc's own functions:
lockdep and ThreadSanitizer are measured beside them in one process, slice by slice; the cell
has the median of several processes, which differ in where things lie in memory, with the
lowest and the highest.  Valgrind's tools replace libc's functions too, so what they take is
divided by what the program takes alone.  A tool that is not there, or does not end in a
minute, has an empty cell.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent / "lock_costs.c"
SECONDS = 60
ROWS = ["pair", "two_places", "nested_2", "nested_4", "among_100", "among_10k", "among_1M", "depth_1", "depth_8",
        "depth_32", "depth_64", "rwlock_read", "two_private", "two_contended", "churn"]
TOOLS = ["lockdep", "lockdep, frame pointers", "ThreadSanitizer", "Helgrind", "DRD"]


def build(directory, name, *flags):
    program = directory / name
    command = [os.environ.get("CC", "cc"), "-O2", "-g", "-D_GNU_SOURCE", *flags, str(SOURCE), "-o", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return str(program) if done.returncode == 0 else None


def measure(command, environment, milliseconds, row):
    """The figures of one row, as lock_costs prints them; None if there are none."""
    try:
        done = subprocess.run([*command, str(milliseconds), row], capture_output=True, text=True, timeout=SECONDS,
                              env={**os.environ, **environment}, check=False)
    except subprocess.TimeoutExpired:
        return None
    figures = next((line.split()[1:] for line in done.stdout.splitlines() if line.startswith(row + " ")), None)
    return [float(figure) for figure in figures] if figures else None


def commands_of(directory, preload):
    """Of each tool: the command and what the environment needs."""
    recording = {"LD_PRELOAD": str(preload), "LOCKDEP_OPTIONS": f"record={directory}/%p.lockdep"}
    plain = build(directory, "lock_costs")
    commands = {"alone": ([plain], {}), "lockdep": ([plain], recording)}
    framed = build(directory, "lock_costs_framed", "-fno-omit-frame-pointer")
    if framed:
        commands["lockdep, frame pointers"] = ([framed], recording)
    sanitized = build(directory, "lock_costs_tsan", "-fsanitize=thread")
    if sanitized:
        commands["ThreadSanitizer"] = ([sanitized], {"TSAN_OPTIONS": "detect_deadlocks=1"})
    if shutil.which("valgrind"):
        for name, tool in (("Helgrind", "helgrind"), ("DRD", "drd")):
            commands[name] = (["valgrind", f"--tool={tool}", "-q", plain], {})
    return commands


def ratio(command, environment, options, row, alone):
    """One cell: how many times as long as libc's own functions."""
    first = measure(command, environment, options.milliseconds, row)
    if first is None or alone is None:
        return ""
    if len(first) < 7:
        return f"{first[0] / alone[0]:.0f}"
    others = [measure(command, environment, options.milliseconds, row) for _ in range(options.processes - 1)]
    ratios = [figures[4] for figures in [first, *others] if figures is not None]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preload", type=pathlib.Path)
    parser.add_argument("--milliseconds", type=int, default=100)
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--tools", default=";".join(TOOLS), help="separated by ;")
    options = parser.parse_args()
    if not options.preload.exists():
        print(f"compare_costs: {options.preload} is missing; build lockdep_preload", file=sys.stderr)
        return 2
    tools = options.tools.split(";")
    with tempfile.TemporaryDirectory() as directory:
        commands = commands_of(pathlib.Path(directory), options.preload.resolve())
        print("| row | alone |", " | ".join(tools), "|")
        print("|---" * (len(tools) + 2) + "|")
        for row in options.rows.split(","):
            alone = measure(*commands["alone"], options.milliseconds, row)
            cells = [ratio(*commands[tool], options, row, alone) if tool in commands else "" for tool in tools]
            print("|", row, "|", f"{alone[0]:.1f} ns" if alone else "", "|", " | ".join(cells), "|", flush=True)
    print(f"\nload {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

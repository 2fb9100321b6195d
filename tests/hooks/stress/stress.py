#!/usr/bin/env python3
"""Runs random programs under the hooks and holds what is found against what they did.

Usage: stress.py LOCKDEP PRELOAD PROGRAM PLUGIN [--seconds N] [--seed N] [--before LIBRARY]

Each seed is one program (random_program.cc), which says what it did wrong: nothing, or one
thing.  It must end by itself with exit code 0, print nothing on standard error, leave a complete
recording, and that must hold exactly this finding.  What its children record must hold none.
`--before` is a library that must be loaded first: the runtime of AddressSanitizer, where the
hooks are built with it.  Stops at the first failure, with the seed, and keeps what it wrote.
Exit code: 0 all as expected, 1 otherwise, 2 usage.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SECONDS = 120


def observe(options, seed, directory):
    """Runs one program; returns the completed process and its recordings, its own first."""
    environment = {**os.environ, "LD_PRELOAD": ":".join(filter(None, [options.before, options.preload])),
                   "LOCKDEP_OPTIONS": f"record={directory}/%p.lockdep:class_by=instance",
                   "ASAN_OPTIONS": "detect_leaks=0"}
    with subprocess.Popen([options.program, str(seed), options.plugin], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            output, errors = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            errors += "did not end"
        own = pathlib.Path(directory) / f"{process.pid}.lockdep"
        others = [path for path in sorted(pathlib.Path(directory).glob("*.lockdep*")) if path != own]
        return process.returncode, output.strip(), errors, [own, *others]


def findings(options, recording, directory):
    """The kinds of what is no mere note."""
    report = pathlib.Path(directory) / "report.json"
    done = subprocess.run([options.lockdep, "report", str(recording), "-o", str(report)], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0 or done.stderr:
        return [f"no report: {done.stderr.strip()}"]
    parsed = json.loads(report.read_text(encoding="utf-8"))
    if parsed["coverage"]["lock_operations"] == 0:
        return ["no lock operation was observed"]
    return sorted(finding["kind"] for finding in parsed["findings"] if finding["level"] != "note")


def problems(options, seed, directory):
    code, mistake, errors, recordings = observe(options, seed, directory)
    if code != 0 or errors:
        yield f"exit code {code}, standard error: {errors.strip()}"
        return
    expected = [] if mistake == "none" else [mistake]
    found = findings(options, recordings[0], directory)
    if found != expected:
        yield f"expected {expected}, found {found}"
    # One of a program's many children a second is enough.
    for child in recordings[1:2]:
        if found := findings(options, child, directory):
            yield f"{child.name}, a child: found {found}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("lockdep", "preload", "program", "plugin"):
        parser.add_argument(name)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--before", default="")
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    seed = options.seed
    while True:
        directory = tempfile.mkdtemp(prefix="lockdep-stress.")
        found = list(problems(options, seed, directory))
        if found:
            print(f"seed {seed}: {'; '.join(found)}\nkept: {directory}", file=sys.stderr)
            return 1
        for path in pathlib.Path(directory).iterdir():
            path.unlink()
        os.rmdir(directory)
        seed += 1
        if time.monotonic() > end:
            print(f"{seed - options.seed} programs, seeds {options.seed} to {seed - 1}: as expected")
            return 0


if __name__ == "__main__":
    sys.exit(main())

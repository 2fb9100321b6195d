#!/usr/bin/env python3
"""Runs one program of the corpus under `lockdep run` and checks the verdict in its header.

Usage: run_corpus.py LOCKDEP SOURCE PROGRAM
Exit codes: 0 as expected, 1 not as expected, 2 the source has no verdict.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

FOUND = 66


def expected_kinds(source):
    """The kinds that the header names; an empty list for CLEAN, None without a verdict."""
    text = pathlib.Path(source).read_text(encoding="utf-8")
    kinds = re.findall(r"^(?://|/?\*|#)\s*EXPECT:\s*(\S+)\s*$", text, re.MULTILINE)
    if not kinds or not re.search(r"^(?://|/?\*|#)\s*WHY:\s*\S", text, re.MULTILINE):
        return None
    return [] if kinds == ["CLEAN"] else sorted(kinds)


def expected_notes(source):
    """What the header says of notes: (kind, reason) each; None if it says nothing."""
    text = pathlib.Path(source).read_text(encoding="utf-8")
    notes = re.findall(r"^// NOTE: (\S+) (\S+)$", text, re.MULTILINE)
    return sorted(notes) if notes else None


def expected_words(source):
    """What the findings must say: the texts of the SAYS: lines."""
    text = pathlib.Path(source).read_text(encoding="utf-8")
    return re.findall(r"^// SAYS: (.+)$", text, re.MULTILINE)


def options_of(source):
    text = pathlib.Path(source).read_text(encoding="utf-8")
    return ":".join(["abort_on_deadlock=1", *re.findall(r"^// OPTIONS: (\S+)$", text, re.MULTILINE)])


def observe(lockdep, program, options):
    """Returns the exit code, the report and what stood on standard error."""
    with tempfile.TemporaryDirectory() as directory:
        report = pathlib.Path(directory) / "report.json"
        command = [lockdep, "run", "--report", str(report), "--fail-on", "feasible",
                   "--options", options, "--", program]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        parsed = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
        return run.returncode, parsed, run.stderr


def is_missing(edge, side):
    return not any(edge[side + "_site"].values()) and not edge[side + "_stack"]


def problems(expected, notes, words, code, report):
    if report is None:
        yield f"no report was written (exit code {code})"
        return
    if report["coverage"]["lock_operations"] == 0:
        yield "no lock operation was observed"
    counted = [f for f in report["findings"] if f["level"] in ("confirmed", "feasible")]
    found = sorted({finding["kind"] for finding in counted})
    if found != expected:
        yield f"expected {expected or 'CLEAN'}, found {found or 'CLEAN'}"
    seen = sorted({(f["kind"], reason.split(":")[0]) for f in report["findings"]
                   if f["level"] == "note" for reason in f["reasons"]})
    if notes is not None and seen != notes:
        yield f"expected the notes {notes}, found {seen}"
    said = "\n".join(f["title"] + "\n" + f["explanation"] for f in counted)
    for text in words:
        if text not in said:
            yield f"nothing says '{text}', but\n{said}"
    wanted = FOUND if expected else 0
    if code != wanted:
        yield f"exit code {code}, expected {wanted}"
    for finding in counted:
        for edge in finding["edges"]:
            # Who only waits took nothing, in no place at all; who has ended does not wait.
            has_one = finding["kind"] == "deadlock" and edge["from"] == edge["to"]
            for side in (side for side in ("from", "to") if not (has_one and is_missing(edge, side))):
                side += "_site"
                if not edge[side].get("line"):
                    yield f"{finding['title']}: a side without a source line"


def main():
    lockdep, source, program = sys.argv[1:]
    expected = expected_kinds(source)
    if expected is None:
        print(f"{source}: no EXPECT: or no WHY: in the header", file=sys.stderr)
        return 2
    code, report, errors = observe(lockdep, program, options_of(source))
    found = list(problems(expected, expected_notes(source), expected_words(source), code, report))
    for problem in found:
        print(f"{source}: {problem}", file=sys.stderr)
    if found:
        print(errors, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

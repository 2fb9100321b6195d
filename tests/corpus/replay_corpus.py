#!/usr/bin/env python3
"""Records every event of one program of the corpus and replays them: the findings of
`lockdep analyze` are those of the run, by fingerprint, kind and level.

Usage: replay_corpus.py LOCKDEP PROGRAM
Exit codes: 0 the same, 1 not.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def findings(path):
    report = json.loads(path.read_text(encoding="utf-8"))
    return report, sorted((finding["fingerprint"], finding["kind"], finding["level"])
                          for finding in report["findings"])


def main():
    lockdep, program = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        live, replayed, recording = (directory / each for each in ("l.json", "r.json", "rec"))
        run = tool(lockdep, "run", "--record", recording, "--record-events", "--report", live,
                   "--fail-on", "never", "--options", "abort_on_deadlock=1", "--", program)
        analyze = tool(lockdep, "analyze", recording, "--report", replayed, "--fail-on", "never")
        if analyze.returncode != 0 or not live.exists():
            print(run.stderr, analyze.stderr, file=sys.stderr)
            return 1
        report, told = findings(live)
        _, told_again = findings(replayed)
        events = re.search(r"(\d+) events were replayed", analyze.stderr)
    operations = report["coverage"]["lock_operations"]
    if operations == 0 or events is None or int(events.group(1)) < operations:
        print(f"{operations} lock operations, replayed: {analyze.stderr}", file=sys.stderr)
        return 1
    if told != told_again:
        print(f"the run told\n  {told}\nthe replay tells\n  {told_again}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

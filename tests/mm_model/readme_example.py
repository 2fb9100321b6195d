#!/usr/bin/env python3
"""Takes the example out of "Adding an operation" in mm_model/README.md.

usage: readme_example.py README DIRECTORY

Writes the four pieces of code to DIRECTORY as operation.cc, declaration.inc,
scenario.inc and row.inc.  Fails if there are not four, or if they are longer than
the section says.
"""

import pathlib
import re
import sys

NAMES = ("operation.cc", "declaration.inc", "scenario.inc", "row.inc")
HEADING = "## Adding an operation"


def pieces_of(readme):
    section = readme.split(HEADING, 1)[1].split("\n## ", 1)[0]
    pieces = re.findall(r"^```cpp\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    if len(pieces) != len(NAMES):
        sys.exit(f"{HEADING}: {len(pieces)} pieces of code, not {len(NAMES)}")
    lines = sum(len(piece.splitlines()) for piece in pieces)
    promised = int(re.search(r"\bin (\d+) lines\b", section).group(1))
    if lines > promised:
        sys.exit(f"{HEADING}: {lines} lines of code, more than the {promised} promised")
    return pieces


def main(readme, directory):
    pieces = pieces_of(pathlib.Path(readme).read_text(encoding="utf-8"))
    for name, piece in zip(NAMES, pieces, strict=True):
        (pathlib.Path(directory) / name).write_text(piece, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

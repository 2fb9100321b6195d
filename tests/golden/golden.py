#!/usr/bin/env python3
"""Holds every format of the report against the file that was reviewed for it.

usage: golden.py --tool LOCKDEP [--accept | --list]

Without an option: compares, prints the differences and fails if there are any.
--accept writes what is made now over what was reviewed; look at `git diff` then.
--list prints the names of the reviewed files.
"""

import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
INPUTS = ("bank", "hostile", "nothing")
FORMATS = {
    "text": "txt", "html": "html", "json": "json", "sarif": "sarif", "junit": "xml",
    "github": "github", "markdown": "markdown", "kernel": "kernel", "dot": "dot",
    "graphml": "graphml",
}


def reviewed(name, form):
    return HERE / "expected" / f"{name}.{FORMATS[form]}"


def stable(form, text):
    """What a change of style, script or version alone leaves as it is."""
    if form == "html":
        # Not every build has the library of the explorer; the browser test looks at that.
        text = re.sub(r'<div id="graph-explorer">.*?(?=<p class="soft">Each row)', "", text,
                      flags=re.DOTALL)
        text = re.sub(r"<(style|script)[^>]*>.*?(</\1>)", r"<\1>\2", text, flags=re.DOTALL)
        text = re.sub(r"( '?sha256-[A-Za-z0-9+/=]+')+", " 'sha256-'", text)
    if form == "sarif":
        text = re.sub(r'"semanticVersion": "[^"]*"', '"semanticVersion": "0"', text)
    return text


def render(tool, name, form):
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("GITHUB_", "CI_", "LOCKDEP_"))}
    environment["GITHUB_WORKSPACE"] = "/src/bank"
    result = subprocess.run([tool, "report", HERE / f"{name}.json", "--format", form],
                            capture_output=True, check=True, env=environment)
    return result.stdout.decode("utf-8")


def difference(file, made):
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    return "".join(difflib.unified_diff(old.splitlines(True), made.splitlines(True),
                                        f"reviewed/{file.name}", f"now/{file.name}"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    changed = 0
    for name in INPUTS:
        for form in FORMATS:
            file = reviewed(name, form)
            if arguments.list:
                print(file)
                continue
            made = stable(form, render(arguments.tool, name, form))
            diff = difference(file, made)
            if not diff and file.exists():
                continue
            changed += 1
            sys.stdout.write(diff)
            if arguments.accept:
                file.parent.mkdir(exist_ok=True)
                file.write_text(made, encoding="utf-8")
    if changed and not arguments.accept:
        print(f"{changed} reports differ from what was reviewed; if the change is meant: "
              "scripts/golden --accept", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

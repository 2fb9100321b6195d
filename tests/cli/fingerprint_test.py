#!/usr/bin/env python3
"""Fingerprints stay the same where the program does: one program, compiled and
run in many ways, and as a control with a real change."""

import json
import pathlib
import shutil
import subprocess
import unittest

from tool_case import ToolCase

SOURCE = pathlib.Path(__file__).resolve().parent / "programs" / "shop.cc"
FLAGS = ["-std=c++20", "-pthread"]
FINDINGS = 4

# What is done to the source, compiler, flags.
VARIANTS = {
    "g++ -O2": ("", "g++", "-g -O2"),
    "g++ again": ("", "g++", "-g -O2"),
    "g++ -O0": ("", "g++", "-g -O0"),
    "g++ -O1, DWARF 4": ("", "g++", "-gdwarf-4 -O1"),
    "g++ -O3, no PIE": ("", "g++", "-g -O3 -fno-pie -no-pie"),
    "g++, frame pointers": ("", "g++", "-g -O2 -fno-omit-frame-pointer"),
    "g++, lines moved": ("move", "g++", "-g -O2"),
    "g++, in another directory": ("elsewhere", "g++", "-g -O2"),
    "g++, threads numbered differently": ("", "g++", "-g -O2 -DTHREADS_BEFORE=7"),
    "clang++ -O0": ("", "clang++", "-g -O0"),
    "clang++ -O2": ("", "clang++", "-g -O2"),
    "clang++ -O3, lines moved": ("move", "clang++", "-g -O3"),
}


class FingerprintTest(ToolCase):
    def build(self, change, compiler, flags):
        directory = self.scratch / (change or "src")
        directory.mkdir(exist_ok=True)
        text = SOURCE.read_text(encoding="utf-8")
        if change == "move":
            text = "// One more line.\n\n\n" + text.replace("\nclass Shelf", "\n\n\n\nclass Shelf")
        if change == "rename":
            text = text.replace("void Quote()", "void Ask()").replace("shop::Quote()", "shop::Ask()")
        source = directory / "shop.cc"
        source.write_text(text, encoding="utf-8")
        threads = [] if "THREADS_BEFORE" in flags else ["-DTHREADS_BEFORE=0"]
        program = directory / "shop"
        subprocess.run([compiler, *FLAGS, *flags.split(), *threads, "-o", program, source],
                       check=True)
        return program

    def fingerprints(self, *variant):
        program = self.build(*variant)
        result = self.tool("run", "--fail-on", "never", "--report", "r.json", "--", program)
        self.assertEqual(result.returncode, 0, result.stderr)
        findings = json.loads((self.scratch / "r.json").read_text())["findings"]
        return {finding["fingerprint"]: finding["title"] for finding in findings}

    def test_what_compiles_and_runs_the_program_does_not_matter(self):
        expected = self.fingerprints(*VARIANTS["g++ -O2"])
        self.assertEqual(len(expected), FINDINGS, expected)
        for name, variant in VARIANTS.items():
            if not shutil.which(variant[1]):
                continue
            with self.subTest(name=name):
                found = self.fingerprints(*variant)
                self.assertEqual(set(found), set(expected), found)

    def test_what_the_program_does_matters(self):
        before = self.fingerprints(*VARIANTS["g++ -O2"])
        after = self.fingerprints("rename", "g++", "-g -O2")
        changed = set(before) - set(after)
        self.assertEqual(len(changed), 1)
        self.assertIn("Quote()", before[changed.pop()])


if __name__ == "__main__":
    unittest.main()

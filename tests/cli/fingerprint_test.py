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
        return self.fingerprints_of(self.build(*variant))

    def fingerprints_of(self, *command):
        result = self.tool("run", "--fail-on", "never", "--report", "r.json", "--", *command)
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

    def strip(self, program, *options):
        subprocess.run(["strip", *options, program], check=True)

    def test_debug_information_is_needed_for_inlined_functions_alone(self):
        """What was inlined has a name nowhere else; all others have one in the symbol table."""
        program = self.build(*VARIANTS["g++ -O0"])
        expected = set(self.fingerprints_of(program))
        self.strip(program, "-g")
        self.assertEqual(set(self.fingerprints_of(program)), expected)
        self.strip(program, "-s")
        self.assertNotEqual(set(self.fingerprints_of(program)), expected)
        program = self.build(*VARIANTS["g++ -O2"])
        self.strip(program, "-g")
        inlined = self.fingerprints_of(program)
        kept = [inlined[fingerprint] for fingerprint in set(inlined) & expected]
        self.assertEqual(len(kept), 1, inlined)
        self.assertIn("shop::Guarded()", kept[0])

    def test_debug_information_may_be_in_a_file_of_its_own(self):
        program = self.build(*VARIANTS["g++ -O2"])
        expected = set(self.fingerprints_of(program))
        debug = program.with_suffix(".debug")
        subprocess.run(["objcopy", "--only-keep-debug", program, debug], check=True)
        subprocess.run(["objcopy", "--strip-all", f"--add-gnu-debuglink={debug}", program],
                       check=True)
        self.assertEqual(set(self.fingerprints_of(program)), expected)

    def test_of_a_stripped_program_they_are_those_of_its_build(self):
        """Places stand as offsets in the module: the same wherever it lies and is loaded."""
        program = self.build(*VARIANTS["g++ -O2"])
        self.strip(program, "-s")
        expected = set(self.fingerprints_of(program))
        self.assertEqual(len(expected), FINDINGS)
        elsewhere = self.scratch / "elsewhere"
        elsewhere.mkdir()
        shutil.copy(program, elsewhere)
        for command in ([program], ["setarch", "-R", program], [elsewhere / "shop"]):
            self.assertEqual(set(self.fingerprints_of(*command)), expected, command)

    def test_what_the_program_does_matters(self):
        before = self.fingerprints(*VARIANTS["g++ -O2"])
        after = self.fingerprints("rename", "g++", "-g -O2")
        changed = set(before) - set(after)
        self.assertEqual(len(changed), 1)
        self.assertIn("Quote()", before[changed.pop()])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Rules are data that the compiler reads: a malformed one does not build, and the
compiler names file, line and the words.  (Which of them is wrong, and why, is what
ParseRequirement says: requirement_test.cc.)

usage: malformed_rule_test.py COMPILER SOURCE_DIR
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = sys.argv.pop()
COMPILER = sys.argv.pop()

RULE = """#include "mm_model/requirement.h"

constexpr mm_model::RequirementText kGood = "mmap:read | rcu";
constexpr mm_model::RequirementText kRule = "{}";
"""


class MalformedRuleTest(unittest.TestCase):
    def compile(self, rule):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "rule.cc"
            path.write_text(RULE.format(rule), encoding="utf-8")
            return subprocess.run([COMPILER, "-std=c++20", "-fsyntax-only", f"-I{SOURCE}", path],
                                  capture_output=True, text=True, check=False)

    def test_a_rule_that_is_right_compiles(self):
        done = self.compile("mmap:write & vma:write | new")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_rule_that_is_wrong_is_an_error_at_its_line(self):
        for rule in ("mmap:read | vmma:read", "mmap:reed", "rcu:read", "mmap:read |"):
            done = self.compile(rule)
            self.assertNotEqual(done.returncode, 0, rule)
            self.assertIn("rule.cc:4:", done.stderr)
            self.assertIn(rule, done.stderr)
            self.assertIn("malformed requirement", done.stderr)


if __name__ == "__main__":
    unittest.main()

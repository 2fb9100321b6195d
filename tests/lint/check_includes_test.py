#!/usr/bin/env python3
"""Tests of scripts/check_includes.py: each rule on a tree that keeps it and one that breaks it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check_includes.py"

# A tree in which every rule holds, and most are exercised.
GOOD_TREE = {
    "lockdep/types.h": "#include <cstdint>\n",
    "lockdep/internal/arena.h": '#include "lockdep/types.h"\n#include <new>\n',
    "lockdep/validator.h": '#include "lockdep/internal/arena.h"\n#include "lockdep/types.h"\n',
    "lockdep/native_stack.cc": "#include <libunwind.h>\n",
    "lockdep/record/reader.cc": '#include "lockdep/validator.h"\n#include "absl/status/status.h"\n',
    "lockdep/order/order.cc": '#include "lockdep/types.h"\n#include <string>\n',
    "lockdep/report/json.cc": '#include "lockdep/record/reader.h"\n#include <nlohmann/json.hpp>\n',
    "lockdep/cli/main.cc": '#include "lockdep/report/render.h"\n#include "CLI/CLI.hpp"\n',
    "lockdep/kernel.h": '#include "lockdep/kernel/map.h"\n',
    "lockdep/kernel/map.h": "#include <stdbool.h>\n",
    "lockdep/kernel/world.cc": '#include "lockdep/kernel.h"\n#include "lockdep/validator.h"\n'
                               '#include "lockdep/record/recorder.h"\n',
    "lockdep/cxx/mutex.h": '#include "lockdep/kernel.h"\n#include <mutex>\n',
    "lockdep/cxx/absl_mutex.h": '#include "absl/synchronization/mutex.h"\n',
    "hooks/preload.cc": '#include "lockdep/validator.h"\n#include "lockdep/record/recorder.h"\n',
    "mm_model/mm.cc": '#include "lockdep/validator.h"\n#include "lockdep/cli/command.h"\n'
                      "#include <boost/context/fiber.hpp>\n",
    "tests/hooks/preload_test.cc": '#include "hooks/preload.h"\n#include "mm_model/mm.h"\n'
                                   '#include "lockdep/internal/arena.h"\n#include <gtest/gtest.h>\n',
}

# file, its text, what the complaint must say.
BROKEN_RULES = [
    ("lockdep/a.cc", '#include "lockdep/record/recorder.h"\n', "core may not include record"),
    ("lockdep/a.cc", '#include "lockdep/order/order.h"\n', "core may not include order"),
    ("lockdep/a.cc", '#include "lockdep/report/report.h"\n', "core may not include report"),
    ("lockdep/a.cc", '#include "lockdep/cli/command.h"\n', "core may not include cli"),
    ("lockdep/a.cc", '#include "hooks/real.h"\n', "core may not include hooks"),
    ("lockdep/a.cc", '#include "mm_model/mm.h"\n', "core may not include mm_model"),
    ("lockdep/a.cc", '#include "tests/support/a.h"\n', "core may not include tests"),
    ("lockdep/a.cc", "#include <vector>\n", "core must not allocate"),
    ("lockdep/a.cc", "#include <spdlog/spdlog.h>\n", "core may not use this library"),
    ("lockdep/a.cc", '#include "absl/strings/str_cat.h"\n', "core may not use this library"),
    ("lockdep/a.cc", '#include "types.h"\n', "include paths start at the root"),
    ("lockdep/a.cc", '#  include  "hooks/real.h"\n', "core may not include hooks"),
    ("lockdep/internal/a.cc", '#include "lockdep/report/report.h"\n', "internal may not include report"),
    ("lockdep/internal/a.cc", "#include <string>\n", "internal must not allocate"),
    ("lockdep/record/a.cc", '#include "lockdep/report/report.h"\n', "record may not include report"),
    ("lockdep/order/a.cc", '#include "lockdep/internal/arena.h"\n', "order may not include internal"),
    ("lockdep/report/a.cc", '#include "lockdep/cli/command.h"\n', "report may not include cli"),
    ("lockdep/report/a.cc", '#include "mm_model/mm.h"\n', "report may not include mm_model"),
    ("lockdep/cli/a.cc", '#include "hooks/real.h"\n', "cli may not include hooks"),
    ("lockdep/cli/a.cc", '#include "mm_model/mm.h"\n', "cli may not include mm_model"),
    ("lockdep/a.cc", '#include "lockdep/kernel.h"\n', "core may not include kernel"),
    ("lockdep/kernel/a.cc", '#include "lockdep/report/report.h"\n', "kernel may not include report"),
    ("lockdep/kernel/a.cc", "#include <string>\n", "kernel must not allocate"),
    ("lockdep/kernel/a.cc", '#include "lockdep/cxx/mutex.h"\n', "kernel may not include cxx"),
    ("lockdep/cxx/a.h", '#include "lockdep/validator.h"\n', "cxx may not include core"),
    ("hooks/a.cc", '#include "lockdep/kernel.h"\n', "hooks may not include kernel"),
    ("hooks/a.cc", '#include "lockdep/internal/arena.h"\n', "hooks may not include internal"),
    ("hooks/a.cc", '#include "mm_model/mm.h"\n', "hooks may not include mm_model"),
    ("hooks/a.cc", '#include "lockdep/report/report.h"\n', "hooks may not include report"),
    ("hooks/a.cc", '#include "absl/strings/str_cat.h"\n', "hooks may not use this library"),
    ("hooks/a.cc", "#include <mutex>\n", "hooks must not allocate"),
    ("mm_model/a.cc", '#include "lockdep/internal/arena.h"\n', "mm_model may not include internal"),
    ("mm_model/a.cc", '#include "hooks/real.h"\n', "mm_model may not include hooks"),
    ("mm_model/a.cc", '#include <gtest/gtest.h>\n', "mm_model may not use this library"),
]


def run_on(tree):
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            file = pathlib.Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True,
                              check=False)


class CheckIncludesTest(unittest.TestCase):
    def test_a_tree_that_keeps_the_rules_passes(self):
        result = run_on(GOOD_TREE)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_every_broken_rule_is_named_with_file_and_line(self):
        for path, text, complaint in BROKEN_RULES:
            with self.subTest(path=path, text=text):
                result = run_on({**GOOD_TREE, path: text})
                self.assertEqual(result.returncode, 1)
                self.assertIn(f"{path}:1: ", result.stderr)
                self.assertIn(complaint, result.stderr)

    def test_all_complaints_are_told_in_one_run(self):
        result = run_on({"hooks/a.cc": '#include "mm_model/b.h"\n\n#include <vector>\n'})
        self.assertIn("hooks/a.cc:1:", result.stderr)
        self.assertIn("hooks/a.cc:3:", result.stderr)

    def test_headers_that_include_each_other_are_named_in_order(self):
        result = run_on({**GOOD_TREE, "lockdep/types.h": '#include "lockdep/validator.h"\n'})
        self.assertEqual(result.returncode, 1)
        self.assertIn("headers include each other: lockdep/validator.h -> "
                      "lockdep/internal/arena.h -> lockdep/types.h -> lockdep/validator.h",
                      result.stderr)

    def test_an_include_in_a_comment_does_not_count(self):
        self.assertEqual(run_on({"lockdep/a.cc": "// #include <vector>\n"}).returncode, 0)

    def test_a_tree_without_sources_is_bad_input(self):
        self.assertEqual(run_on({"README.md": "nothing\n"}).returncode, 2)


if __name__ == "__main__":
    unittest.main()

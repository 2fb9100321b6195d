#!/usr/bin/env python3
"""Tests of the tree as a whole: what stands where, and what no file may name.

usage: tree_test.py ROOT [UNITTEST ARGS]
"""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()

TOP_LEVEL = {
    ".ci", ".clang-format", ".clang-tidy", ".editorconfig", ".github", ".gitignore",
    "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
    "hooks", "lockdep", "mm_model", "scripts", "tests",
}

EXECUTABLES = {".ci/run", "scripts/dev", "scripts/golden", "scripts/install-deps", "scripts/quickstart",
               "scripts/test"}

# Directories that every Linux machine has, so that a path below them says nothing of this one.
COMMON_DIRECTORIES = {"bin", "dev", "etc", "lib", "lib64", "mnt", "opt", "proc", "run", "sbin",
                      "srv", "sys", "tmp", "usr", "var"}

BINARY_SUFFIXES = {".lockdep", ".png", ".rec"}


def files_of_tree():
    """The files that are, or would be, committed; without git, all but build trees."""
    listing = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False)
    if listing.returncode == 0:
        names = listing.stdout.decode().split("\0")
        return sorted(name for name in names if name and (ROOT / name).is_file())
    return sorted(file.relative_to(ROOT).as_posix() for file in ROOT.rglob("*")
                  if file.is_file() and file.relative_to(ROOT).parts[0] not in ("build", ".git"))


def machine_paths():
    """Patterns of paths that exist only where this tree happens to stand."""
    patterns = [r"/home/[a-z]", r"/root/"]
    top = ROOT.parts[1] if len(ROOT.parts) > 1 else ""
    if top and top not in COMMON_DIRECTORIES | {"home", "root"}:
        patterns.append(rf"(?<![\w.$}}]){re.escape('/' + top + '/')}")
    return re.compile("|".join(patterns))


def text_lines(name):
    """Yields (line number, line) of a text file; nothing of a binary one."""
    data = (ROOT / name).read_bytes()
    if b"\0" in data or pathlib.Path(name).suffix in BINARY_SUFFIXES:
        return
    yield from enumerate(data.decode("utf-8", errors="replace").splitlines(), 1)


class TreeTest(unittest.TestCase):
    def test_the_top_level_holds_what_the_plan_says_and_nothing_else(self):
        self.assertEqual({name.split("/")[0] for name in files_of_tree()}, TOP_LEVEL)

    def test_commands_are_executable(self):
        for name in sorted(EXECUTABLES):
            with self.subTest(name=name):
                self.assertTrue((ROOT / name).stat().st_mode & 0o100)

    def test_no_file_names_a_path_of_the_machine_it_was_written_on(self):
        pattern = machine_paths()
        found = [f"{name}:{number}" for name in files_of_tree()
                 for number, line in text_lines(name)
                 if pattern.search(line) and name != "tests/lint/tree_test.py"]
        self.assertEqual(found, [])

    def test_documents_link_only_to_files_that_exist(self):
        link = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")
        broken = []
        for name in files_of_tree():
            if not name.endswith(".md"):
                continue
            for number, line in text_lines(name):
                broken += [f"{name}:{number}: {target}" for target in link.findall(line)
                           if not (ROOT / name).parent.joinpath(target).exists()]
        self.assertEqual(broken, [])

    def test_no_conflict_marker_trailing_blank_or_missing_last_newline(self):
        bad = []
        for name in files_of_tree():
            if name.endswith((".cc", ".h", ".py", ".txt", ".cmake", ".sh")):
                bad += [f"{name}:{number}" for number, line in text_lines(name)
                        if line != line.rstrip() or re.match(r"<{7} |>{7} ", line)]
                data = (ROOT / name).read_bytes()
                if data and not data.endswith(b"\n"):
                    bad.append(f"{name}: no newline at the end")
        self.assertEqual(bad, [])


if __name__ == "__main__":
    unittest.main()

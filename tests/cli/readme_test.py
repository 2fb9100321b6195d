"""The commands that README.md shows do what it says, one after the other, in one directory."""

import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

from tool_case import PROGRAMS, TOOL, ToolCase

README = pathlib.Path(__file__).parents[2] / "README.md"

# How a command must start, and the status it must end with; the first that fits counts.
STATUSES = [
    (r"run .*--", 66),                 # the program has an inversion
    (r"report ", 0),
    (r"gate .*--update", 0),
    (r"gate ", 1),                     # nothing accepted yet
    (r"view (classes|lock_stat) ", 0),
    (r"merge ", 0),
    (r"analyze ", 1),
]


def shown_commands():
    """Each line of a code block that starts with the tool's name, without its comment."""
    blocks = re.findall(r"^```\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("lockdep ")]


class ReadmeTest(ToolCase):
    def setUp(self):
        super().setUp()
        for name in ("server", "tests"):
            shutil.copy(PROGRAMS / "inversion", self.scratch / name)
        (self.scratch / "Makefile").write_text("check:\n\t./tests\n", encoding="utf-8")
        for name in ("shard1.lockdep", "shard2.lockdep"):
            self.record(name)
        (self.scratch / "ci").mkdir()
        (self.scratch / "ci" / "locks.baseline").touch()
        (self.scratch / "locks.order").write_text("server::first -> server::second\n", encoding="utf-8")

    def expected(self, command):
        line = " ".join(command)
        for pattern, status in STATUSES:
            if re.match(pattern, line):
                return status
        return self.fail(f"README.md shows a command that no test knows: lockdep {line}")

    def expanded(self, command):
        """As the shell would hand it over."""
        for word in command:
            names = sorted(path.name for path in self.scratch.glob(word)) if "*" in word else []
            yield from names or [word]

    def test_shown_commands_end_as_told(self):
        commands = shown_commands()
        self.assertGreater(len(commands), 5)
        for command in commands:
            with self.subTest(" ".join(command)):
                result = self.tool(*self.expanded(command))
                self.assertEqual(result.returncode, self.expected(command), result.stderr)

    def test_the_figures_of_the_verification_are_those_of_today(self):
        # How many executions explore the pairs changes only their own count.
        totals = self.tool("mm", "verify", "--max-executions", "1").stdout.splitlines()[-1]
        told = " ".join(README.read_text(encoding="utf-8").split())
        self.assertIn(totals.rsplit(", ", 1)[0], told)

    def test_each_command_explains_itself(self):
        for name in sorted({command[0] for command in shown_commands()}):
            result = self.tool(name, "--help")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f"lockdep {name}", result.stdout)

    def test_layout_names_directories_that_exist_and_none_is_forgotten(self):
        text = README.read_text(encoding="utf-8")
        block = re.search(r"^## Layout\n+```\n(.*?)^```", text, re.M | re.S).group(1)
        told, parent = set(), ""
        for indent, name in re.findall(r"^( {0,2})([a-z_]+)/ ", block, re.M):
            parent = parent if indent else name
            told.add(f"{parent}/{name}" if indent else name)
        root = README.parent
        listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True,
                                check=True).stdout.splitlines()
        folders = {part for path in listed for part in (path.split("/")[0], "/".join(path.split("/")[:2]))
                   if (root / part).is_dir()}
        # Tests mirror the tree; their rooms need no line of their own.
        folders = {folder for folder in folders if not folder.startswith((".", "tests/"))}
        self.assertEqual(told, folders)


if __name__ == "__main__":
    unittest.main()

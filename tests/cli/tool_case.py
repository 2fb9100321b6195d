"""What the tests of the whole tool share: a scratch directory, and one way to run it."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOOL = os.environ["LOCKDEP_TEST_TOOL"]
PRELOAD = os.environ["LOCKDEP_TEST_PRELOAD"]
PROGRAMS = pathlib.Path(os.environ["LOCKDEP_TEST_PROGRAMS"])


class ToolCase(unittest.TestCase):
    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="lockdep-test."))
        self.addCleanup(shutil.rmtree, self.scratch)
        (self.scratch / "tmp").mkdir()

    def environment(self, **extra):
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("LD_PRELOAD", "LOCKDEP_OPTIONS")}
        environment |= {"LOCKDEP_PRELOAD": PRELOAD, "TMPDIR": str(self.scratch / "tmp")}
        return environment | extra

    def tool(self, *arguments, **extra):
        return subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True,
                              check=False, cwd=self.scratch, env=self.environment(**extra),
                              stdin=subprocess.DEVNULL, timeout=200)

    def assert_refused(self, result, *parts, code=2):
        """One clear line on stderr, nothing on stdout."""
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("lockdep: "), result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)

    def assert_nothing_left(self):
        self.assertEqual(list((self.scratch / "tmp").iterdir()), [])

    def record(self, name, program="inversion"):
        result = self.tool("run", "--record", name, "--fail-on", "never", "--", PROGRAMS / program)
        self.assertEqual(result.returncode, 0, result.stderr)
        return self.scratch / name

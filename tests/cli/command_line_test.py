#!/usr/bin/env python3
"""The tool as it is typed: help, version, and every way to get it wrong."""

import subprocess
import unittest

from tool_case import PROGRAMS, TOOL, ToolCase


class CommandLineTest(ToolCase):
    def test_help_names_every_command_with_exit_codes_and_examples(self):
        result = self.tool("--help")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stderr, "")
        for part in ("run", "report", "gate", "Exit codes:", "Examples:", "66"):
            self.assertIn(part, result.stdout)

    def test_help_of_a_command_has_its_options_exit_codes_and_examples(self):
        for command, option in (("run", "--record"), ("report", "--format"), ("gate", "--update")):
            with self.subTest(command=command):
                result = self.tool(command, "--help")
                self.assertEqual(result.returncode, 0)
                for part in (f"Usage: lockdep {command}", option, "Exit codes:", "Examples:"):
                    self.assertIn(part, result.stdout)

    def test_version_is_one_line(self):
        result = self.tool("--version")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"\Alockdep \d+\.\d+\.\d+\n\Z")

    def test_steps_are_said_when_asked_for(self):
        steps = ("running /", "the program ended with 0 and left 1 recordings", "read and symbolised 1 runs",
                 "wrote r.html, ")
        recording = self.record("r.lockdep")
        run = ("run", "--fail-on", "never", "--", PROGRAMS / "inversion")
        report = ("report", recording, "-o", "r.html")
        said = self.tool("--verbose", *run).stderr + self.tool("-v", *report).stderr
        for step in steps:
            self.assertRegex(said, rf"(?m)^lockdep: \[\+\d+ ms\] {step}")
        self.assertNotIn("[+", self.tool(*run).stderr)
        self.assertEqual(self.tool(*report).stderr, "")

    def test_no_command_is_refused(self):
        self.assert_refused(self.tool(), "name a command", "run", "--help")

    def test_an_unknown_command_is_refused_with_the_nearest(self):
        self.assert_refused(self.tool("reprot", "x"), "unknown command 'reprot'", "'report'?")

    def test_an_unknown_subcommand_is_refused_with_the_nearest(self):
        self.assert_refused(self.tool("order", "chekc"), "unknown command 'chekc'", "'check'?")
        self.assert_refused(self.tool("order"), "subcommand", "lockdep order --help")

    def test_an_empty_file_name_is_refused(self):
        for arguments in (("run", "--record", "", "--", "true"),
                          ("run", "--report", "", "--", "true"),
                          ("report", "x", "-o", ""), ("gate", "x", "--baseline", "")):
            with self.subTest(arguments=arguments):
                self.assert_refused(self.tool(*arguments), "the name of the file is empty")

    def test_an_output_that_cannot_be_delivered_fails(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            for arguments, code in ((("order", "show"), 2), (("--version",), 2),
                                    (("report", self.record("r.lockdep")), 2),
                                    (("order", "check"), 1)):
                with self.subTest(arguments=arguments):
                    result = subprocess.run(
                        [TOOL, *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
                        check=False, cwd=self.scratch, env=self.environment(), timeout=60)
                    self.assertEqual(result.returncode, code)
                    self.assertRegex(result.stderr, r"\Alockdep: standard output cannot be written; .*\n\Z")

    def test_a_command_that_is_near_to_none_gets_no_guess(self):
        result = self.tool("frobnicate")
        self.assert_refused(result, "unknown command 'frobnicate'", "--help")
        self.assertNotIn("did you mean", result.stderr)

    def test_an_unknown_option_is_refused_with_the_nearest(self):
        self.assert_refused(self.tool("run", "--repot", "x", "--", "true"),
                            "unknown option '--repot'", "'--report'?")
        self.assert_refused(self.tool("--versoin"), "unknown option '--versoin'", "'--version'?")

    def test_a_value_of_an_unknown_option_is_not_what_is_complained_about(self):
        self.assert_refused(self.tool("gate", "x", "--basline=f"), "'--basline'", "'--baseline'?")

    def test_a_missing_argument_is_refused(self):
        self.assert_refused(self.tool("report"), "INPUT")
        self.assert_refused(self.tool("gate", "x"), "--baseline")

    def test_a_level_that_does_not_exist_is_refused(self):
        self.assert_refused(self.tool("run", "--fail-on", "always", "--", "true"), "always", "never")

    def test_dashes_where_they_mean_nothing_are_refused(self):
        self.assert_refused(self.tool("report", "x", "--", "y"), "'--'")

    def test_control_characters_do_not_reach_the_terminal(self):
        result = self.tool("run", "--", "/no/\x1b[31mred\nline")
        self.assert_refused(result, "not found", code=127)
        self.assertNotIn("\x1b", result.stderr)


if __name__ == "__main__":
    unittest.main()

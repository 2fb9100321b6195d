#!/usr/bin/env python3
"""What a person meets first: --help, manual pages and completion, of every command."""

import os
import pty
import re
import select
import shutil
import subprocess
import time
import unittest

from tool_case import TOOL, ToolCase


class InterfaceTest(ToolCase):
    def commands(self, words=()):
        """The words of every command, as --help lists them."""
        yield words
        text = self.tool(*words, "--help").stdout
        section = re.search(r"^(?:Subcommands|Commands):\n((?:  .*\n)+)", text, re.MULTILINE)
        for name in re.findall(r"^  (\S+)", section[1], re.MULTILINE) if section else []:
            yield from self.commands((*words, name))

    def script(self, shell):
        result = self.tool("completion", shell)
        self.assertEqual(result.returncode, 0, result.stderr)
        path = self.scratch / f"lockdep.{shell}"
        path.write_text(result.stdout)
        return path

    def test_every_command_explains_itself_with_examples_and_exit_codes(self):
        commands = list(self.commands())
        self.assertIn(("order", "learn"), commands)
        self.assertIn(("mm", "explore"), commands)
        for words in commands:
            with self.subTest(command=words):
                result = self.tool(*words, "--help")
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertRegex(result.stdout, r"(?m)^Usage: lockdep")
                self.assertRegex(result.stdout, r"(?m)^Examples:\n  .*lockdep")
                if words[:1] != ("mm",):
                    self.assertRegex(result.stdout, r"(?i)exit codes?:?")

    def test_every_command_has_a_manual_page_that_troff_takes(self):
        pages = self.scratch / "man1"
        pages.mkdir()
        result = self.tool("man-pages", pages)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        commands = list(self.commands())
        self.assertEqual(sorted(page.name for page in pages.iterdir()),
                         sorted("-".join(("lockdep", *words)) + ".1" for words in commands))
        for page in pages.iterdir():
            with self.subTest(page=page.name):
                shown = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou", page],
                                       capture_output=True, text=True, check=False, timeout=60)
                self.assertEqual((shown.returncode, shown.stderr), (0, ""))
                for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"):
                    self.assertRegex(shown.stdout, rf"(?m)^{section}$")

    def test_a_manual_page_says_what_help_says(self):
        pages = self.scratch / "man1"
        pages.mkdir()
        self.tool("man-pages", pages)
        page = (pages / "lockdep-gate.1").read_text().replace("\\-", "-")
        self.assertIn("lockdep gate runs/ --baseline", page)
        for option in re.findall(r"^  (--\w[\w-]*)", self.tool("gate", "--help").stdout,
                                 re.MULTILINE):
            self.assertIn(option, page)

    def complete_in_bash(self, *words):
        line = " ".join(f"'{word}'" for word in words)
        program = (f"source {self.script('bash')}; COMP_WORDS=({line}); "
                   f"COMP_CWORD={len(words) - 1}; _lockdep; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        result = subprocess.run(["bash", "--norc", "-c", program], capture_output=True, text=True,
                                check=False, cwd=self.scratch, timeout=60)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.split()

    def test_bash_completes_commands_options_values_and_files(self):
        (self.scratch / "run.lockdep").touch()
        self.assertEqual(self.complete_in_bash("lockdep", "mer"), ["merge"])
        self.assertEqual(self.complete_in_bash("lockdep", "order", "sh"), ["show"])
        self.assertEqual(self.complete_in_bash("lockdep", "gate", "x", "--base"), ["--baseline"])
        self.assertEqual(self.complete_in_bash("lockdep", "gate", "--fail-on", "c"), ["confirmed"])
        self.assertEqual(self.complete_in_bash("lockdep", "report", "run."), ["run.lockdep"])
        self.assertEqual(self.complete_in_bash("lockdep", "view", "lock_"), ["lock_stat"])
        self.assertEqual(self.complete_in_bash("lockdep", "completion", "z"), ["zsh"])
        self.assertIn("sort", self.complete_in_bash("lockdep", "run", "--", "sor"))

    @unittest.skipUnless(shutil.which("fish"), "no fish here")
    def test_fish_completes_the_same(self):
        def complete(line):
            program = f"source {self.script('fish')}; complete -C '{line}'"
            result = subprocess.run(["fish", "--no-config", "-c", program], capture_output=True,
                                    text=True, check=False, cwd=self.scratch, timeout=60,
                                    env=self.environment(HOME=str(self.scratch)))
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            return [entry.split("\t")[0] for entry in result.stdout.splitlines()]

        self.assertEqual(complete("lockdep mer"), ["merge"])
        self.assertEqual(complete("lockdep order sh"), ["show"])
        self.assertEqual(complete("lockdep gate --base"), ["--baseline"])
        self.assertEqual(complete("lockdep gate --fail-on c"), ["confirmed"])
        self.assertEqual(complete("lockdep completion z"), ["zsh"])
        self.assertIn("mkfifo", complete("lockdep run -- mkfif"))

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh_completes_the_same(self):
        functions = self.scratch / "functions"
        functions.mkdir()
        self.script("zsh").rename(functions / "_lockdep")
        (self.scratch / "run.lockdep").touch()
        # A key that completes and tells what the line has become: with another key behind
        # it in the queue, zsh would not complete.
        (self.scratch / ".zshrc").write_text(
            f"fpath=({functions} $fpath); autoload -Uz compinit; compinit -u -D\n"
            'tell() { zle complete-word; print -r -- "$BUFFER" > line.new; mv line.new line }\n'
            "zle -N tell; bindkey '^X' tell\n")
        for line, expected in (("mer", "merge "), ("order sh", "order show "),
                               ("gate --base", "gate --baseline "),
                               ("gate --fail-on c", "gate --fail-on confirmed "),
                               ("view lock_", "view lock_stat "),
                               ("report run.", "report run.lockdep "),
                               ("run -- mkfif", "run -- mkfifo ")):
            with self.subTest(line=line):
                self.assertEqual(self.complete_in_zsh(f"lockdep {line}"), f"lockdep {expected}")

    def complete_in_zsh(self, line):
        """What the line is after the key that completes, in a shell on a terminal."""
        master, slave = pty.openpty()
        shell = subprocess.Popen(["zsh", "-i"], stdin=slave, stdout=slave, stderr=slave,
                                 cwd=self.scratch, start_new_session=True,
                                 env=self.environment(ZDOTDIR=str(self.scratch), TERM="dumb"))
        os.close(slave)
        told = self.scratch / "line"
        with open(master, "r+b", buffering=0) as terminal:
            terminal.write(line.encode() + b"\x18")
            end = time.monotonic() + 60
            while not told.exists() and time.monotonic() < end:
                if select.select([terminal], [], [], 0.05)[0]:
                    terminal.read(4096)
            shell.kill()
            shell.wait()
        self.assertTrue(told.exists(), "the shell said nothing")
        text = told.read_text().rstrip("\n")
        told.unlink()
        return text

    def test_an_unknown_shell_is_refused(self):
        result = self.tool("completion", "csh")
        self.assertEqual(result.returncode, 2)
        self.assertIn("csh", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()

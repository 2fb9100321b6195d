#!/usr/bin/env python3
"""`lockdep run` on real programs."""

import json
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import time
import unittest

from tool_case import PRELOAD, PROGRAMS, TOOL, ToolCase


class RefusedTest(ToolCase):
    """What is refused before the program starts."""

    def test_no_program(self):
        self.assert_refused(self.tool("run"), "write it after '--'")
        self.assert_refused(self.tool("run", "--"), "write it after '--'")

    def test_forgotten_dashes(self):
        self.assert_refused(self.tool("run", "./prog", "-x"), "lockdep run -- ./prog")

    def test_a_program_that_does_not_exist(self):
        self.assert_refused(self.tool("run", "--", "/nonexistent/prog"), "not found", code=127)
        self.assert_refused(self.tool("run", "--", "no-such-prog"), "not found in PATH", code=127)

    def test_a_program_that_cannot_be_executed(self):
        (self.scratch / "plain").write_text("text")
        self.assert_refused(self.tool("run", "--", "./plain"), "cannot be executed", code=126)
        self.assert_refused(self.tool("run", "--", self.scratch), "is a directory", code=126)

    @unittest.skipUnless((PROGRAMS / "static").exists(), "no static C library on this machine")
    def test_a_static_program(self):
        self.assert_refused(self.tool("run", "--", PROGRAMS / "static"), "statically linked")

    def test_a_program_for_another_architecture(self):
        own = pathlib.Path(TOOL).read_bytes()[:64]
        machine, = struct.unpack_from("<H", own, 18)
        alien = bytearray(own)
        struct.pack_into("<H", alien, 18, 22 if machine != 22 else 62)
        # Neither program headers nor sections: offsets and counts.
        for form, offset in (("<Q", 32), ("<Q", 40), ("<H", 56), ("<H", 60), ("<H", 62)):
            struct.pack_into(form, alien, offset, 0)
        path = self.scratch / "alien"
        path.write_bytes(alien)
        path.chmod(0o755)
        self.assert_refused(self.tool("run", "--", path), "is built for", "S/390")

    def test_what_is_no_program(self):
        path = self.scratch / "notes"
        path.write_text("just text\n")
        path.chmod(0o755)
        self.assert_refused(self.tool("run", "--", path), "not an ELF file")

    def test_a_report_that_cannot_be_written(self):
        result = self.tool("run", "--report", "missing/r.html", "--", "touch", "ran")
        self.assert_refused(result, "missing/r.html", "cannot be written")
        self.assertFalse((self.scratch / "ran").exists())

    def test_a_report_of_unknown_format(self):
        result = self.tool("run", "--report", "r.pdf", "--", "touch", "ran")
        self.assert_refused(result, "r.pdf", "'.pdf'", ".html")
        self.assertFalse((self.scratch / "ran").exists())

    def test_suppressions_or_an_order_that_cannot_be_read(self):
        (self.scratch / "bad").write_text("class=x\n")
        for option in ("--suppressions", "--order"):
            for name in ("bad", "missing"):
                self.assert_refused(self.tool("run", option, name, "--", "touch", "ran"), name)
        self.assertFalse((self.scratch / "ran").exists())

    def test_a_recording_that_would_mix_with_files(self):
        (self.scratch / "d").mkdir()
        (self.scratch / "d" / "precious").write_text("x")
        self.assert_refused(self.tool("run", "--record", "d", "--", "true"), "not empty")

    def test_options_that_are_not_understood(self):
        self.assert_refused(self.tool("run", "--options", "exitcod=1", "--", "true"),
                            "--options", "'exitcode'?")
        self.assert_refused(self.tool("run", "--", "true", LOCKDEP_OPTIONS="nonsense"),
                            "LOCKDEP_OPTIONS", "nonsense")
        self.assert_refused(self.tool("run", "--options", "record=x", "--", "true"), "--record")

    def test_a_preload_library_that_is_not_there(self):
        self.assert_refused(self.tool("run", "--", "true", LOCKDEP_PRELOAD="/nonexistent.so"),
                            "/nonexistent.so")

    def tearDown(self):
        self.assert_nothing_left()


class RunTest(ToolCase):
    def test_a_finding_is_reported_on_stderr_and_becomes_the_exit_code(self):
        result = self.tool("run", "--", PROGRAMS / "inversion", "0", "b c")
        self.assertEqual(result.returncode, 66)
        self.assertEqual(result.stdout, "[0]\n[b c]\n")
        for part in ("lock-order-inversion", "feasible", "Transfer()", "Audit()", "inversion.cc:"):
            self.assertIn(part, result.stderr)
        self.assert_nothing_left()

    def test_a_clean_program_gets_one_line_and_keeps_its_exit_code(self):
        result = self.tool("run", "--", PROGRAMS / "one_order", "7")
        self.assertEqual(result.returncode, 7)
        self.assertEqual(result.stdout, "done\n")
        self.assertRegex(result.stderr, r"\Alockdep: no finding in \d+ lock operations.*\n\Z")

    def test_a_killed_program_is_128_plus_its_signal_and_its_recording_counts(self):
        result = self.tool("run", "--report", "r.json", "--", PROGRAMS / "one_order", "kill")
        self.assertEqual(result.returncode, 128 + signal.SIGKILL)
        report = json.loads((self.scratch / "r.json").read_text())
        self.assertEqual(report["subject"]["exit_status"], 128 + signal.SIGKILL)
        self.assertGreater(report["coverage"]["dependencies"], 0)

    def test_nothing_observed_is_said_and_changes_no_exit_code(self):
        result = self.tool("run", "--", PROGRAMS / "no_locks")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"\Alockdep: nothing observed: .*\n\Z")

    def test_fail_on_decides(self):
        for arguments, expected in ((("--fail-on", "confirmed"), 5),
                                    (("--fail-on", "never"), 5),
                                    (("--fail-on", "note"), 66),
                                    (("--options", "fail_on=confirmed"), 5),
                                    (("--options", "fail_on=never", "--fail-on", "note"), 66),
                                    (("--options", "exitcode=9"), 9),
                                    (("--options", "exitcode=0"), 5)):
            with self.subTest(arguments=arguments):
                result = self.tool("run", *arguments, "--", PROGRAMS / "inversion", "5")
                self.assertEqual(result.returncode, expected)

    def test_a_small_stack_is_no_problem(self):
        """Not for the tool, whose readers of debug information need a larger one."""
        for limit in (100, 200, 1000):
            script = f'ulimit -s {limit} && exec "$0" "$@"'
            result = subprocess.run(["sh", "-c", script, TOOL, "run", "--",
                                     PROGRAMS / "inversion"], capture_output=True, text=True,
                                    check=False, env=self.environment(), cwd=self.scratch)
            self.assertEqual(result.returncode, 66, result.stderr)
            self.assertIn("inversion.cc:", result.stderr)

    def test_suppressions_and_orders_of_the_environment_count_too(self):
        (self.scratch / "s").write_text('kind=lock-order-inversion reason="known"\n')
        (self.scratch / "o.order").write_text("inner -> outer  # house rule\n")
        for options, program, code in (("suppressions=s", "inversion", 0),
                                       ("order=o.order", "one_order", 66)):
            result = self.tool("run", "--", PROGRAMS / program, LOCKDEP_OPTIONS=options)
            self.assertEqual(result.returncode, code, result.stderr)
        for options, part in (("suppressions=none", "none: "), ("order=o.txt", "o.txt: ")):
            result = self.tool("run", "--", PROGRAMS / "inversion", LOCKDEP_OPTIONS=options)
            self.assert_refused(result, part)

    def test_what_is_suppressed_does_not_fail_the_run(self):
        (self.scratch / "s").write_text('deadlock:Transfer\nclass=gone reason="old"\n')
        result = self.tool("run", "--suppressions", "s", "--report", "r.json", "--",
                           PROGRAMS / "inversion")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("s:2: matches no finding", result.stderr)
        finding, = json.loads((self.scratch / "r.json").read_text())["findings"]
        self.assertEqual(finding["suppressed_by"], "s:1: ThreadSanitizer suppression")

    def test_a_run_against_a_declared_order_fails(self):
        (self.scratch / "o.order").write_text("inner -> outer  # house rule\n")
        result = self.tool("run", "--order", "o.order", "--", PROGRAMS / "one_order")
        self.assertEqual(result.returncode, 66)
        self.assertIn("declared-order-violation", result.stderr)
        self.assertIn("house rule", result.stderr)
        (self.scratch / "o.order").write_text("outer -> inner\n")
        result = self.tool("run", "--order", "o.order", "--", PROGRAMS / "one_order")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_the_command_line_wins_over_the_environment(self):
        result = self.tool("run", "--options", "exitcode=8", "--", PROGRAMS / "inversion",
                           LOCKDEP_OPTIONS="exitcode=9:report=/nonexistent/x.json")
        self.assertEqual(result.returncode, 8)

    def test_reports_and_recording_are_written(self):
        result = self.tool("run", "--report", "r.html", "--report", "r.json", "--report", "r.txt",
                           "--record", "r.lockdep", "--", PROGRAMS / "inversion")
        self.assertEqual(result.returncode, 66)
        self.assertIn("<!DOCTYPE html>", (self.scratch / "r.html").read_text())
        self.assertIn("lock-order-inversion", (self.scratch / "r.txt").read_text())
        report = json.loads((self.scratch / "r.json").read_text())
        self.assertEqual([f["kind"] for f in report["findings"]], ["lock-order-inversion"])
        self.assertEqual(report["subject"]["exit_status"], 0)
        self.assertGreater((self.scratch / "r.lockdep").stat().st_size, 0)

    def test_children_are_watched_and_several_recordings_become_a_directory(self):
        script = f"{PROGRAMS}/inversion >/dev/null; {PROGRAMS}/one_order >/dev/null; exit 3"
        result = self.tool("run", "--record", "all", "--", "sh", "-c", script)
        self.assertEqual(result.returncode, 66)
        self.assertIn("lock-order-inversion", result.stderr)
        self.assertRegex(result.stderr, r"lockdep: \d processes were recorded, so all is a directory")
        again = self.tool("report", "all")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("lock-order-inversion", again.stdout)

    def test_a_program_that_executes_another_is_recorded_twice(self):
        result = self.tool("run", "--", "sh", "-c", f"exec {PROGRAMS}/inversion 4")
        self.assertEqual(result.returncode, 66)
        self.assertIn("lock-order-inversion", result.stderr)

    def test_a_script_is_watched_through_its_interpreter(self):
        path = self.scratch / "script"
        path.write_text(f"#!/bin/sh\n{PROGRAMS}/inversion >/dev/null\n")
        path.chmod(0o755)
        self.assertEqual(self.tool("run", "--", "./script").returncode, 66)

    def test_arguments_arrive_byte_for_byte(self):
        arguments = ["0", "--", "--report", "[a,b]", "", "a\nb", "%p", "{}", "--options=x"]
        result = self.tool("run", "--fail-on", "never", "--", PROGRAMS / "inversion", *arguments)
        self.assertEqual(result.stdout, "".join(f"[{a}]\n" for a in arguments))

    def test_an_earlier_preload_stays_behind_ours(self):
        result = self.tool("run", "--", "sh", "-c", "echo $LD_PRELOAD", LD_PRELOAD="libm.so.6")
        self.assertEqual(result.stdout, f"{PRELOAD}:libm.so.6\n")

    def test_a_temporary_directory_with_odd_characters_works(self):
        for name in ("a b", "a:b", "50%", "it's"):
            with self.subTest(name=name):
                (self.scratch / name).mkdir()
                result = self.tool("run", "--", PROGRAMS / "inversion",
                                   TMPDIR=str(self.scratch / name))
                self.assertEqual(result.returncode, 66, result.stderr)

    def test_a_signal_goes_on_to_the_program_which_is_still_reported(self):
        script = (f"trap 'exit 21' TERM; {PROGRAMS}/inversion >/dev/null; touch ready; "
                  "while :; do sleep 0.02; done")
        with subprocess.Popen([TOOL, "run", "--fail-on", "never", "--", "sh", "-c", script],
                              stderr=subprocess.PIPE, cwd=self.scratch, text=True,
                              env=self.environment()) as process:
            deadline = time.monotonic() + 30
            while not (self.scratch / "ready").exists() and time.monotonic() < deadline:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 21)
        self.assertIn("lock-order-inversion", errors)
        self.assert_nothing_left()

    def test_a_process_that_stays_behind_is_named_and_its_recording_kept(self):
        script = f"(sleep 1; exec {PROGRAMS}/inversion) >/dev/null 2>&1 & echo $!"
        result = self.tool("run", "--", "sh", "-c", script)
        self.assertRegex(result.stderr, r"still runs? \([\d, ]*\b" + result.stdout.strip() + r"\b")
        directory = re.search(r"'lockdep report (\S+)'", result.stderr)[1]
        for _ in range(100):
            report = self.tool("report", directory)
            if "lock-order-inversion" in report.stdout:
                break
            time.sleep(0.1)
        self.assertIn("lock-order-inversion", report.stdout)

    def test_what_ends_in_time_leaves_nothing_behind(self):
        result = self.tool("run", "--", "sh", "-c", "sleep 0.01 >/dev/null 2>&1 & exit 4")
        self.assertEqual(result.returncode, 4)
        self.assertNotIn("still run", result.stderr)
        self.assert_nothing_left()

    def test_a_report_that_fails_at_the_end_keeps_the_recordings(self):
        (self.scratch / "out").mkdir()
        script = f"{PROGRAMS}/inversion >/dev/null; rmdir out"
        result = self.tool("run", "--report", "out/r.html", "--", "sh", "-c", script)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"recordings of this run are kept in (\S+)")
        self.assertEqual(len(list((self.scratch / "tmp").iterdir())), 1)

    @unittest.skipUnless((PROGRAMS / "asan").exists(), "no AddressSanitizer on this machine")
    def test_a_program_with_address_sanitizer_starts_and_is_watched(self):
        result = self.tool("run", "--", PROGRAMS / "asan", ASAN_OPTIONS="detect_leaks=0")
        self.assertEqual(result.returncode, 66, result.stderr)
        self.assertIn("lock-order-inversion", result.stderr)

    @unittest.skipUnless(shutil.which("xz"), "no xz on this machine")
    def test_a_system_program_does_what_it_does_without_us(self):
        data = self.scratch / "data"
        data.write_bytes(pathlib.Path(TOOL).read_bytes()[:2_000_000])
        command = ["xz", "-T2", "--block-size=256KiB", "-c", str(data)]
        plain = subprocess.run(command, capture_output=True, check=True)
        watched = subprocess.run([TOOL, "run", "--", *command], capture_output=True, check=False,
                                 env=self.environment())
        self.assertEqual(watched.returncode, 0, watched.stderr)
        self.assertEqual(watched.stdout, plain.stdout)
        self.assertIn(b"no finding in", watched.stderr)


if __name__ == "__main__":
    unittest.main()

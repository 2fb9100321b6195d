#!/usr/bin/env python3
"""`lockdep report` and `lockdep gate` on recordings, good and bad."""

import json
import os
import pty
import resource
import subprocess
import time
import unittest

from tool_case import PRELOAD, PROGRAMS, TOOL, ToolCase


class ReportTest(ToolCase):
    def test_text_goes_to_stdout_unless_a_file_is_named(self):
        recording = self.record("r.lockdep")
        for arguments in ((), ("-o", "-")):
            result = self.tool("report", recording, *arguments)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("lock-order-inversion", result.stdout)
            self.assertEqual(result.stderr, "")

    def test_the_format_follows_the_extension_or_the_option(self):
        recording = self.record("r.lockdep")
        for name, extra, start in (("a.html", (), "<!DOCTYPE html>"), ("a.json", (), "{"),
                                   ("noext", ("--format", "json"), "{"),
                                   ("a.sarif", (), "{"), ("a.xml", (), "<?xml"),
                                   ("a.md", (), "## lockdep: 1 finding"), ("a.gv", (), "digraph"),
                                   ("a.graphml", (), "<?xml"),
                                   ("a.txt", ("--format", "html"), "<!DOCTYPE html>")):
            with self.subTest(name=name):
                result = self.tool("report", recording, "-o", name, *extra)
                self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)
                self.assertTrue((self.scratch / name).read_text().startswith(start))

    def test_a_json_report_is_an_input_too(self):
        self.tool("report", self.record("r.lockdep"), "-o", "r.json")
        again = self.tool("report", "r.json", "-o", "again.json")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(json.loads((self.scratch / "again.json").read_text())["findings"],
                         json.loads((self.scratch / "r.json").read_text())["findings"])

    def test_an_order_is_held_against_recordings_and_against_nothing_else(self):
        recording = self.record("r.lockdep", "one_order")
        (self.scratch / "o.order").write_text("inner -> outer  # they say\n")
        self.tool("report", recording, "-o", "r.json", "--order", "o.order")
        finding, = json.loads((self.scratch / "r.json").read_text())["findings"]
        self.assertEqual(finding["kind"], "declared-order-violation")
        self.assertIn("o.order:1: inner -> outer", finding["title"])
        (self.scratch / "good.order").write_text("outer -> inner\n")
        self.tool("report", recording, "-o", "good.json", "--order", "good.order")
        self.assertEqual(json.loads((self.scratch / "good.json").read_text())["findings"], [])
        self.assert_refused(self.tool("report", "r.json", "--order", "o.order"), "r.json",
                            "declared order")
        self.assert_refused(self.tool("report", recording, "--order", "none.order"), "none.order")

    def test_a_suppressed_finding_says_by_what(self):
        recording = self.record("r.lockdep")
        (self.scratch / "s").write_text('class=*audit_log reason="by design"\n')
        self.tool("report", recording, "-o", "r.json", "--suppressions", "s")
        finding, = json.loads((self.scratch / "r.json").read_text())["findings"]
        self.assertEqual(finding["suppressed_by"], "s:1: by design")
        (self.scratch / "s").write_text("class=x\n")
        self.assert_refused(self.tool("report", recording, "--suppressions", "s"), "s:1: no reason")
        self.assert_refused(self.tool("report", recording, "--suppressions", "none"), "none")

    def test_a_truncated_recording_is_reported_as_far_as_it_goes_with_a_warning(self):
        recording = self.record("r.lockdep")
        data = recording.read_bytes()
        (self.scratch / "cut.lockdep").write_bytes(data[:-3])
        result = self.tool("report", "cut.lockdep")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("lock-order-inversion", result.stdout)
        self.assertRegex(result.stderr, r"\Alockdep: cut\.lockdep: .*\n\Z")

    def test_an_input_that_is_none_is_refused(self):
        (self.scratch / "noise").write_bytes(b"\x00\xffnot a recording at all")
        (self.scratch / "empty").write_bytes(b"")
        (self.scratch / "broken.json").write_text('{"schema":"lockdep-report",\n"version":')
        for name in ("noise", "empty", "broken.json", "missing.lockdep"):
            with self.subTest(name=name):
                self.assert_refused(self.tool("report", name, "-o", "r.html"), name)
                self.assertFalse((self.scratch / "r.html").exists())

    def test_an_output_that_cannot_be_written_is_refused(self):
        recording = self.record("r.lockdep")
        self.assert_refused(self.tool("report", recording, "-o", "missing/r.html"), "missing/r.html")
        self.assert_refused(self.tool("report", recording, "-o", "r.doc"), "'.doc'", "--format")


    def test_github_gets_annotations_and_the_whole_in_the_step_summary(self):
        recording = self.record("r.lockdep")
        (self.scratch / "summary.md").write_text("before\n")
        result = self.tool("report", recording, "--format", "github",
                           GITHUB_STEP_SUMMARY=str(self.scratch / "summary.md"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"\A::warning file=[^:]*inversion\.cc,line=\d+,title=")
        self.assertRegex((self.scratch / "summary.md").read_text(),
                         r"\Abefore\n## lockdep: 1 finding\n")
        refused = self.tool("report", recording, "--format", "github",
                            GITHUB_STEP_SUMMARY=str(self.scratch / "missing" / "s.md"))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("GITHUB_STEP_SUMMARY", refused.stderr)

    def coloured(self, recording, **extra):
        """Whether the text on a terminal is coloured."""
        master, slave = pty.openpty()
        with open(master, "rb", buffering=0) as terminal:
            process = subprocess.Popen([TOOL, "report", str(recording)], stdout=slave,
                                       stdin=subprocess.DEVNULL,
                                       env=self.environment(**extra))
            os.close(slave)
            shown = b""
            try:
                while chunk := terminal.read(4096):
                    shown += chunk
            except OSError:  # How a terminal ends.
                pass
            self.assertEqual(process.wait(), 0)
        self.assertIn(b"lock-order-inversion", shown)
        return b"\033[" in shown

    def test_text_is_coloured_on_a_terminal_that_wants_it_and_nowhere_else(self):
        recording = self.record("r.lockdep")
        self.assertTrue(self.coloured(recording, TERM="xterm", NO_COLOR=""))
        self.assertFalse(self.coloured(recording, TERM="xterm", NO_COLOR="1"))
        self.assertFalse(self.coloured(recording, TERM="dumb"))
        self.assertNotIn("\033", self.tool("report", recording, TERM="xterm").stdout)


class ViewTest(ToolCase):
    def test_shows_the_classes_of_a_recording(self):
        result = self.tool("view", "classes", self.record("r.lockdep"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"(?m)^ -> \[[0-9a-f]{16}\] ")

    def test_shows_the_processes_of_a_directory_as_one(self):
        (self.scratch / "runs").mkdir()
        self.record("runs/1.lockdep")
        self.record("runs/2.lockdep", "one_order")
        result = self.tool("view", "classes", "runs")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for number in ("1", "2"):
            for name in self.tool("view", "classes", f"runs/{number}.lockdep").stdout.splitlines():
                if name.startswith(" -> "):
                    self.assertIn(name.split("] ")[1], result.stdout)

    def test_refuses_a_directory_without_a_recording(self):
        (self.scratch / "empty").mkdir()
        self.assert_refused(self.tool("view", "classes", "empty"), "empty: no recording")

    def test_shows_counters_as_json(self):
        result = self.tool("view", "stats", self.record("r.lockdep"), "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(json.loads(result.stdout)["stats"]["lock-classes"], 0)

    def test_shows_chains_from_the_first_lock(self):
        result = self.tool("view", "chains", self.record("r.lockdep"), "--json")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        depths = [len(chain["locks"]) for chain in json.loads(result.stdout)["chains"]]
        self.assertIn(2, depths)

    def test_shows_times_of_runs_that_were_timed(self):
        recording = self.scratch / "timed.lockdep"
        self.tool("run", "--record", recording, "--options", "lock_stat=1", "--",
                  PROGRAMS / "one_order")
        rows = json.loads(self.tool("view", "lock_stat", recording, "--json").stdout)["lock_stat"]
        self.assertGreater(sum(row["write_hold"]["count"] for row in rows), 1)
        self.assertIn("Hottest and longest-held locks",
                      self.tool("report", recording, "--format", "html").stdout)
        untimed = self.record("untimed.lockdep", "one_order")
        self.assertIn("lock_stat=1", self.tool("view", "lock_stat", untimed).stdout)

    def test_shows_a_process_that_still_runs(self):
        environment = self.environment(
            LD_PRELOAD=PRELOAD, LOCKDEP_OPTIONS=f"record={self.scratch}/live.lockdep:lock_stat=1")
        process = subprocess.Popen([PROGRAMS / "forever"], env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        process.stdout.readline()
        for view in ("classes", "chains", "stats", "lock_stat"):
            with self.subTest(view=view):
                # Times are written about once a second.
                end = time.monotonic() + 30
                shown = {}
                while not shown and time.monotonic() < end:
                    result = self.tool("view", view, "live.lockdep", "--json")
                    self.assertEqual(result.returncode, 0, result.stderr)
                    shown = json.loads(result.stdout)[view]
                    time.sleep(0.1)
                self.assertTrue(shown)
                text = self.tool("view", view, "live.lockdep")
                self.assertEqual(text.returncode, 0, text.stderr)
                self.assertGreater(len(text.stdout.splitlines()), 1)
        self.assertIsNone(process.poll())

    def test_refuses_what_is_no_view_or_no_recording(self):
        recording = self.record("r.lockdep")
        self.assert_refused(self.tool("view", "clases", recording), "'clases'", "classes")
        self.assert_refused(self.tool("view", "classes", "missing.lockdep"), "missing.lockdep")
        (self.scratch / "noise").write_bytes(b"\x00\xffnot a recording at all")
        self.assert_refused(self.tool("view", "classes", "noise"), "noise")


class GateTest(ToolCase):
    def gate(self, recording, *arguments):
        return self.tool("gate", recording, "--baseline", "b.txt", *arguments)

    def test_a_recording_for_which_there_was_no_room_does_not_pass(self):
        (self.scratch / "b.txt").write_text("")
        limit = 500
        result = subprocess.run(
            [PROGRAMS / "one_order"], capture_output=True, text=True, check=False,
            env=self.environment(LD_PRELOAD=PRELOAD,
                                 LOCKDEP_OPTIONS=f"record={self.scratch}/r.lockdep"),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.assertEqual((result.returncode, result.stdout), (0, "done\n"))
        self.assertRegex(result.stderr, r"\Alockdep: process \d+: the recording ended early, "
                         r".*/r\.lockdep: File too large; .*\n\Z")
        gate = self.gate("r.lockdep")
        self.assertEqual(gate.returncode, 2, gate.stdout)
        self.assertIn("the file ends inside a record", gate.stderr)

    def baseline(self):
        return (self.scratch / "b.txt").read_text()

    def test_a_new_finding_fails_and_passes_once_it_is_accepted(self):
        recording = self.record("r.lockdep")
        (self.scratch / "b.txt").write_text("")

        failed = self.gate(recording)
        self.assertEqual(failed.returncode, 1)
        for part in ("FAIL: 1 new", "lock-order-inversion", "inversion.cc:", "--update"):
            self.assertIn(part, failed.stdout)

        self.assertEqual(self.gate(recording, "--update").returncode, 0)
        self.assertIn("accepted by --update; say why", self.baseline())

        passed = self.gate(recording)
        self.assertEqual(passed.returncode, 0)
        self.assertIn("b.txt: 1 of 1 entries still say", passed.stderr)
        (self.scratch / "b.txt").write_text(
            self.baseline().replace("accepted by --update; say why", "we know why"))
        self.assertEqual(self.gate(recording).stderr, "")
        self.assertIn("pass: 0 new, 0 expired, 1 known, 0 stale", passed.stdout)

    def test_a_baseline_that_is_not_there_is_refused_but_update_makes_it(self):
        recording = self.record("r.lockdep")
        self.assert_refused(self.gate(recording), "b.txt", "--update")
        self.assertEqual(self.gate(recording, "--update").returncode, 0)
        self.assertEqual(self.gate(recording).returncode, 0)

    def test_update_keeps_what_people_wrote_and_is_stable(self):
        recording = self.record("r.lockdep")
        self.gate(recording, "--update")
        mine = ("# ours\n\n# by hand\n0000000000000001 recursive-lock Q reason=\"old\" owner=bob\n"
                + self.baseline().splitlines()[-1].replace("accepted by --update; say why", "why")
                + "\n")
        (self.scratch / "b.txt").write_text(mine)
        self.assertEqual(self.gate(recording, "--update").returncode, 0)
        self.assertEqual(self.baseline(), mine)

    def test_an_expired_entry_fails_and_update_does_not_extend_it(self):
        recording = self.record("r.lockdep")
        self.gate(recording, "--update")
        text = self.baseline().rstrip("\n")
        (self.scratch / "b.txt").write_text(text + " expires=2020-01-31\n")
        failed = self.gate(recording)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("accepted until 2020-01-31", failed.stdout)
        self.assertEqual(self.gate(recording, "--update").returncode, 1)
        self.assertIn("expires=2020-01-31", self.baseline())

        (self.scratch / "b.txt").write_text(text + " expires=2999-01-31\n")
        self.assertEqual(self.gate(recording).returncode, 0)

    def test_a_stale_entry_is_named_and_does_not_fail(self):
        recording = self.record("r.lockdep", "one_order")
        (self.scratch / "b.txt").write_text("0000000000000001 recursive-lock Q reason=\"old\"\n")
        result = self.gate(recording)
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"stale\s+0000000000000001")

    def test_fail_on_decides_what_counts(self):
        recording = self.record("r.lockdep")
        (self.scratch / "b.txt").write_text("")
        self.assertEqual(self.gate(recording, "--fail-on", "confirmed").returncode, 0)
        self.assertEqual(self.gate(recording, "--fail-on", "note").returncode, 1)

    def test_a_malformed_baseline_is_refused_with_its_line_and_left_alone(self):
        recording = self.record("r.lockdep")
        bad = "# fine\n\n0000000000000001 recursive-lock Q\n"
        (self.scratch / "b.txt").write_text(bad)
        for arguments in ((), ("--update",)):
            self.assert_refused(self.gate(recording, *arguments), "b.txt:3: ", "no reason")
            self.assertEqual(self.baseline(), bad)

    def test_nothing_observed_does_not_pass(self):
        recording = self.record("r.lockdep", "no_locks")
        (self.scratch / "b.txt").write_text("")
        self.assert_refused(self.gate(recording), "nothing observed", code=3)
        self.assert_refused(self.gate(recording, "--update"), "nothing observed", code=3)

    def test_a_damaged_recording_does_not_pass_and_what_it_shows_still_fails(self):
        (self.scratch / "b.txt").write_text("")
        clean = self.record("clean.lockdep", "one_order").read_bytes()
        inverted = self.record("bad.lockdep").read_bytes()
        # A recording ends with its sums and its end; the finding stands before them.
        for name, data, code in (("clean", clean, 2), ("bad", inverted, 1)):
            (self.scratch / "cut.lockdep").write_bytes(data[:-3])
            result = self.gate("cut.lockdep")
            self.assertEqual(result.returncode, code, name)
            self.assertNotIn("pass", result.stdout)
            self.assertRegex(result.stderr, r"\Alockdep: cut\.lockdep: offset \d+: .*lost")
        (self.scratch / "runs").mkdir()
        (self.scratch / "runs" / "1.lockdep").write_bytes(clean)
        (self.scratch / "runs" / "notes").write_text("no input")
        self.assertEqual(self.gate("runs").returncode, 0)
        (self.scratch / "runs" / "2.lockdep").write_bytes(clean[:20])
        self.assertEqual(self.gate("runs").returncode, 2)

    def test_a_baseline_that_is_no_text_file_is_refused(self):
        recording = self.record("r.lockdep")
        for path in ("/dev/zero", "."):
            result = self.tool("gate", recording, "--baseline", path)
            self.assert_refused(result, path + ": cannot read it: ")

    def test_the_report_says_what_is_new(self):
        recording = self.record("r.lockdep")
        (self.scratch / "b.txt").write_text("")
        self.assertEqual(self.gate(recording, "--report", "r.sarif", "--report", "r.json").returncode,
                         1)
        result = json.loads((self.scratch / "r.sarif").read_text())["runs"][0]["results"][0]
        self.assertEqual((result["baselineState"], result["suppressions"]), ("new", []))
        self.gate(recording, "--update")
        self.assertEqual(self.gate(recording, "--report", "r.sarif").returncode, 0)
        result = json.loads((self.scratch / "r.sarif").read_text())["runs"][0]["results"][0]
        self.assertEqual(result["baselineState"], "unchanged")
        self.assertIn("accepted by --update", result["suppressions"][0]["justification"])
        self.assert_refused(self.gate(recording, "--report", "missing/r.sarif"), "missing/r.sarif")

    def test_a_report_that_a_gate_wrote_is_judged_anew(self):
        recording = self.record("r.lockdep")
        self.gate(recording, "--update", "--report", "r.json")
        self.assertEqual(self.gate(recording, "--report", "known.json").returncode, 0)
        again = self.gate("known.json")
        self.assertIn("pass: 0 new, 0 expired, 1 known", again.stdout)

        (self.scratch / "b.txt").write_text("")
        other = self.gate("known.json")
        self.assertEqual(other.returncode, 1, other.stdout)
        self.assertIn("FAIL: 1 new", other.stdout)

    def test_a_report_of_nothing_is_written_all_the_same(self):
        recording = self.record("r.lockdep", "no_locks")
        (self.scratch / "b.txt").write_text("")
        self.assert_refused(self.gate(recording, "--report", "r.xml"), "nothing observed", code=3)
        self.assertIn('errors="1"', (self.scratch / "r.xml").read_text())

    def test_what_is_suppressed_does_not_count(self):
        recording = self.record("r.lockdep")
        (self.scratch / "b.txt").write_text("")
        (self.scratch / "s").write_text('function=Audit reason="never at once"\nclass=x reason=y\n')
        result = self.gate(recording, "--suppressions", "s")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("s:2: matches no finding", result.stderr)

    def test_an_input_that_cannot_be_read_is_refused(self):
        (self.scratch / "b.txt").write_text("")
        (self.scratch / "noise").write_text("noise")
        self.assert_refused(self.gate("noise"), "noise")
        self.assert_refused(self.gate("missing"), "missing")


if __name__ == "__main__":
    unittest.main()

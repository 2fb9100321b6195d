#!/usr/bin/env python3
"""`lockdep merge`, and what several runs show together."""

import json
import re
import subprocess
import unittest

from tool_case import PRELOAD, PROGRAMS, ToolCase


class MergeTest(ToolCase):
    def record_order(self, name, order):
        result = self.tool("run", "--record", name, "--", PROGRAMS / "two_orders", order)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("no finding", result.stderr)
        return name

    def findings(self, *inputs):
        result = self.tool("report", *inputs, "-o", "r.json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads((self.scratch / "r.json").read_text())["findings"]

    def test_an_inversion_that_no_single_run_contains_is_found(self):
        self.record_order("ab", "ab")
        self.record_order("ba", "ba")
        self.assertEqual(self.findings("ab"), [])
        self.assertEqual(self.findings("ba"), [])
        merged = self.tool("merge", "ab", "ba", "-o", "both")
        self.assertEqual(merged.returncode, 0, merged.stderr)
        self.assertEqual(merged.stdout,
                         "lockdep merge: 2 recordings, 2 runs: 2 classes, 2 dependencies\n")
        finding, = self.findings("both")
        self.assertEqual((finding["kind"], finding["level"]), ("lock-order-inversion", "feasible"))
        self.assertIn("No single run did all of this", finding["explanation"])
        runs = [edge["run"] for edge in finding["edges"]]
        self.assertRegex(" ".join(runs), r"two_orders ab \(process \d+\).*two_orders ba")
        self.assertEqual(self.findings("ab", "ba"), [finding], "merging is no other thing")

        (self.scratch / "b.txt").write_text("")
        gate = self.tool("gate", "both", "--baseline", "b.txt")
        self.assertEqual(gate.returncode, 1)
        self.assertIn(finding["fingerprint"], gate.stdout)

    def test_a_gate_reports_what_is_new_before_what_is_known(self):
        for order in ("ab", "ba"):
            self.record_order(order, order)
        self.tool("merge", "ab", "ba", "-o", "both")
        inversion = self.tool("run", "--record", "other", "--", PROGRAMS / "inversion")
        self.assertEqual(inversion.returncode, 66, inversion.stderr)
        first = {}
        for known in ("both", "other"):
            self.tool("gate", known, "--baseline", f"{known}.txt", "--update")
            gate = self.tool("gate", "both", "other", "--baseline", f"{known}.txt",
                             "--report", "g.txt")
            self.assertIn("1 new, 0 expired, 1 known", gate.stdout)
            first[known] = (self.scratch / "g.txt").read_text().splitlines()[0]
        self.assertIn("lock_a", first["other"])
        self.assertNotIn("lock_a", first["both"])

    def test_children_of_one_run_are_seen_together(self):
        script = f"{PROGRAMS}/two_orders ab; {PROGRAMS}/two_orders ba"
        result = self.tool("run", "--", "sh", "-c", script)
        self.assertEqual(result.returncode, 66, result.stderr)
        self.assertIn("TakeAThenB() takes lock_a then lock_b", result.stderr)

    def test_one_order_in_every_run_is_none(self):
        self.record_order("one", "ab")
        self.record_order("two", "ab")
        self.tool("merge", "one", "two", "-o", "both")
        self.assertEqual(self.findings("both"), [])

    def test_order_grouping_and_repetition_do_not_matter(self):
        for name, order in (("a", "ab"), ("b", "ba"), ("c", "ab")):
            self.record_order(name, order)
        expected = None
        for steps in ((("a", "b", "c"),), (("c", "a", "b", "a"),), (("a", "b"), ("m", "c")),
                      (("b", "c"), ("a", "m"))):
            for inputs in steps:
                self.assertEqual(self.tool("merge", *inputs, "-o", "m").returncode, 0)
            data = (self.scratch / "m").read_bytes()
            expected = expected or data
            self.assertEqual(data, expected, steps)

    def test_what_is_kept_of_a_large_graph_is_packed_and_says_the_same(self):
        program = PROGRAMS / "many_locks"
        plain = subprocess.run([program], check=False, cwd=self.scratch, env=self.environment(
            LD_PRELOAD=PRELOAD, LOCKDEP_OPTIONS="record=plain:class_by=instance"))
        self.assertEqual(plain.returncode, 0)
        kept = self.tool("run", "--record", "kept", "--options", "class_by=instance", "--", program)
        self.assertEqual(kept.returncode, 0, kept.stderr)
        self.assertEqual(self.tool("merge", "plain", "-o", "merged").returncode, 0)
        sizes = {name: (self.scratch / name).stat().st_size for name in ("plain", "kept", "merged")}
        self.assertLess(sizes["kept"] * 2, sizes["plain"])
        self.assertLess(sizes["merged"] * 2, sizes["plain"])
        # Two runs, at addresses of their own, and a merger has an order of its own.
        views = {tuple(sorted(re.sub("[0-9a-f]{16}", "", self.tool("view", "chains", name).stdout)
                              .splitlines())) for name in sizes}
        self.assertEqual(len(views), 1)
        self.assertGreater(len(views.pop()), 300)
        again = self.tool("merge", "merged", "plain", "-o", "again")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual((self.scratch / "again").read_bytes(),
                         (self.scratch / "merged").read_bytes())

    def test_what_cannot_be_merged_is_refused(self):
        self.record_order("a", "ab")
        self.tool("report", "a", "-o", "a.json")
        self.assert_refused(self.tool("merge", "a", "a.json", "-o", "m"), "a.json", "not a lockdep")
        self.assert_refused(self.tool("merge", "a", "none", "-o", "m"), "none")
        self.assert_refused(self.tool("merge", "a", "-o", "missing/m"), "missing/m")
        (self.scratch / "empty").mkdir()
        self.assert_refused(self.tool("merge", "empty", "-o", "m"), "no recording")
        self.assertFalse((self.scratch / "m").exists())

    def test_a_gate_does_not_pass_over_what_a_merge_lost(self):
        self.record_order("a", "ab")
        (self.scratch / "runs").mkdir()
        data = (self.scratch / "a").read_bytes()
        (self.scratch / "runs" / "good").write_bytes(data)
        (self.scratch / "runs" / "newer").write_bytes(data[:8] + b"\x09\x00" + data[10:])
        merged = self.tool("merge", "runs", "-o", "m")
        self.assertEqual(merged.returncode, 0)
        self.assertIn("newer", merged.stderr)
        (self.scratch / "b.txt").write_text("")
        gate = self.tool("gate", "m", "--baseline", "b.txt")
        self.assertEqual(gate.returncode, 2, gate.stdout)
        self.assertIn("does not pass", gate.stderr)


if __name__ == "__main__":
    unittest.main()

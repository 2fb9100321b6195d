#!/usr/bin/env python3
"""`lockdep analyze`, `lockdep order learn`, and what --enforce makes of them."""

import json
import unittest

from tool_case import PROGRAMS, ToolCase

LEARNED = "lock_a -> lock_b  # TakeAThenB()\n"


class AnalyzeTest(ToolCase):
    def record_order(self, order):
        result = self.tool("run", "--record", order, "--", PROGRAMS / "two_orders", order)
        self.assertEqual(result.returncode, 0, result.stderr)
        return order

    def write(self, name, text):
        (self.scratch / name).write_text(text)
        return name

    def findings(self, *arguments):
        result = self.tool("analyze", *arguments, "--report", "r.json")
        self.assertIn(result.returncode, (0, 1), result.stderr)
        found = json.loads((self.scratch / "r.json").read_text())["findings"]
        self.assertEqual(result.returncode, 1 if found else 0)
        return found, result

    def test_a_clean_recording_is_0_and_a_finding_is_1(self):
        self.record("bad")
        self.assertEqual(len(self.findings("bad")[0]), 1)
        self.assertEqual(self.findings(self.record_order("ab"))[0], [])
        self.assertEqual(self.tool("analyze", "bad", "--fail-on", "confirmed").returncode, 0)

    def test_what_cannot_be_read_is_2(self):
        self.assert_refused(self.tool("analyze", "none"), "none")
        self.assert_refused(self.tool("analyze", self.write("text", "hello")), "text", "neither")

    def test_what_is_damaged_is_2_unless_the_rest_shows_a_finding(self):
        recording = self.record("bad")
        whole = recording.read_bytes()
        recording.write_bytes(whole[:-3])
        self.assertEqual(self.tool("analyze", "bad").returncode, 1)
        at = whole.index(b"lock-order-inversion")
        recording.write_bytes(whole[:at])
        result = self.tool("analyze", "bad")
        self.assertEqual(result.returncode, 2)
        self.assertIn("a part of the inputs is lost", result.stderr)

    def test_an_order_that_was_learnt_holds_for_what_it_was_learnt_from(self):
        self.record_order("ab")
        learnt = self.tool("order", "learn", "ab")
        self.assertEqual(learnt.returncode, 0, learnt.stderr)
        self.assertEqual([line for line in learnt.stdout.splitlines(True) if line[0] != "#"],
                         [LEARNED])
        self.write("locks.order", learnt.stdout)
        self.assertEqual(self.tool("order", "check", "locks.order").returncode, 0)
        self.assertEqual(self.findings("ab", "--order", "locks.order", "--enforce")[0], [])

    def test_what_goes_round_in_a_circle_is_not_proposed(self):
        learnt = self.tool("order", "learn", self.record("bad"))
        self.assertEqual(learnt.returncode, 0, learnt.stderr)
        self.assertEqual([line for line in learnt.stdout.splitlines() if line and line[0] != "#"],
                         [])
        self.assertIn("go round in a circle", learnt.stdout)

    def test_enforcing_finds_a_pair_that_nobody_declared_and_shows_the_line_to_paste(self):
        self.record_order("ab")
        order = self.write("other.order", "x -> y\n")
        self.assertEqual(self.findings("ab", "--order", order)[0], [])
        (finding,), result = self.findings("ab", "--order", order, "--enforce")
        self.assertEqual((finding["kind"], finding["level"]),
                         ("undeclared-dependency", "confirmed"))
        self.assertEqual([lock["class"] for lock in finding["locks"]], ["lock_a", "lock_b"])
        self.assertIn("lock_a -> lock_b", finding["title"] + finding["explanation"])
        self.assertIn("other.order:1: x -> y: declared, and not taken", result.stderr)
        self.write("pasted.order", "lock_a -> lock_b\n")
        self.assertEqual(self.findings("ab", "--order", "pasted.order", "--enforce")[0], [])

    def test_an_arc_that_follows_from_others_is_declared(self):
        self.record_order("ab")
        order = self.write("locks.order", "lock_a -> middle\nmiddle -> lock_b\n")
        self.assertEqual(self.findings("ab", "--order", order, "--enforce")[0], [])

    def test_the_other_way_round_is_a_violation_and_not_undeclared(self):
        self.record_order("ba")
        order = self.write("locks.order", "lock_a -> lock_b\n")
        (finding,), _ = self.findings("ba", "--order", order, "--enforce")
        self.assertEqual(finding["kind"], "declared-order-violation")

    def test_enforcing_needs_an_order(self):
        self.record_order("ab")
        self.assert_refused(self.tool("analyze", "ab", "--enforce"), "--order")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Tests of `lockdep order` as a whole program.

usage: order_command_test.py LOCKDEP [UNITTEST ARGS]
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

LOCKDEP = pathlib.Path(sys.argv.pop(1)).resolve()

TREE = {
    "Makefile": "VERSION = 9\nPATCHLEVEL = 4\n",
    "mm/rmap.c": "/*\n * Lock ordering in mm:\n *\n * gate\n *   ->cage, bowl (feeding)\n */\n",
    "mm/filemap.c": "/*\n * Lock ordering:\n *\n *  ->cage\n *    ->door\t(cleaning)\n */\n",
}


class OrderCommandTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.directory = pathlib.Path(holder.name)

    def write(self, name, text):
        file = self.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return name

    def write_tree(self, **changes):
        for name, text in {**TREE, **changes}.items():
            self.write("tree/" + name, text)
        return "tree"

    def order(self, *arguments):
        """Returns exit code, stdout, stderr."""
        run = subprocess.run([LOCKDEP, "order", *arguments], cwd=self.directory, timeout=60,
                             capture_output=True, text=True, check=False)
        return run.returncode, run.stdout, run.stderr

    def assert_refused(self, arguments, what):
        code, out, err = self.order(*arguments)
        self.assertEqual((code, out), (2, ""))
        self.assertRegex(err, r"\Alockdep: [^\n]*\n\Z")
        self.assertIn(what, err)

    # show

    def test_show_without_arguments_lists_every_built_in_arc_once(self):
        code, out, err = self.order("show")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(len(out.splitlines()), 70)
        self.assertIn("linux-6.12 mm/rmap.c:24: inode->i_rwsem -> mm->mmap_lock", out)
        self.assertIn("linux-6.12 mm/filemap.c:125: pte_lock -> mapping->private_lock", out)

    def test_show_reads_a_file_a_built_in_order_and_a_kernel_tree(self):
        self.write("a.order", "x -> y # why\n")
        self.assertEqual(self.order("show", "a.order"), (0, "a.order:1: x -> y  # why\n", ""))
        self.assertEqual(len(self.order("show", "linux-6.12-rmap")[1].splitlines()), 26)
        expected = ("linux-9.4 mm/rmap.c:5: gate -> cage  # feeding\n"
                    "linux-9.4 mm/rmap.c:5: gate -> bowl  # feeding\n"
                    "linux-9.4 mm/filemap.c:5: cage -> door  # cleaning\n")
        self.assertEqual(self.order("show", "--kernel", self.write_tree()), (0, expected, ""))
        self.assertEqual(self.order("show", "tree"), (0, expected, ""))

    def test_an_option_of_one_tree_does_not_take_the_next_argument(self):
        self.write("a.order", "x -> y\n")
        out = self.order("show", "--kernel", self.write_tree(), "a.order")[1]
        self.assertEqual(len(out.splitlines()), 4)

    def test_show_as_tree_indents(self):
        self.write("a.order", "x -> y\ny -> z\n")
        self.assertEqual(self.order("show", "a.order", "--as", "tree")[1],
                         "a.order\n  x\n    y  (line 1)\n      z  (line 2)\n")

    def test_show_as_order_prints_a_file_that_says_the_same(self):
        code, out, err = self.order("show", "--kernel", self.write_tree(), "--as", "order")
        self.assertEqual((code, err), (0, ""))
        self.assertIn('source "linux-9.4 mm/rmap.c"\ngate -> cage  @5  # feeding\n', out)
        self.write("copy.order", out)
        self.assertEqual(self.order("diff", "copy.order", "tree"), (0, "", ""))

    # check

    def test_check_of_the_built_in_orders_finds_the_two_known_conflicts(self):
        code, out, err = self.order("check")
        self.assertEqual((code, err), (1, ""))
        self.assertEqual(out.count("declared-order-conflict: "), 2)
        for line in ("linux-6.12 mm/rmap.c:34: swap_lock -> mapping->private_lock",
                     "linux-6.12 mm/filemap.c:83: mapping->private_lock -> swap_lock",
                     "linux-6.12 mm/rmap.c:27: folio_lock -> hugetlbfs_i_mmap_rwsem_key",
                     "linux-6.12 mm/rmap.c:53: hugetlbfs_i_mmap_rwsem_key -> folio_lock"):
            self.assertIn(line, out)
        self.assertTrue(out.endswith("2 conflicts among 70 arcs of 3 files; "
                                     "what is in conflict is not enforced\n"))

    def test_check_is_silent_on_orders_that_agree(self):
        self.write("a.order", "x -> y\n")
        self.write("b.order", "y -> z\n")
        self.assertEqual(self.order("check", "a.order", "b.order"),
                         (0, "lockdep order: 0 conflicts among 2 arcs of 2 files\n", ""))

    def test_check_names_both_lines_of_a_conflict_between_two_files(self):
        self.write("a.order", "x -> y # here\n")
        self.write("b.order", "\ny -> x # there\n")
        code, out, _ = self.order("check", "a.order", "b.order")
        self.assertEqual(code, 1)
        self.assertIn("declared-order-conflict: x, y\n  a.order:1: x -> y (here)\n"
                      "  b.order:2: y -> x (there)\n", out)

    def test_check_holds_a_file_against_a_kernel_tree(self):
        self.write("a.order", "door -> gate\n")
        code, out, _ = self.order("check", "a.order", "--kernel", self.write_tree())
        self.assertEqual(code, 1)
        self.assertIn("declared-order-conflict: cage, door, gate\n", out)

    # diff

    def test_diff_of_the_same_is_silent(self):
        self.write("a.order", "x -> y # one\n")
        self.write("b.order", "alias y = Y\nx -> Y # other\n")
        self.assertEqual(self.order("diff", "a.order", "b.order"), (0, "", ""))

    def test_diff_prints_what_can_be_pasted(self):
        self.write("a.order", "x -> y\nx -> z # z\n")
        self.write("b.order", "x -> y\n")
        code, out, err = self.order("diff", "a.order", "b.order")
        self.assertEqual((code, out, err),
                         (1, "# Only in a.order: 1 arc.\nx -> z  # z\n\n", ""))
        with (self.directory / "b.order").open("a") as file:
            file.write(out)
        self.assertEqual(self.order("diff", "a.order", "b.order"), (0, "", ""))

    def test_diff_sees_drift_on_either_side(self):
        self.assertEqual(self.order("diff", "linux-6.12-rmap", "linux-6.12-filemap")[0], 1)
        code, out, _ = self.order("diff", "linux-6.12-mm", self.write_tree())
        self.assertEqual(code, 1)
        self.assertIn("# Only in linux-6.12-mm: ", out)
        self.assertIn("# Only in tree: 3 arcs.\n", out)

    # Bad input.

    def test_a_malformed_file_is_named_with_its_line(self):
        self.write("a.order", "x -> y\nx\n")
        for command in (["show"], ["check"], ["diff", "linux-6.12-mm"]):
            with self.subTest(command=command):
                self.assert_refused([*command, "a.order"],
                                    "a.order:2: cannot be understood; expected")

    def test_what_does_not_exist_is_named_with_what_does(self):
        self.assert_refused(["show", "none"], "none: cannot read it: No such file or directory; "
                                              "expected an order file")
        self.assert_refused(["check", "none"], "linux-6.12-mm")

    def test_a_directory_that_is_no_kernel_tree_is_refused(self):
        self.write("empty/file", "")
        self.assert_refused(["show", "empty"], "empty/mm/rmap.c: cannot read it")

    def test_a_kernel_file_without_the_comment_is_refused(self):
        tree = self.write_tree(**{"mm/filemap.c": "int x;\n"})
        self.assert_refused(["show", tree], "tree/mm/filemap.c:2: no lock-order comment; expected")

    def test_wrong_usage_is_refused(self):
        self.assert_refused(["show", "--as", "poem"], "--as")
        self.assert_refused(["show", "--bogus"], "--bogus")
        self.assert_refused(["diff", "linux-6.12-mm"], "B")
        self.assert_refused([], "lockdep order --help")

    def test_control_characters_of_a_file_name_do_not_reach_the_terminal(self):
        self.write("a\x1b[31m.order", "x -> y\n")
        self.assertNotIn("\x1b", self.order("show", "a\x1b[31m.order")[1])

    def test_help_names_the_exit_codes_and_the_format(self):
        for command in ([], ["show"], ["check"], ["diff"]):
            with self.subTest(command=command):
                code, out, err = self.order(*command, "--help")
                self.assertEqual((code, err), (0, ""))
                for part in ("Usage: lockdep order", "Exit codes:", "a -> b  # why", "Examples:"):
                    self.assertIn(part, out)


if __name__ == "__main__":
    unittest.main()

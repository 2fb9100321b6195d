#!/usr/bin/env python3
"""Tests of `lockdep mm` as a command.

usage: mm_command_test.py LOCKDEP [UNITTEST ARGS]
"""

import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

LOCKDEP = sys.argv.pop(1)
BROKEN = "vma-write-under-mmap-read"


def mm(*arguments):
    """Returns (exit code, stdout, stderr) of `lockdep mm ARGUMENTS`."""
    done = subprocess.run([LOCKDEP, "mm", *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def shown_on_a_terminal(arguments, seconds):
    """Interrupts the command after so many seconds; returns (exit code, stdout, terminal)."""
    outside, inside = pty.openpty()
    with subprocess.Popen([LOCKDEP, "mm", *arguments], stdout=subprocess.PIPE, stderr=inside,
                          text=True) as run:
        os.close(inside)
        time.sleep(seconds)
        run.send_signal(signal.SIGINT)
        text, _ = run.communicate(timeout=60)
    shown = b""
    try:
        while chunk := os.read(outside, 4096):
            shown += chunk
    except OSError:  # Nobody has the other end any more.
        pass
    os.close(outside)
    return run.returncode, text, shown.decode()


class MmCommandTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def path(self, name):
        return os.path.join(self.directory.name, name)

    # ---- list ----

    def test_list_names_every_scenario_with_its_group(self):
        code, text, _ = mm("list")
        self.assertEqual(code, 0)
        code, data, _ = mm("list", "--json")
        self.assertEqual(code, 0)
        scenarios = json.loads(data)["scenarios"]
        self.assertGreaterEqual(len(scenarios), 18)
        for scenario in scenarios:
            self.assertIn(f"  {scenario['name']} ", text)
            self.assertIn(scenario["description"], text)
            self.assertTrue(scenario["tasks"])
        groups = {scenario["group"] for scenario in scenarios}
        self.assertLessEqual({"fault", "broken", "museum", "why"}, groups)

    def test_list_names_operations_that_are_there_and_what_they_follow(self):
        _, text, _ = mm("list")
        _, data, _ = mm("list", "--json")
        listed = json.loads(data)
        operations = listed["operations"]
        self.assertGreaterEqual(len(operations), 35)
        scenarios = {scenario["name"] for scenario in listed["scenarios"]}
        model = pathlib.Path(__file__).parents[2] / "mm_model"
        for operation in operations:
            with self.subTest(operation["name"]):
                self.assertIn(f"  {operation['name']} ", text)
                self.assertIn(operation["scenario"], scenarios)
                source = (model / operation["file"]).read_text(encoding="utf-8")
                self.assertRegex(source, rf"\b{operation['name']}\(")
                comment = source.split("\n\n")[0].replace("\n// ", " ")
                kernel, path = operation["follows"].rsplit(" ", 1)
                self.assertRegex(comment, rf"Follows {kernel}\b")
                self.assertIn(path, comment)

    # ---- museum and consequences ----

    def test_a_museum_piece_is_explored_by_its_name_as_it_was_and_mended(self):
        code, text, _ = mm("explore", "stackrot")
        self.assertEqual(code, 1)
        self.assertIn("vma->vm_start", text)
        code, text, _ = mm("explore", "stackrot-mended", "--max-executions", "2000")
        self.assertEqual(code, 0, text)

    def test_a_consequence_is_shown_as_a_story_and_never_comes_when_the_rule_is_kept(self):
        code, text, _ = mm("explore", "why-vma-write-needs-mmap-write")
        self.assertEqual(code, 1)
        self.assertIn("deadlock", text)
        self.assertRegex(text, r"one +\| other")
        code, text, _ = mm("explore", "why-vma-write-needs-mmap-write-kept")
        self.assertEqual(code, 0, text)
        self.assertIn("exhausted: every order of steps that can matter was run", text)

    # ---- run ----

    def test_a_museum_piece_is_run_and_explored_by_its_name(self):
        data = json.loads(mm("explore", "stackrot", "--stop-at-first", "--json")[1])
        schedule = data["discoveries"][0]["schedule"]
        code, text, _ = mm("explore", "--replay", schedule)
        self.assertEqual(code, 1)
        self.assertIn(f">>> {data['discoveries'][0]['kind']}", text)
        self.assertEqual(mm("explore", "stackrot-mended")[0], 0)

    def test_all_clean_scenarios_are_clean(self):
        code, text, errors = mm("run", "all-clean")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("no findings", text)
        self.assertRegex(text, r"\b\d\d scenarios")

    def test_a_clean_scenario_is_clean_for_any_seed(self):
        for seed in range(10):
            code, _, _ = mm("run", "fault-races-munmap", "fault-races-truncate", "--seed", str(seed))
            self.assertEqual(code, 0)

    def test_a_broken_rule_is_a_finding_and_exit_code_1(self):
        code, text, _ = mm("run", BROKEN)
        self.assertEqual(code, 1)
        self.assertIn("invalid-lock-state", text)
        self.assertIn("WriteLockVmaUnderMmapRead", text)
        self.assertIn("ST-VW", text)

    def test_an_unprotected_write_names_field_place_and_what_is_missing(self):
        code, text, _ = mm("run", "vm-flags-without-vma-write")
        self.assertEqual(code, 1)
        self.assertIn("vma->vm_flags", text)
        self.assertIn("vm_flags_reset", text)
        self.assertIn("missing: vma:write", text)

    def test_a_deadlock_of_the_tasks_is_said(self):
        code, text, _ = mm("run", "mmap-lock-under-vma-read")
        self.assertEqual(code, 1)
        self.assertIn("Deadlock: task 'reader' waits for mm->mmap_lock", text)
        self.assertIn("deadlock in scenario 'mmap-lock-under-vma-read'", text)
        self.assertIn("task 'reader' waits for mm->mmap_lock", text)
        self.assertIn("task 'writer' waits for vma_start_write", text)

    def test_declared_orders_can_be_left_out(self):
        self.assertEqual(mm("run", "rmap-locks-in-wrong-order")[0], 1)
        self.assertEqual(mm("run", "rmap-locks-in-wrong-order", "--no-orders")[0], 0)

    def test_json_has_the_outcome_and_the_report(self):
        code, data, _ = mm("run", "fork", BROKEN, "--json")
        run = json.loads(data)
        self.assertEqual(code, 1)
        self.assertEqual([e["scenario"] for e in run["executions"]], ["fork", BROKEN])
        self.assertEqual({e["outcome"] for e in run["executions"]}, {"completed"})
        self.assertEqual(run["report"]["schema"], "lockdep-report")
        self.assertEqual([f["kind"] for f in run["report"]["findings"]], ["invalid-lock-state"])
        self.assertEqual(run["report"]["subject"]["command"], f"lockdep mm run fork {BROKEN}")

    def test_the_same_seed_gives_the_same_steps(self):
        def steps(seed):
            data = mm("run", "fault-races-fork", "--json", "--seed", seed)[1]
            return json.loads(data)["executions"][0]["steps"]
        self.assertEqual(steps("3"), steps("3"))
        self.assertGreater(len({steps(str(seed)) for seed in range(8)}), 1)

    def test_recording_and_reports_say_the_same(self):
        html, recording = self.path("mm.html"), self.path("mm.lockdep")
        code, _, errors = mm("run", BROKEN, "--record", recording, "--report", html,
                             "--report", self.path("mm.json"))
        self.assertEqual((code, errors), (1, ""))
        self.assertIn("vma_start_write", pathlib.Path(html).read_text(encoding="utf-8"))
        report = json.loads(pathlib.Path(self.path("mm.json")).read_text(encoding="utf-8"))
        self.assertEqual(len(report["findings"]), 1)
        again = subprocess.run([LOCKDEP, "report", recording, "--format", "json"],
                               capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(again.stdout)["findings"], report["findings"])

    def test_the_html_report_has_the_lock_states_and_the_orders_that_were_taken(self):
        html, data = self.path("mm.html"), self.path("mm.json")
        self.assertEqual(mm("run", "all-clean", "--report", html, "--report", data)[0], 0)
        page = pathlib.Path(html).read_text(encoding="utf-8")
        self.assertIn("Lock states of a VMA", page)
        self.assertIn(">invalid<", page)
        self.assertIn("ST-VW", page)
        exercised, declared = re.search(
            r"(\d+) of (\d+) declared arcs were exercised", page).groups()
        self.assertGreater(int(exercised), 30)
        self.assertGreater(int(declared), int(exercised))
        # The JSON report carries them on.
        tables = json.loads(pathlib.Path(data).read_text(encoding="utf-8"))["tables"]
        self.assertEqual([len(table["rows"]) for table in tables], [27, 3])
        again = subprocess.run([LOCKDEP, "report", data, "--format", "html"], capture_output=True,
                               text=True, check=True)
        self.assertIn("Lock states of a VMA", again.stdout)

    def test_the_table_of_a_report_is_the_one_of_the_command(self):
        for kind in ("refcount", "semaphore"):
            data = self.path(f"{kind}.json")
            mm("explore", "mmap", "--vma-lock", kind, "--report", data)
            rows = json.loads(pathlib.Path(data).read_text(encoding="utf-8"))["tables"][0]["rows"]
            states = json.loads(mm("table", "--vma-lock", kind, "--json")[1])["states"]
            for row, state in zip(rows, states, strict=True):
                self.assertEqual(row[:3], [state["mmap"], state["vma"], state["rmap"]])
                if not state["valid"]:
                    self.assertEqual(row[3:], ["invalid", "", "", "", state["rule"]])
                    continue
                keys = ("stable", "read", "write_most", "write_all")
                self.assertEqual(row[3:7], ["yes" if state[key] else "no" for key in keys])

    def test_stacks_are_kernel_call_chains(self):
        report = json.loads(mm("run", "fork", "--json")[1])["report"]
        sites = {(d["from"], d["to"]): (d["from_site"]["function"], d["to_site"]["function"])
                 for d in report["graph"]["dependencies"] if d.get("to_site")}
        locked_from, locked_at = sites[("vma_start_write", "mapping->i_mmap_rwsem")]
        self.assertIn("vma_link_file", locked_at)
        self.assertTrue("dup" in locked_from or "mmap" in locked_from, locked_from)

    def test_explain_tells_task_locks_and_rules_of_each_step(self):
        code, text, _ = mm("run", "vm-flags-without-vma-write", "--explain")
        self.assertEqual(code, 1)
        story = text.split("\n\n")[0]
        self.assertIn("  2  mprotect lock mm->mmap_lock\n", story)
        self.assertIn("holds nothing -> mm->mmap_lock (write)\n", story)
        self.assertIn("rule  a write of vma->vm_flags needs mmap:write & vma:write", story)
        self.assertIn(">>> unprotected-access: vma->vm_flags", story)
        self.assertIn("holds mm->mmap_lock (write) -> nothing", story)
        self.assertLessEqual(max(len(line) for line in story.splitlines()), 100)

    def test_explain_tells_the_same_as_json(self):
        run = json.loads(mm("run", BROKEN, "fork", "--explain", "--json")[1])["executions"]
        for execution in run:
            steps = execution["explanation"]
            self.assertEqual(len(steps), execution["steps"])
            self.assertEqual([step["step"] for step in steps], list(range(1, len(steps) + 1)))
            held = {}
            for step in steps:  # What a task holds changes in its own steps only.
                self.assertEqual(held.get(step["task"], "nothing"), step["before"], step)
                held[step["task"]] = step["after"]
            self.assertEqual(set(held.values()), {"nothing"})
        findings = [found for step in run[0]["explanation"] for found in step["findings"]]
        self.assertEqual(len(findings), 1)
        self.assertIn("ST-VW", findings[0])
        asked = {rule for step in run[1]["explanation"] for rule in step["rules"]}
        self.assertTrue(any(rule.startswith("PT-") for rule in asked), asked)
        self.assertTrue(any(rule.startswith("the order of mapping->i_mmap_rwsem after")
                            for rule in asked), asked)

    def test_a_replayed_schedule_is_explained(self):
        data = json.loads(mm("explore", "mmap-lock-under-vma-read", "--json")[1])
        schedule = next(found["schedule"] for found in data["discoveries"]
                        if found["kind"] == "deadlock")
        code, text, _ = mm("explore", "--replay", schedule, "--explain")
        self.assertEqual(code, 1)
        self.assertIn(">>> deadlock: mm->mmap_lock", text)
        self.assertIn("  1  reader starts\n", text)
        replayed = json.loads(mm("explore", "--replay", schedule, "--explain", "--json")[1])
        self.assertEqual(len(replayed["explanation"]), replayed["steps"])
        self.check_usage_error(["explore", "fork", "--explain"], "--explain goes with --replay")

    # ---- explore ----

    def test_exploring_clean_scenarios_exhausts_their_orders(self):
        code, text, errors = mm("explore", "fault-races-munmap")
        self.assertEqual((code, errors), (0, ""))  # Quiet where no terminal is.
        self.assertIn("exhausted: every order of steps that can matter was run", text)
        self.assertIn("no findings", text)

    def test_scenarios_are_explored_together(self):
        data = json.loads(mm("explore", "fault-under-vma-lock", "munmap", "--max-executions", "500",
                             "--json")[1])
        self.assertEqual(data["program"], "fault-under-vma-lock+munmap")
        self.assertEqual(data["executions"] + data["left_early"], 500)
        self.assertFalse(data["exhausted"])
        self.assertEqual(data["discoveries"], [])

    def test_a_deadlock_is_a_finding_with_a_story_and_a_schedule_that_replays(self):
        code, text, _ = mm("explore", "mmap-lock-under-vma-read")
        self.assertEqual(code, 1)
        self.assertIn("Deadlock: task 'reader' waits for mm->mmap_lock", text)
        self.assertIn(" step  reader                                   | writer", text)
        data = json.loads(mm("explore", "mmap-lock-under-vma-read", "--json")[1])
        self.assertTrue(data["exhausted"])
        kinds = [found["kind"] for found in data["discoveries"]]
        self.assertEqual(sorted(kinds), ["deadlock", "invalid-lock-state"])
        schedule = data["discoveries"][kinds.index("deadlock")]["schedule"]
        self.assertIn(schedule, text)
        code, replayed, _ = mm("explore", "--replay", schedule)
        self.assertEqual(code, 1)
        self.assertIn(">>> deadlock: mm->mmap_lock", replayed)

    def test_pct_and_random_are_the_same_for_the_same_seed(self):
        for strategy in ("pct", "random"):
            runs = [json.loads(mm("explore", "fault-races-fork", "--strategy", strategy, "--seed",
                                  seed, "--max-executions", "50", "--json")[1])["steps"]
                    for seed in ("1", "1", "2")]
            self.assertEqual(runs[0], runs[1])
            self.assertNotEqual(runs[0], runs[2])

    def test_a_mutation_is_found(self):
        code, text, _ = mm("explore", "mprotect", "--mutate", "drop vma_start_write",
                           "--stop-at-first")
        self.assertEqual(code, 1)
        self.assertIn("ended with the first that went wrong", text)
        self.assertIn(">>> unprotected-access: vma->vm_", text)

    def test_an_interrupted_exploration_says_what_it_covered(self):
        with subprocess.Popen([LOCKDEP, "mm", "explore", "fault-races-fork", "fork",
                               "--max-executions", "0"], stdout=subprocess.PIPE, text=True) as run:
            time.sleep(1)
            run.send_signal(signal.SIGINT)
            text, _ = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0)
        self.assertIn("interrupted: what was run until then is covered, nothing else", text)
        self.assertRegex(text, r"[1-9]\d* executions")

    def test_a_terminal_shows_how_far_it_is(self):
        code, text, shown = shown_on_a_terminal(
            ["explore", "fault-races-fork", "fork", "--max-executions", "0"], 1.5)
        self.assertEqual(code, 0)
        self.assertRegex(shown, r"\r\d+ executions, \d+ a second, \d+ steps deep, \d+ open")
        self.assertTrue(shown.endswith(" \r"), shown)  # Nothing of it is left.
        self.assertIn("interrupted: what was run until then is covered, nothing else", text)

    def test_an_interrupted_verify_says_what_it_did(self):
        code, text, shown = shown_on_a_terminal(["verify", "--max-executions", "0"], 3)
        self.assertEqual(code, 1)
        self.assertRegex(shown, r"lockdep: \d+ of \d+ (pairs of operations|scenarios|museum)")
        self.assertIn("interrupted: only what follows was run", text)

    def test_bounds_are_kept(self):
        data = json.loads(mm("explore", "fault-races-fork", "fork", "--max-time", "0.2",
                             "--max-executions", "0", "--json")[1])
        self.assertFalse(data["exhausted"])
        self.assertLess(data["seconds"], 30)

    # ---- bad input ----

    def check_usage_error(self, arguments, *expected):
        code, out, errors = mm(*arguments)
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(len(errors.splitlines()), 1, errors)
        for text in expected:
            self.assertIn(text, errors)

    def test_an_unknown_scenario_gets_the_nearest_name(self):
        self.check_usage_error(["run", "fault-race-munmap"], "unknown scenario 'fault-race-munmap'",
                               "did you mean 'fault-races-munmap'?", "lockdep mm list")

    def test_wrong_usage_is_one_line(self):
        self.check_usage_error(["run"], "SCENARIO")
        self.check_usage_error(["run", "fork", "--seed", "many"], "--seed")
        self.check_usage_error(["run", "fork", "--nonsense"], "--nonsense")

    def test_a_schedule_that_does_not_fit_is_refused(self):
        schedule = "mm1:mmap-lock-under-vma-read:refcount:a4.b9:00000000"
        self.check_usage_error(["explore", "--replay", schedule], "another version of the model")
        self.check_usage_error(["explore", "fork", "--replay", schedule],
                               "is one of mmap-lock-under-vma-read, not of fork")
        self.check_usage_error(["explore", "--replay", "mm1:fork"], "five parts")
        self.check_usage_error(["explore", "--replay", schedule.replace("mm1", "mm9")], "not of mm1")
        self.check_usage_error(["explore", "--replay", schedule.replace("read:", "raed:")],
                               "unknown scenario", "did you mean 'mmap-lock-under-vma-read'?")

    def test_wrong_options_of_explore_are_refused_in_a_line(self):
        self.check_usage_error(["explore"], "SCENARIO is required")
        self.check_usage_error(["explore", "fork", "--strategy", "best"], "say dfs, pct or random")
        self.check_usage_error(["explore", "fork", "--vma-lock", "x"], "say refcount or semaphore")
        for time_limit in ("nan", "-1", "soon"):
            self.check_usage_error(["explore", "fork", f"--max-time={time_limit}"],
                                   f"{time_limit} is no number of seconds")
        self.check_usage_error(["explore", "fork", "--mutate", "lose x"], "write drop, weaken")
        self.check_usage_error(["explore"] + ["fork"] * 9, "9 tasks; at most 8")

    def test_an_order_of_ones_own_counts_too(self):
        order = pathlib.Path(self.path("own.order"))
        order.write_text("folio_lock -> mm->mmap_lock\nmapping->i_mmap_rwsem -> mm->mmap_lock\n",
                         encoding="utf-8")
        code, text, _ = mm("run", "munmap", "--no-orders", "--order", str(order))
        self.assertEqual(code, 1)
        self.assertIn("declared-order-violation", text)

    def test_malformed_order_data_is_refused_with_file_line_and_reason(self):
        order = pathlib.Path(self.path("own.order"))
        order.write_text("# fine\nfolio_lock -> ptl\nfolio_lock > ptl\n", encoding="utf-8")
        for command in ("run", "explore"):
            self.check_usage_error([command, "munmap", "--order", str(order)], f"{order}:3: ")
            self.check_usage_error([command, "munmap", "--order", self.path("none")], "none")

    def test_a_bound_that_is_no_number_is_refused(self):
        for bound in ("--max-executions=-1", "--max-steps=many"):
            self.check_usage_error(["explore", "fork", bound], "is no number from 0")
        self.check_usage_error(["explore", "fork", "--max-time=-1"], "--max-time")
        self.check_usage_error(["verify", "--max-executions=-1"], "is no number from 0")

    def test_a_seed_that_is_no_number_is_refused(self):
        for seed in ("-1", "1.5", "18446744073709551616", "x"):
            self.check_usage_error(["run", "fork", f"--seed={seed}"], "is no number from 0")
            self.check_usage_error(["explore", "fork", f"--seed={seed}"], "is no number from 0")

    # ---- rules, table, verify ----

    def test_rules_lists_every_kind_with_its_source(self):
        code, text, errors = mm("rules")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("vma->vm_start", text)
        self.assertIn("PT-INST", text)
        self.assertIn("ST-VR-M", text)
        self.assertIn("undeclared-dependency", text)
        code, data, _ = mm("rules", "--json")
        self.assertEqual(code, 0)
        rules = json.loads(data)
        for field in rules["fields"]:
            asking = [side for side in ("write", "read") if field[side]]
            self.assertTrue(asking, field["field"])
            for side in asking:
                self.assertTrue(field[side]["source"], field["field"])
        arcs = {(arc["from"], arc["to"]): arc for arc in rules["orders"]["declared"]}
        self.assertEqual(arcs["swap_lock", "mapping->private_lock"]["status"], "disputed")
        self.assertTrue(arcs["mapping->i_mmap_rwsem", "anon_vma->rwsem"]["exercised_in"])

    def test_table_is_computed_for_both_generations_of_the_vma_lock(self):
        for generation in ("refcount", "semaphore"):
            code, data, errors = mm("table", "--vma-lock", generation, "--json")
            self.assertEqual((code, errors), (0, ""))
            states = json.loads(data)["states"]
            self.assertEqual(len(states), 27)
            self.assertEqual(sum(not state["valid"] for state in states), 6)
        self.check_usage_error(["table", "--vma-lock", "x"], "say refcount or semaphore")

    def test_verify_gives_the_line_of_the_readme(self):
        code, data, errors = mm("verify", "--max-executions", "1", "--json")
        self.assertEqual((code, errors), (0, ""), data)
        totals = json.loads(data)
        readme = pathlib.Path(__file__).parents[2] / "README.md"
        line = re.search(
            r"(\d+) rules, (\d+) scenarios, (\d+) mutants, (\d+) caught, (\d+) explained, "
            r"(\d+) unexplained,\s(\d+) museum pieces, (\d+) consequences, (\d+) operation pairs",
            readme.read_text(encoding="utf-8"),
        )
        keys = (
            "rules scenarios mutants mutants_caught mutants_explained mutants_unexplained "
            "museum_pieces consequences operation_pairs"
        ).split()
        self.assertEqual([int(number) for number in line.groups()], [totals[key] for key in keys])
        self.assertEqual(totals["mutants_unexplained"], 0)
        self.assertEqual(len(totals["redundant_by_documentation"]), totals["mutants_explained"])
        self.assertEqual(len(totals["pairs"]), totals["operation_pairs"])
        for rule in totals["rules_from_both_sides"]:
            self.assertGreater(rule["asked"], 0, rule)
            self.assertGreater(rule["mutants"], 0, rule)
        exhausted = sum(pair["exhausted"] for pair in totals["pairs"])
        self.assertEqual(exhausted, totals["operation_pairs_exhausted"])

    def test_an_output_that_cannot_be_written_is_refused_before_the_run(self):
        self.check_usage_error(["run", "fork", "--report", "/nonexistent/x.html"], "/nonexistent")
        self.check_usage_error(["run", "fork", "--report", self.path("x.doc")], "x.doc")
        self.check_usage_error(["run", "fork", "--record", "/nonexistent/x"], "/nonexistent")


if __name__ == "__main__":
    unittest.main()

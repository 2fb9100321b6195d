#!/usr/bin/env python3
"""The templates of scripts/ci: what can be tried of them without the services.

usage: ci_templates_test.py PREFIX CI_DIR PROJECT_DIR SCRATCH_DIR
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import yaml

PREFIX, CI, PROJECT, SCRATCH = (pathlib.Path(path).resolve() for path in sys.argv[1:5])
del sys.argv[1:5]

BUILD = f"cmake -B build -DWATCHED=OFF -DCMAKE_PREFIX_PATH={PREFIX} && cmake --build build"
TEST = "ctest --test-dir build --output-on-failure"


def github():
    return yaml.safe_load((CI / "github-lockdep.yml").read_text(encoding="utf-8"))


def gitlab():
    return yaml.safe_load((CI / "gitlab-lockdep.yml").read_text(encoding="utf-8"))[".lockdep"]


class TemplateTest(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        self.project = SCRATCH / "tests/consumer/project"
        shutil.copytree(PROJECT, self.project)
        programs = SCRATCH / "tests/cli/programs"
        programs.mkdir(parents=True)
        shutil.copy(PROJECT / "../../cli/programs/two_orders.c", programs)
        (self.project / "ci").mkdir()
        (self.project / "ci/locks.baseline").touch()

    def run_step(self, script, variables):
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("GITHUB_", "CI_", "LOCKDEP_", "LD_"))}
        environment["PATH"] = f"{PREFIX}/bin:{environment['PATH']}"
        # What a step runs in, inside a container.
        return subprocess.run(["sh", "-e", "-c", script], cwd=self.project,
                              env=environment | variables, capture_output=True, text=True,
                              check=False, timeout=300)

    def assert_red_gate(self, result):
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("lock-order-inversion", result.stdout + result.stderr)
        for name in ("locks.html", "locks.sarif", "locks.junit.xml", "run.lockdep"):
            self.assertTrue((self.project / "lockdep-reports" / name).stat().st_size, name)

    def test_the_github_job_builds_tests_and_turns_red(self):
        # YAML 1.1 takes the key "on" for true.
        workflow = github()
        inputs = {name: str(given.get("default", ""))
                  for name, given in workflow[True]["workflow_call"]["inputs"].items()}
        inputs |= {"build": BUILD, "test": TEST}
        steps = {step.get("name"): step for step in workflow["jobs"]["locks"]["steps"]}

        def variables(step):
            return {key: re.sub(r"\${{ inputs\.([\w-]+) }}", lambda match: inputs[match[1]], value)
                    for key, value in step.get("env", {}).items()}

        built = self.run_step(steps["Build"]["run"], variables(steps["Build"]))
        self.assertEqual(built.returncode, 0, built.stdout + built.stderr)
        step = steps["Test under lockdep"]
        self.assert_red_gate(self.run_step(step["run"], variables(step)))

    def test_no_input_is_pasted_into_a_script(self):
        """What a caller passes is data in a variable, never text of a program."""
        for step in github()["jobs"]["locks"]["steps"]:
            self.assertNotIn("${{", step.get("run", ""), step)

    def test_every_input_and_report_is_used(self):
        text = (CI / "github-lockdep.yml").read_text(encoding="utf-8")
        for name in github()[True]["workflow_call"]["inputs"]:
            self.assertRegex(text, rf"inputs\.{name}\b")
        self.assertIn("sarif_file: lockdep-reports/locks.sarif", text)

    def test_the_gitlab_job_builds_tests_and_turns_red(self):
        job = gitlab()
        variables = job["variables"] | {"LOCKDEP_BUILD": BUILD, "LOCKDEP_TEST": TEST}
        self.assert_red_gate(self.run_step("\n".join(job["script"]), variables))
        self.assertEqual(job["artifacts"]["when"], "always")
        self.assertTrue((self.project / job["artifacts"]["reports"]["junit"]).exists())

    def job(self, *arguments, **variables):
        script = 'lockdep-ci "$@" -- sh -c "./build/two_orders ab && ./build/two_orders ba"'
        environment = os.environ | {"PATH": f"{PREFIX}/bin:{os.environ['PATH']}"} | variables
        return subprocess.run(["sh", "-c", script, "sh", *arguments], cwd=self.project,
                              env=environment, capture_output=True, text=True, check=False,
                              timeout=300)

    def output(self, name):
        return (self.project / "lockdep-reports" / name).read_text(encoding="utf-8")

    def test_what_the_baseline_accepts_is_a_failure_in_no_report(self):
        self.assertEqual(self.run_step(BUILD, {}).returncode, 0)
        red = self.job(GITHUB_ACTIONS="true")
        self.assertEqual(red.returncode, 1, red.stdout + red.stderr)
        self.assertRegex(red.stdout, r"(?m)^::warning .*two_orders\.c")
        self.assertIn('failures="1"', self.output("locks.junit.xml"))
        known = json.loads(self.output("locks.json"))["findings"][0]
        (self.project / "ci/locks.baseline").write_text(
            f"{known['fingerprint']} {known['kind']} a b reason=\"we know\"\n", encoding="utf-8")

        green = self.job(GITHUB_ACTIONS="true")

        self.assertEqual(green.returncode, 0, green.stdout + green.stderr)
        self.assertNotIn("::warning", green.stdout)
        self.assertIn('failures="0"', self.output("locks.junit.xml"))
        self.assertIn("we know", self.output("locks.html"))
        result = json.loads(self.output("locks.sarif"))["runs"][0]["results"][0]
        self.assertEqual(result["baselineState"], "unchanged")

    def test_options_of_the_gate_reach_it(self):
        self.assertEqual(self.run_step(BUILD, {}).returncode, 0)
        self.assertEqual(self.job("--fail-on", "confirmed").returncode, 0)
        (self.project / "known").write_text('kind=lock-order-inversion reason="all"\n',
                                            encoding="utf-8")
        self.assertEqual(self.job("--suppressions", "known").returncode, 0)
        self.assertEqual(self.job("--fail-on", "nonsense").returncode, 2)

    def test_without_a_baseline_the_reports_are_there_and_nothing_passes(self):
        self.assertEqual(self.run_step(BUILD, {}).returncode, 0)
        result = self.job("--baseline", "none")
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("none: no such baseline", result.stderr)
        self.assertIn("lock-order-inversion", self.output("locks.html"))

    def test_every_script_is_plain_shell(self):
        scripts = [step["run"] for step in github()["jobs"]["locks"]["steps"] if "run" in step]
        scripts.append("\n".join(gitlab()["before_script"] + gitlab()["script"]))
        for script in scripts:
            checked = subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True,
                                     check=False)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()

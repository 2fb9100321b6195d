#!/usr/bin/env python3
"""The templates of scripts/ci: what can be tried of them without the services.

usage: ci_templates_test.py PREFIX CI_DIR PROJECT_DIR SCRATCH_DIR
"""

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
        return subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=self.project,
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

    def test_every_script_is_bash(self):
        scripts = [step["run"] for step in github()["jobs"]["locks"]["steps"] if "run" in step]
        scripts.append("\n".join(gitlab()["before_script"] + gitlab()["script"]))
        for script in scripts:
            checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True,
                                     check=False)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()

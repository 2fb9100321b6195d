#!/usr/bin/env python3
"""Reads the reviewed reports with the readers that they are made for.

That the tool still makes the very same is golden.py's affair.
"""

import copy
import html
import html.parser
import json
import re
import subprocess
import sys
import unittest
import urllib.parse
import xml.etree.ElementTree

import golden
import sarif_check

# What a terminal, a log viewer or a bidirectional display would act on.
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe]")


def text_of(name, form):
    return golden.reviewed(name, form).read_text(encoding="utf-8")


class TagReader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(sorted(key for key, _ in attrs))))


def tags(text):
    reader = TagReader()
    reader.feed(text)
    return reader.tags


def strings(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


class InertTest(unittest.TestCase):
    def test_no_format_holds_a_character_that_acts(self):
        for name in golden.INPUTS:
            for form in golden.FORMATS:
                with self.subTest(name=name, form=form):
                    self.assertIsNone(ACTIVE.search(text_of(name, form)))

    def test_hostile_names_add_no_markup(self):
        for form in ("html", "markdown"):
            with self.subTest(form=form):
                self.assertEqual({tag for tag, _ in tags(text_of("hostile", form))}
                                 - {tag for tag, _ in tags(text_of("bank", form))}, set())
                self.assertNotIn("onload", {key for _, keys in tags(text_of("hostile", form))
                                            for key in keys})

    def test_markdown_has_no_mark_of_a_name(self):
        text = text_of("hostile", "markdown")
        outside = re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)
        for mark in ("`", "@", "https:", "](", "**", "~~"):
            self.assertNotIn(mark, outside)

    def test_sarif_text_has_no_character_that_acts(self):
        for text in strings(json.loads(text_of("hostile", "sarif"))):
            self.assertIsNone(ACTIVE.search(text), text)


class SarifTest(unittest.TestCase):
    def test_code_scanning_has_all_that_it_requires(self):
        for name in golden.INPUTS:
            with self.subTest(name=name):
                self.assertEqual(sarif_check.check(json.loads(text_of(name, "sarif"))), [])

    def test_the_check_finds_what_is_missing(self):
        log = json.loads(text_of("bank", "sarif"))
        spoilers = {
            "uri": lambda r: r["locations"][0]["physicalLocation"]["artifactLocation"].pop("uri"),
            "startColumn": lambda r: r["locations"][0]["physicalLocation"]["region"].pop("startColumn"),
            "primaryLocationLineHash": lambda r: r.pop("partialFingerprints"),
            "locations": lambda r: r.update(locations=[]),
            "not related": lambda r: r["message"].update(text="[x](77)"),
            "raw brace": lambda r: r["message"].update(text="{0}"),
            "thread flow": lambda r: r["codeFlows"][0]["threadFlows"].append(
                r["codeFlows"][0]["threadFlows"][0]),
            "ruleIndex": lambda r: r.update(ruleIndex=0),
            "unknown property codeflows": lambda r: r.update(codeflows=r.pop("codeFlows")),
            "baselineState: no str": lambda r: r.update(baselineState=None),
            "justification": lambda r: r.update(suppressions=[{"kind": "external"}]),
        }
        for what, spoil in spoilers.items():
            with self.subTest(what=what):
                spoilt = copy.deepcopy(log)
                spoil(spoilt["runs"][0]["results"][0])
                self.assertTrue(any(what in fault for fault in sarif_check.check(spoilt)), what)

    def test_the_check_finds_what_is_missing_around_the_results(self):
        spoilers = {
            "$schema": lambda log, run, rule: log.pop("$schema"),
            "log: version": lambda log, run, rule: log.pop("version"),
            "tool.driver.name": lambda log, run, rule: run["tool"]["driver"].pop("name"),
            "semanticVersion": lambda log, run, rule: run["tool"]["driver"].pop("semanticVersion"),
            "no rules": lambda log, run, rule: run["tool"]["driver"].pop("rules"),
            "no results": lambda log, run, rule: run.pop("results"),
            "automationDetails.id": lambda log, run, rule: run.pop("automationDetails"),
            "no id": lambda log, run, rule: rule.pop("id"),
            "shortDescription: no text": lambda log, run, rule: rule.pop("shortDescription"),
            "fullDescription: no text": lambda log, run, rule: rule["fullDescription"].pop("text"),
            "help: no text": lambda log, run, rule: rule["help"].pop("text"),
            "precision": lambda log, run, rule: rule["properties"].pop("precision"),
            "problem.severity": lambda log, run, rule: rule["properties"].pop("problem.severity"),
        }
        for what, spoil in spoilers.items():
            with self.subTest(what=what):
                log = json.loads(text_of("nothing", "sarif"))
                spoil(log, log["runs"][0], log["runs"][0]["tool"]["driver"]["rules"][0])
                self.assertTrue(any(what in fault for fault in sarif_check.check(log)), what)

    def test_both_sides_of_an_inversion_are_there(self):
        results = json.loads(text_of("bank", "sarif"))["runs"][0]["results"]
        inversion = next(r for r in results if "22cf38f80c1fa0e0" in str(r["partialFingerprints"]))
        self.assertEqual([flow["id"] for flow in inversion["codeFlows"][0]["threadFlows"]],
                         ["thread 2 (teller)", "thread 3 (auditor)"])
        self.assertEqual([place["physicalLocation"]["region"]["startLine"]
                          for place in inversion["relatedLocations"][:3]], [33, 28, 49])
        self.assertEqual(inversion["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                         "bank.cc")

    def test_levels_and_suppressions(self):
        results = json.loads(text_of("bank", "sarif"))["runs"][0]["results"]
        self.assertEqual([r["level"] for r in results],
                         ["error", "error", "warning", "warning", "note", "error"])
        self.assertEqual([len(r["suppressions"]) for r in results], [0, 0, 0, 0, 0, 1])

    def test_a_run_that_saw_nothing_is_no_success(self):
        run = json.loads(text_of("nothing", "sarif"))["runs"][0]
        self.assertFalse(run["invocations"][0]["executionSuccessful"])
        self.assertEqual(run["results"], [])


class XmlTest(unittest.TestCase):
    def test_junit_counts_what_it_holds(self):
        for name, expected in (("bank", (7, 4, 1, 0)), ("hostile", (7, 4, 1, 0)),
                               ("nothing", (1, 0, 0, 1))):
            with self.subTest(name=name):
                suite = xml.etree.ElementTree.fromstring(text_of(name, "junit")).find("testsuite")
                cases = suite.findall("testcase")
                said = tuple(int(suite.get(key))
                             for key in ("tests", "failures", "skipped", "errors"))
                held = tuple(len([case for case in cases if case.find(tag) is not None])
                             for tag in ("failure", "skipped", "error"))
                self.assertEqual(said, expected)
                self.assertEqual((len(cases), *held), expected)
                self.assertEqual(len({(case.get("classname"), case.get("name")) for case in cases}),
                                 len(cases))

    def test_graphml_is_a_graph(self):
        space = "{http://graphml.graphdrawing.org/xmlns}"
        for name in golden.INPUTS:
            with self.subTest(name=name):
                root = xml.etree.ElementTree.fromstring(text_of(name, "graphml"))
                keys = {key.get("id") for key in root.findall(f"{space}key")}
                graph = root.find(f"{space}graph")
                nodes = {node.get("id") for node in graph.findall(f"{space}node")}
                for edge in graph.findall(f"{space}edge"):
                    self.assertLessEqual({edge.get("source"), edge.get("target")}, nodes)
                for data in root.iter(f"{space}data"):
                    self.assertIn(data.get("key"), keys)
        self.assertEqual(len(nodes), 0)


class GithubTest(unittest.TestCase):
    COMMAND = re.compile(r"::(error|warning|notice) (file=[^:,]*,line=\d+,)?title=[^:,]*::[^\r\n]*")

    def test_every_line_is_one_command(self):
        for name in ("bank", "hostile"):
            for line in text_of(name, "github").splitlines():
                with self.subTest(line=line):
                    self.assertRegex(line, self.COMMAND)
                    self.assertEqual(self.COMMAND.match(line).end(), len(line))

    def test_what_is_suppressed_is_not_annotated(self):
        kinds = [line.split(" ")[0] for line in text_of("bank", "github").splitlines()]
        self.assertEqual(kinds, ["::error", "::error", "::warning", "::warning", "::notice"])


class DotTest(unittest.TestCase):
    def test_graphviz_reads_it_and_shows_the_names(self):
        for name in golden.INPUTS:
            with self.subTest(name=name):
                drawn = subprocess.run(["dot", "-Tjson0"], input=text_of(name, "dot").encode(),
                                       capture_output=True, check=True)
                self.assertEqual(drawn.stderr, b"")
                graph = json.loads(drawn.stdout)
                report = json.loads((golden.HERE / f"{name}.json").read_text(encoding="utf-8"))
                self.assertEqual(len(graph.get("objects", [])), len(report["graph"]["classes"]))
                self.assertEqual(len(graph.get("edges", [])), len(report["graph"]["dependencies"]))


class JsonTest(unittest.TestCase):
    def test_json_says_what_was_read(self):
        for name in golden.INPUTS:
            before = json.loads((golden.HERE / f"{name}.json").read_text(encoding="utf-8"))
            after = json.loads(text_of(name, "json"))
            # What was read may be of an older version: it lacks keys that were added since.
            old, new = before["graph"]["classes"], after["graph"]["classes"]
            self.assertEqual(len(new), len(old))
            for read, written in zip(old, new):
                self.assertEqual({key: written[key] for key in read}, read)
            # What is suppressed stands behind what is not.
            expected = sorted(before["findings"], key=lambda f: f["suppressed_by"] is not None)
            self.assertEqual([f["title"] for f in after["findings"]],
                             [f["title"] for f in expected])


class SameMeaningTest(unittest.TestCase):
    """A finding says the same in every format."""

    @staticmethod
    def told(form):
        """What a person reads of the bank's findings in this format."""
        text = text_of("bank", form)
        if form in ("html", "markdown", "junit"):
            text = html.unescape(re.sub(r"<[^>]*>", " ", text.replace("<![CDATA[", "")))
        if form in ("json", "sarif"):
            text = "\n".join(strings(json.loads(text)))
        if form == "github":
            text = urllib.parse.unquote(text)
        return re.sub(r"\s+", " ", text.replace("\\[", "[").replace("\\]", "]"))

    def findings(self):
        report = json.loads((golden.HERE / "bank.json").read_text(encoding="utf-8"))
        return [finding for finding in report["findings"] if not finding["suppressed_by"]]

    def test_every_format_tells_what_each_open_finding_is(self):
        for form in ("text", "html", "json", "sarif", "junit", "github", "markdown"):
            told = self.told(form).replace(" -> ", "->")
            for finding in self.findings():
                with self.subTest(form=form, finding=finding["fingerprint"]):
                    self.assertIn(finding["title"].replace(" -> ", "->"), told)
                    self.assertIn(finding["kind"], told)
                    if form != "github":
                        self.assertIn(finding["fingerprint"], told)
                        self.assertIn(finding["level"], told)

    def test_every_format_tells_both_sides_with_their_places(self):
        for form in ("text", "html", "json", "sarif", "junit", "markdown"):
            told = self.told(form)
            for edge in (edge for finding in self.findings() for edge in finding["edges"]):
                with self.subTest(form=form, edge=(edge["from"], edge["to"])):
                    self.assertIn(edge["from"], told)
                    self.assertIn(edge["to"], told)
                    for site in (edge["from_site"], edge["to_site"]):
                        if not site["file"]:
                            continue  # Only declared: nobody ran it.
                        self.assertIn(site["function"].split("(")[0], told)
                        name = site["file"].rsplit("/", 1)[-1]
                        if form == "json":
                            self.assertIn(site["file"], told)
                        else:
                            self.assertIn(f"{name}:{site['line']}", told)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)

"""Every field of SARIF 2.1.0 that GitHub code scanning requires, and its limits.

The official JSON schema is in no package that this project may take.  What it would
add is said here: which properties an object may have, and of which type they are.

Source: GitHub Docs, "SARIF support for code scanning"; the OASIS standard, sections
3.13 to 3.58, for what it says about the fields that are used.
"""

import re
from urllib.parse import urlparse

LEVELS = {"none", "note", "warning", "error"}

# The properties of each kind of object that the standard defines and lockdep writes, with
# their types; "[x]" is an array of x.  A property bag is free.
TYPES = {
    "log": {"$schema": str, "version": str, "runs": "[run]"},
    "run": {"tool": "tool", "automationDetails": "details", "columnKind": str,
            "invocations": "[invocation]", "results": "[result]"},
    "tool": {"driver": "component"},
    "component": {"name": str, "semanticVersion": str, "rules": "[rule]"},
    "details": {"id": str},
    "invocation": {"executionSuccessful": bool, "commandLine": str, "exitCode": int,
                   "workingDirectory": "artifact", "toolExecutionNotifications": "[notification]"},
    "notification": {"level": str, "message": "message"},
    "rule": {"id": str, "name": str, "shortDescription": "message", "fullDescription": "message",
             "help": "message", "defaultConfiguration": "configuration", "properties": dict},
    "configuration": {"level": str},
    "message": {"text": str, "markdown": str},
    "result": {"ruleId": str, "ruleIndex": int, "level": str, "message": "message",
               "locations": "[location]", "relatedLocations": "[location]",
               "codeFlows": "[flow]", "partialFingerprints": dict, "baselineState": str,
               "suppressions": "[suppression]", "properties": dict},
    "location": {"id": int, "physicalLocation": "physical", "logicalLocations": "[logical]",
                 "message": "message"},
    "physical": {"artifactLocation": "artifact", "region": "region"},
    "artifact": {"uri": str},
    "region": {"startLine": int, "startColumn": int, "endLine": int, "endColumn": int},
    "logical": {"fullyQualifiedName": str, "kind": str},
    "flow": {"threadFlows": "[thread]"},
    "thread": {"id": str, "message": "message", "locations": "[step]"},
    "step": {"location": "location", "nestingLevel": int, "importance": str, "kinds": list},
    "suppression": {"kind": str, "status": str, "justification": str},
}


def shape_faults(value, kind, where):
    """What of `value` is not as the standard has an object of this kind."""
    if not isinstance(kind, str):
        return [] if isinstance(value, kind) else [f"{where}: no {kind.__name__}"]
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{where}: no array"]
        return [fault for i, item in enumerate(value)
                for fault in shape_faults(item, kind[1:-1], f"{where}[{i}]")]
    if not isinstance(value, dict):
        return [f"{where}: no object"]
    faults = [f"{where}: unknown property {key}" for key in value if key not in TYPES[kind]]
    return faults + [fault for key, item in value.items() if key in TYPES[kind]
                     for fault in shape_faults(item, TYPES[kind][key], f"{where}.{key}")]


class Checker:
    def __init__(self):
        self.faults = []

    def need(self, holds, where, what):
        if not holds:
            self.faults.append(f"{where}: {what}")

    def text(self, holder, where, most=None):
        """A message with a text that is not empty."""
        text = holder.get("text") if isinstance(holder, dict) else None
        self.need(isinstance(text, str) and text, where, "no text")
        if most and isinstance(text, str):
            self.need(len(text) <= most, where, f"longer than {most}")

    def region(self, region, where):
        for key in ("startLine", "startColumn", "endLine", "endColumn"):
            self.need(isinstance(region.get(key), int) and region[key] >= 1, where, f"no {key}")
        if not self.faults:
            self.need((region["endLine"], region["endColumn"])
                      >= (region["startLine"], region["startColumn"]), where, "ends before its start")

    def location(self, location, where):
        physical = location.get("physicalLocation", {})
        uri = physical.get("artifactLocation", {}).get("uri")
        self.need(isinstance(uri, str) and uri, where, "no artifactLocation.uri")
        if uri:
            self.need(re.fullmatch(r"[A-Za-z0-9._~/+@:%-]+", uri), where, f"no URI: {uri}")
            self.need(urlparse(uri).scheme in ("", "file"), where, f"scheme of {uri}")
            self.need(not re.search(r"%(?![0-9A-F]{2})", uri), where, f"bad escape in {uri}")
        self.region(physical.get("region", {}), where)
        if "message" in location:
            self.text(location["message"], where)

    def message(self, result, where):
        """Links lead to related locations; braces and brackets are escaped."""
        self.text(result.get("message"), where)
        text = result["message"]["text"]
        plain = re.sub(r"\\[\[\]\\]", "", text)
        ids = {location["id"] for location in result.get("relatedLocations", [])}
        for target in re.findall(r"\[[^\[\]]*\]\((\d+)\)", plain):
            self.need(int(target) in ids, where, f"link to {target}, which is not related")
        rest = re.sub(r"\[[^\[\]]*\]\(\d+\)", "", plain)
        self.need("[" not in rest and "]" not in rest and "\\" not in rest, where, "raw bracket")
        self.need(not re.search(r"[{}]", rest.replace("{{", "").replace("}}", "")), where,
                  "raw brace")

    def rule(self, rule, where):
        self.need(rule.get("id"), where, "no id")
        self.need(len(rule.get("name", "x")) <= 255, where, "name too long")
        self.text(rule.get("shortDescription"), where + ".shortDescription", 1024)
        self.text(rule.get("fullDescription"), where + ".fullDescription", 1024)
        self.text(rule.get("help"), where + ".help")
        self.need(rule.get("help", {}).get("markdown"), where, "no help.markdown")
        self.need(rule.get("defaultConfiguration", {}).get("level") in LEVELS, where, "level")
        properties = rule.get("properties", {})
        self.need(properties.get("precision") in ("very-high", "high", "medium", "low"), where,
                  "precision")
        self.need(properties.get("problem.severity") in ("error", "warning", "recommendation"),
                  where, "problem.severity")
        self.need(0 < len(properties.get("tags", [])) <= 20, where, "tags")

    def flows(self, result, where):
        for flow in result.get("codeFlows", []):
            threads = flow.get("threadFlows")
            self.need(threads, where, "a code flow without thread flows")
            ids = [thread.get("id") for thread in threads]
            self.need(len(ids) == len(set(ids)) and all(ids), where, "one thread flow a thread")
            for thread in threads:
                steps = thread.get("locations")
                self.need(steps, where, "a thread flow without locations")
                self.need(len(steps) <= 10000, where, "too many steps")
                for step in steps:
                    self.location(step["location"], where + ".codeFlows")
                    self.need(step.get("importance") in ("important", "essential", "unimportant"),
                              where, "importance")

    def result(self, result, rules, where):
        self.message(result, where)
        self.need(result.get("level") in LEVELS, where, "level")
        self.need(1 <= len(result.get("locations", [])) <= 10, where, "1 to 10 locations")
        for location in result.get("locations", []):
            self.location(location, where + ".locations")
        related = result.get("relatedLocations", [])
        self.need(len(related) <= 1000, where, "too many related locations")
        self.need(len({l.get("id") for l in related}) == len(related), where, "ids are not unique")
        for location in related:
            self.location(location, where + ".relatedLocations")
        fingerprints = result.get("partialFingerprints", {})
        self.need(re.fullmatch(r"[0-9a-f]{16}:\d+", fingerprints.get("primaryLocationLineHash", "")),
                  where, "primaryLocationLineHash")
        self.need(result.get("ruleId"), where, "no ruleId")
        if "ruleIndex" in result:
            self.need(rules[result["ruleIndex"]]["id"] == result["ruleId"], where, "ruleIndex")
        self.need(result.get("baselineState", "new") in ("new", "unchanged", "updated", "absent"),
                  where, "baselineState")
        self.need(isinstance(result.get("suppressions"), list), where, "no suppressions")
        for suppression in result.get("suppressions", []):
            self.need(suppression.get("kind") in ("external", "inSource"), where, "suppression kind")
            self.need(suppression.get("status", "accepted") in ("accepted", "underReview", "rejected"),
                      where, "suppression status")
            self.need(suppression.get("justification"), where, "no justification")
        self.flows(result, where)


def check(log):
    """The faults of a SARIF log, one line each."""
    checker = Checker()
    checker.faults += shape_faults(log, "log", "log")
    checker.need(str(log.get("$schema", "")).endswith("sarif-2.1.0.json"), "log", "$schema")
    checker.need(log.get("version") == "2.1.0", "log", "version")
    checker.need(1 <= len(log.get("runs", [])) <= 20, "log", "1 to 20 runs")
    for index, run in enumerate(log.get("runs", [])):
        where = f"runs[{index}]"
        driver = run.get("tool", {}).get("driver", {})
        checker.need(driver.get("name"), where, "no tool.driver.name")
        checker.need(re.fullmatch(r"\d+\.\d+\.\d+.*|0", driver.get("semanticVersion", "")), where,
                     "semanticVersion")
        checker.need(run.get("automationDetails", {}).get("id"), where, "no automationDetails.id")
        rules = driver.get("rules", [])
        checker.need(rules, where, "no rules")
        checker.need(len({rule.get("id") for rule in rules}) == len(rules), where, "rule ids repeat")
        for rule in rules:
            checker.rule(rule, f"{where}.rules[{rule.get('id')}]")
        checker.need(isinstance(run.get("results"), list), where, "no results")
        checker.need(len(run.get("results", [])) <= 25000, where, "too many results")
        for number, result in enumerate(run.get("results", [])):
            checker.result(result, rules, f"{where}.results[{number}]")
        for invocation in run.get("invocations", []):
            checker.need(isinstance(invocation.get("executionSuccessful"), bool), where,
                         "executionSuccessful")
    return checker.faults

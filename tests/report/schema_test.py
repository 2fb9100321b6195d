#!/usr/bin/python3
"""Holds real JSON reports against the published schema.

usage: schema_test.py SCHEMA MAKE_REPORTS

Each report must be valid, and still be valid when no key is allowed that the
schema does not describe.  Reports with a fault must not be valid: a schema that
accepts everything would prove nothing.
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

KINDS = {
    "lock-order-inversion", "recursive-lock", "read-recursion", "nest-lock-missing",
    "unlock-unheld", "unlock-by-other-thread", "held-lock-destroyed", "held-at-exit",
    "declared-order-violation", "invalid-lock-state", "unprotected-access",
    "page-table-rule", "undeclared-dependency", "deadlock", "model-corruption",
    "rcu-usage", "inconsistent-context", "invalid-wait-context", "pin-violated",
}


def closed(schema):
    """The schema with every object closed to keys that it does not describe."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if "properties" in result and result.get("type") == "object":
        result["additionalProperties"] = False
    return result


def spoil(report):
    """Yields (what is wrong, report) for reports with one fault each."""

    def change(what, action):
        spoilt = copy.deepcopy(report)
        action(spoilt)
        return what, spoilt

    yield change("another schema", lambda r: r.update(schema="other"))
    yield change("another version", lambda r: r.update(version=2))
    yield change("no findings", lambda r: r.pop("findings"))
    yield change("pid is a string", lambda r: r["subject"].update(pid="1"))
    yield change("negative count", lambda r: r["coverage"].update(locks=-1))
    yield change("unknown level", lambda r: r["findings"][0].update(level="bad"))
    yield change("short fingerprint", lambda r: r["findings"][0].update(fingerprint="12"))
    yield change("no title", lambda r: r["findings"][0].pop("title"))
    yield change("broken frame",
                 lambda r: r["findings"][0]["edges"][0]["to_stack"][0].pop("offset"))
    yield change("unknown dependency kind",
                 lambda r: r["graph"]["dependencies"][0].update(kinds=["XX"]))


def main(schema_path, make_reports):
    schema = json.loads(pathlib.Path(schema_path).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    open_validator = jsonschema.Draft202012Validator(schema)
    closed_validator = jsonschema.Draft202012Validator(closed(schema))
    faults = []
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([make_reports, directory], check=True)
        reports = {path.name: json.loads(path.read_text(encoding="utf-8"))
                   for path in sorted(pathlib.Path(directory).iterdir())}

    for name, report in reports.items():
        for validator in (open_validator, closed_validator):
            faults += [f"{name}: {error.json_path}: {error.message}"
                       for error in validator.iter_errors(report)]
    for what, report in spoil(reports["sample.json"]):
        if open_validator.is_valid(report):
            faults.append(f"the schema accepts a report with a fault: {what}")
    seen = {finding["kind"] for name in ("every_kind.json", "contexts.json")
            for finding in reports[name]["findings"]}
    if seen != KINDS:
        faults.append(f"kinds that were not made: {sorted(KINDS - seen)}, or not expected: "
                      f"{sorted(seen - KINDS)}")

    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(reports)} reports, {len(faults)} faults")
    return 1 if faults or len(reports) != 5 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

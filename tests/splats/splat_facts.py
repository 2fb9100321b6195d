"""The facts in a lockdep report of the kernel's form: what it says, not how.

Reads what a kernel printed to its log and what `--format kernel` prints alike.
"""

import dataclasses
import re

# What the headings say, in one word.
HEADINGS = (
    ("circular", r"possible circular locking dependency detected"),
    ("recursive", r"possible recursive locking detected"),
    ("inconsistent", r"inconsistent lock state"),
    ("safe-unsafe", r"WARNING: \w+-safe -> \w+-unsafe lock order detected"),
    ("irq-inversion", r"possible irq lock inversion dependency detected"),
    ("wait", r"\[ BUG: Invalid wait context \]"),
    ("sleep", r"BUG: sleeping function called from invalid context"),
    ("schedule", r"BUG: scheduling while atomic"),
    ("balance", r"bad unlock balance detected!"),
    ("freed", r"held lock freed!"),
    ("exit", r"still has locks held!"),
    ("nest", r"Nested lock was not taken"),
    ("rcu", r"suspicious RCU usage$"),
    ("key", r"INFO: trying to register non-static key"),
    ("depth", r"MAX_LOCK_DEPTH too low"),
    ("warn", r"WARNING: (CPU: \d+ PID: \d+ at|invalid-lock-state|pin-violated)"),
)
LOCK = re.compile(r"\((?P<name>[^()]+)\)(\{....\})?-\{(?P<waits>\d:\d)\}, at: ")
# What a real kernel held or ran beside the case itself: it was started by a write
# to a file, and its softirq by a timer.
ENVIRONMENT = re.compile(r"sb_writers#\d+|kernel/locking/lab\.c:\d+")


@dataclasses.dataclass
class Facts:
    says: str
    locks: list = dataclasses.field(default_factory=list)     # As met, with their wait types.
    chain: list = dataclasses.field(default_factory=list)     # The newest first.
    scenario: list = dataclasses.field(default_factory=list)  # "0:lock(A)", column and deed.
    held: list = dataclasses.field(default_factory=list)      # The oldest first.

    def row(self):
        return [self.says] + [" ".join(part) or "-"
                              for part in (self.locks, self.chain, self.scenario, self.held)]


def heading(line):
    return next((word for word, pattern in HEADINGS if re.search(pattern, line)), None)


def add_step(facts, line):
    step = line.strip().removesuffix(";")
    if not re.fullmatch(r"r?lock\(.+\)|local_\w+_disable\(\)|<Interrupt>", step):
        return
    # CPU1's deeds stand under its heading, some 30 columns further right.
    column = 1 if line.startswith(" " * 20) else 0
    facts.scenario.append(f"{column}:{step}")


def read(text):
    """The reports in a text, in its order, up to where the kernel's case ended."""
    reports = []
    part = None
    for raw in text.splitlines():
        line = re.sub(r"^(INIT lab=\S*?)?\[ *\d+\.\d+\] ", "", raw)
        if line.startswith("lab: end"):
            break
        word = heading(line)
        if word is not None:
            reports.append(Facts(word))
            part = "locks"
        if not reports:
            continue
        facts = reports[-1]
        if "locks held by" in line or "lock held by" in line:
            part = "held"
        elif line.startswith("stack backtrace") or line.startswith("Call Trace"):
            part = "stack"
        elif "scenario:" in line:
            part = "scenario"
        elif "*** DEADLOCK ***" in line:
            part = None
        if match := re.match(r"-> #\d+ \((.+?)\)\{", line):
            facts.chain.append(match[1])
            part = "chain"
        elif part == "scenario":
            add_step(facts, line)
        elif match := LOCK.search(line):
            held = line.startswith(" #")
            name = match["name"] if held else f"{match['name']}{{{match['waits']}}}"
            if ENVIRONMENT.fullmatch(match["name"]):
                continue
            if held and part == "held":
                facts.held.append(name)
            elif part == "locks":
                facts.locks.append(name)
    return reports

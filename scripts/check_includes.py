#!/usr/bin/env python3
"""Fails if an #include goes against the direction of dependencies.

A file's room follows from its path (ROOMS, first match wins).  A room may
include itself and the rooms of ALLOWED, and of libraries only what LIBRARIES
lists.  The engine and what lives in a stranger's process must not allocate or
throw, so the standard headers that do are closed to them.  Includes are
written from the root of the tree, and headers do not include each other in a
circle.  tests/ may include everything; nothing includes tests/.

usage: check_includes.py [ROOT]     (default: the tree that this script is in)
"""

import pathlib
import re
import sys

# Path prefix -> room.
ROOMS = [
    ("lockdep/internal/", "internal"),
    ("lockdep/record/", "record"),
    ("lockdep/order/", "order"),
    ("lockdep/report/", "report"),
    ("lockdep/cli/", "cli"),
    ("lockdep/kernel", "kernel"),
    ("lockdep/cxx", "cxx"),
    ("lockdep/", "core"),
    ("hooks/", "hooks"),
    ("mm_model/", "mm_model"),
    ("tests/", "tests"),
]

# Room -> the other rooms that it may include.
ALLOWED = {
    "internal": {"core"},  # What the core's headers include cannot: that is a circle.
    "core": {"internal"},
    "record": {"internal", "core"},
    "kernel": {"internal", "core", "record"},
    "cxx": {"kernel"},
    "order": {"core"},
    "report": {"core", "record", "order"},
    "cli": {"core", "record", "order", "report"},
    "hooks": {"core", "record"},
    "mm_model": {"core", "record", "order", "report", "cli"},
}

# Room -> prefixes of library headers that it may include.
LIBRARIES = {
    "internal": ("absl/base/",),
    "core": ("absl/base/", "libunwind.h"),
    "record": ("absl/",),
    "kernel": (),
    "cxx": ("absl/synchronization/", "absl/time/"),
    "order": ("absl/", "boost/graph/"),
    "report": ("absl/", "nlohmann/", "elfutils/", "tinyxml2.h"),
    "cli": ("absl/", "nlohmann/", "CLI/", "spdlog/"),
    "hooks": ("absl/base/",),
    "mm_model": ("absl/", "nlohmann/", "CLI/", "spdlog/", "boost/context/"),
}
KNOWN_LIBRARIES = (
    "absl/", "nlohmann/", "CLI/", "spdlog/", "fmt/", "boost/", "elfutils/", "libunwind.h",
    "tinyxml2.h",
    "gtest/", "gmock/", "benchmark/",
)

# Standard headers whose use allocates, throws or takes interposable locks.
CLOSED_STANDARD_HEADERS = set(
    """any condition_variable deque exception format forward_list fstream functional future
    iomanip ios iostream istream list locale map memory memory_resource mutex ostream queue
    random regex semaphore set shared_mutex sstream stack stdexcept stop_token streambuf string
    system_error thread unordered_map unordered_set valarray vector""".split()
)
WITHOUT_ALLOCATION = {"internal", "core", "kernel", "hooks"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def room_of(path):
    for prefix, room in ROOMS:
        if path.startswith(prefix):
            return room
    return None


def includes_of(file):
    """Yields (line number, '"' or '<', what is included)."""
    text = file.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def check_own(path, room, target):
    """Returns what is wrong with including `target`, a file of the tree, or None."""
    target_room = room_of(target)
    if room == "tests" or target_room == room:
        return None
    if target_room in ALLOWED[room]:
        return None
    return f"{room} may not include {target_room}: {target}"


def check_library(room, target):
    if room == "tests" or target.startswith(LIBRARIES[room]):
        return None
    return f"{room} may not use this library: {target}"


def check_include(path, room, quote, target):
    if room_of(target):
        return check_own(path, room, target)
    if target.startswith(KNOWN_LIBRARIES):
        return check_library(room, target)
    if quote == '"' and room != "tests":
        return f"include paths start at the root of the tree: {target}"
    if room in WITHOUT_ALLOCATION and target in CLOSED_STANDARD_HEADERS:
        return f"{room} must not allocate or throw, so it may not include <{target}>"
    return None


def find_circle(graph):
    """Returns a list of files that include each other in a circle, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for successor in sorted(graph.get(node, ())):
            circle = visit(successor)
            if circle:
                return circle
        path.pop()
        done.add(node)
        return None

    for node in sorted(graph):
        circle = visit(node)
        if circle:
            return circle
    return None


def source_files(root):
    for top in ("lockdep", "hooks", "mm_model", "tests"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix in (".h", ".cc", ".c", ".inc", ".def") and file.is_file():
                yield file, file.relative_to(root).as_posix()


def check_tree(root):
    """Returns the number of files read and the list of complaints."""
    complaints, graph, count = [], {}, 0
    for file, path in source_files(root):
        count += 1
        room = room_of(path)
        for number, quote, target in includes_of(file):
            complaint = check_include(path, room, quote, target)
            if complaint:
                complaints.append(f"{path}:{number}: {complaint}")
            if quote == '"':
                graph.setdefault(path, set()).add(target)
    circle = find_circle(graph)
    if circle:
        complaints.append(f"{circle[0]}:1: headers include each other: " + " -> ".join(circle))
    return count, complaints


def main(arguments):
    if len(arguments) > 1:
        print("usage: check_includes.py [ROOT]", file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent)
    count, complaints = check_tree(root)
    if count == 0:
        print(f"check_includes: {root}: no source files", file=sys.stderr)
        return 2
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints:
        print("check_includes: the table of directions is in scripts/check_includes.py",
              file=sys.stderr)
        return 1
    print(f"check_includes: {count} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

// A report: everything that one or several recorded runs said, in words.  All
// renderings (text, JSON, HTML, ...) and the gate read this and nothing else.
//
// Thread safety: plain data.

#ifndef LOCKDEP_REPORT_REPORT_H_
#define LOCKDEP_REPORT_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lockdep/lock_stat.h"

namespace lockdep::report {

struct Frame {
  std::string function;  // Empty if unknown.
  std::string file;      // Empty if unknown.
  int line = 0;          // 0 if unknown.
  std::string module;    // Path of the executable or library; empty if unknown.
  uint64_t offset = 0;   // Of the instruction in the module.

  friend bool operator==(const Frame&, const Frame&) = default;
};

using Stack = std::vector<Frame>;

// A lock that a finding is about.
struct FindingLock {
  std::string class_name;
  std::string name;     // What a person would call it.
  std::string kind;     // "mutex", "rwlock", ...
  std::string mode;     // "write", "read", "recursive-read".
  std::string address;  // "0x7f...", for this run only.
  Stack created_at;     // Empty if unknown.
  Stack taken_at;       // Where the thread took it; empty if it did not.

  friend bool operator==(const FindingLock&, const FindingLock&) = default;
};

// One step of a cycle: `to` was taken while `from` was held.
struct FindingEdge {
  std::string from;  // Class names.
  std::string to;
  std::string from_mode;
  std::string to_mode;
  std::string from_address;  // Of the locks, for this run only; empty if unknown.
  std::string to_address;
  std::string thread;
  Frame from_site;
  Frame to_site;
  Stack from_stack;
  Stack to_stack;
  // Who declared this edge, if it was; when `thread` is empty nobody ran it.
  std::string declaration;
  std::string run;  // Which run, if the finding is over several; else empty.

  // In a deadlock that happened: it waits, and holds nothing that another one waits
  // for.  Such a step goes from what it waits for to itself.
  bool HoldsNothing() const { return from == to && from_site == Frame{}; }
  // The other way round: it has ended, and what it left locked the others wait for.
  bool HasEnded() const { return from == to && to_site == Frame{} && !HoldsNothing(); }

  friend bool operator==(const FindingEdge&, const FindingEdge&) = default;
};

// One side of an interruption: `lock` is used in the context, or it is held
// while the context is enabled.
struct FindingUsage {
  std::string how;   // "used" or "enabled".
  std::string lock;  // Class name.
  std::string mode;
  std::string thread;
  Frame site;
  Stack stack;

  friend bool operator==(const FindingUsage&, const FindingUsage&) = default;
};

struct Finding {
  std::string fingerprint;  // 16 hex digits; survives rebuilds and line moves.
  std::string kind;         // As in lockdep::ToString(ViolationKind).
  std::string level;        // "confirmed", "feasible", "note".
  std::vector<std::string> reasons;
  std::string title;        // One line: what can go wrong and why.
  std::string explanation;  // A few sentences: how, and what to do.
  std::vector<FindingLock> locks;
  std::vector<FindingEdge> edges;
  // What interrupts, "hardirq" or "SIGINT", and both sides of it, the used one
  // first; for kinds that are about contexts.
  std::string context;
  std::vector<FindingUsage> usages;
  std::vector<std::string> threads;
  // What the engine said beside this, as data: in which thread it happened, all
  // that this thread held (oldest first), the contexts that it ran in and those
  // that could interrupt it.
  std::string thread;
  std::vector<FindingLock> held;
  std::vector<std::string> running_in;
  std::vector<std::string> interruptible_by;
  // For rules that a host states: what was broken, and the rule with its source.
  std::string subject;
  std::string rule;
  // For invalid-wait-context: how the thread would wait, and the most that is
  // allowed; "spin", "sleep" and so on.
  std::string wait;
  std::string wait_limit;
  std::vector<std::string> tests;  // Of GoogleTest, that its stacks passed through.
  std::string run;                 // Command of the run that it was found in.
  Stack stack;                     // Where the thread was when it happened.
  // Who accepted it, and why: "ci/locks.suppressions:7: reason".
  std::optional<std::string> suppressed_by;
  // Against the baseline of a gate: "new", "known" or "expired"; none without one.
  std::optional<std::string> baseline_state;

  friend bool operator==(const Finding&, const Finding&) = default;
};

// How a class was met in a context.
struct ClassUsage {
  std::string context;
  std::string how;  // "used" or "enabled", as in FindingUsage.
  std::string mode;

  friend bool operator==(const ClassUsage&, const ClassUsage&) = default;
};

struct ClassRow {
  std::string name;
  std::string kind;
  uint64_t locks = 0;  // 0 if not counted.
  // What a declared order calls it; empty if it has no name that lasts.
  std::string order_name;
  // Where its locks can be taken, and how their holder may wait: "spin", "sleep"
  // and so on; empty if that is not checked.
  std::string wait_outer;
  std::string wait_inner;
  std::vector<ClassUsage> usages;

  friend bool operator==(const ClassRow&, const ClassRow&) = default;
};

struct DependencyRow {
  std::string from;
  std::string to;
  std::vector<std::string> kinds;  // "EN", "SR", ...; empty if only declared.
  std::string declaration;         // Empty if not declared.
  std::string thread;
  Frame from_site;
  Frame to_site;

  friend bool operator==(const DependencyRow&, const DependencyRow&) = default;
};

// How long the locks of a class were waited for and held, in nanoseconds, and where
// there was a wait.  Only waits that there were count.
struct LockTimesRow {
  struct Place {
    Frame site;
    uint64_t count = 0;

    friend bool operator==(const Place&, const Place&) = default;
  };

  std::string name;  // Of the class.
  LockTimes read_wait;
  LockTimes write_wait;
  LockTimes read_hold;
  LockTimes write_hold;
  std::vector<Place> contended_at;  // Most often first.

  uint64_t contentions() const { return read_wait.count + write_wait.count; }
  void Add(const LockTimesRow& other);

  friend bool operator==(const LockTimesRow&, const LockTimesRow&) = default;
};

struct Subject {
  std::string command;
  int64_t pid = 0;
  std::optional<int> exit_status;  // Unknown if the run did not end in our sight.

  friend bool operator==(const Subject&, const Subject&) = default;
};

struct Coverage {
  uint64_t lock_operations = 0;
  uint64_t locks = 0;
  uint64_t classes = 0;
  uint64_t dependencies = 0;
  uint64_t chains = 0;
  uint64_t threads = 0;
  std::vector<std::string> contexts;
  std::vector<std::string> unobserved;  // What this run could not see, one sentence each.

  friend bool operator==(const Coverage&, const Coverage&) = default;
};

// One recorded process.
struct Run {
  Subject subject;
  Coverage coverage;

  friend bool operator==(const Run&, const Run&) = default;
};

// A table that the command which made the report adds to it, for people: what it
// means is in its words alone.
struct AttachedTable {
  std::string title;
  std::string note;  // A sentence or two below the title.
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // Of as many cells as there are columns.

  friend bool operator==(const AttachedTable&, const AttachedTable&) = default;
};

struct Report {
  Subject subject;                // Of the only run, or of the first with " (+N more)" after it.
  Coverage coverage;              // Summed over the runs.
  std::vector<Run> runs;          // As they started; those of JSON reports last.
  std::vector<Finding> findings;  // Worst first, suppressed ones last; else as they were found.
  std::vector<ClassRow> classes;
  std::vector<DependencyRow> dependencies;
  std::vector<LockTimesRow> lock_times;  // Of what was timed, the most contended first.
  // What of the inputs could not be read, a sentence each; a gate does not pass then.
  std::vector<std::string> losses;
  std::vector<AttachedTable> tables;

  friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_REPORT_H_

#include "lockdep/report/builder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/report/class_rows.h"
#include "lockdep/report/fingerprint.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/gtest_name.h"
#include "lockdep/report/lock_times.h"
#include "lockdep/report/merge.h"
#include "lockdep/report/replay.h"
#include "lockdep/report/undeclared.h"
#include "lockdep/report/utf8.h"
#include "lockdep/report/wording.h"

namespace lockdep::report {
namespace {

using record::Address;
using record::EdgeEntry;
using record::LockEntry;
using record::Recording;
using record::UsageOfLock;
using record::ViolationEntry;

const char* DependencyKindName(DependencyKind kind) {
  constexpr const char* kNames[kDependencyKinds] = {"SR", "ER", "SN", "EN"};
  return kNames[static_cast<int>(kind)];
}

std::string HexAddress(const Address& address) {
  return address.value == 0 ? "" : absl::StrCat("0x", absl::Hex(address.value));
}

// Where the code of a handler is, in parentheses behind its signal, changes with each build.
std::string StableContext(const std::string& context) {
  return context.substr(0, context.find(" ("));
}

// Builds the report of one recording.
class RunBuilder {
 public:
  RunBuilder(const Recording& recording, Symbolizer& symbolizer, ClassNames names)
      : in_(recording),
        runs_(record::RunsOf(recording)),
        symbolizer_(symbolizer),
        names_(std::move(names)) {}

  Report Build();

 private:
  void AddRuns();
  void AddDependencies();
  DependencyRow& Row(ClassId from, ClassId to);
  void AddFinding(const ViolationEntry& violation);
  void AddScene(const ViolationEntry& violation, Finding* finding);

  Facts MakeFacts(const ViolationEntry& violation, const Finding& finding);
  FindingEdge MakeEdge(const EdgeEntry& edge);
  FindingUsage MakeUsage(const char* how, const UsageOfLock& usage);
  FindingLock MakeLock(const LockEntry& lock);
  std::vector<FindingLock> MakeLocks(const ViolationEntry& violation);
  std::string CommandsOf(const ViolationEntry& violation) const;
  std::vector<std::string> MakeThreads(const ViolationEntry& violation,
                                       const Finding& finding) const;
  std::string MakeFingerprint(const ViolationEntry& violation, const Finding& finding,
                              const Facts& facts) const;

  const std::string& Shown(ClassId id) const { return Name(id).shown; }
  const std::string& Stable(ClassId id) const { return Name(id).stable; }
  const ClassName& Name(ClassId id) const;
  std::string ThreadLabel(ThreadId id) const;
  std::string RunLabel(uint32_t run) const;
  Stack ToStack(StackId id);

  const Recording& in_;
  const std::vector<record::RunEntry> runs_;
  Symbolizer& symbolizer_;
  const ClassNames names_;
  absl::btree_map<std::pair<ClassId, ClassId>, DependencyRow> rows_;
  std::vector<std::pair<ClassId, ClassId>> row_order_;
  Report out_;
};

const ClassName& RunBuilder::Name(ClassId id) const {
  static const ClassName& none = *new ClassName;
  const auto found = names_.find(id);
  return found == names_.end() ? none : found->second;
}

std::string RunBuilder::ThreadLabel(ThreadId id) const {
  const record::ThreadEntry* thread = in_.FindThread(id);
  if (thread == nullptr) return "";
  const std::string label = absl::StrCat("thread ", thread->number);
  const bool says_more = !thread->name.empty() && thread->name != "thread";
  return says_more ? absl::StrCat(label, " (", ValidUtf8(thread->name), ")") : label;
}

// The preload library's own frames are nobody's business; whether the one that
// starts a thread is there at all is up to the compiler.
Stack RunBuilder::ToStack(StackId id) {
  Stack stack;
  const record::StackEntry* entry = in_.FindStack(id);
  if (entry == nullptr) return stack;
  for (const Address& pc : entry->pcs) {
    for (const Frame& frame : symbolizer_.Call(in_, pc)) {
      if (!IsPreload(frame)) stack.push_back(frame);
    }
  }
  return stack;
}

Coverage MakeCoverage(const record::RunEntry& run) {
  Coverage coverage;
  if (run.totals.has_value()) {
    coverage.lock_operations = run.totals->lock_operations;
    coverage.locks = run.totals->locks;
    coverage.chains = run.totals->chains;
  }
  for (const std::string& context : run.contexts) coverage.contexts.push_back(ValidUtf8(context));
  coverage.classes = run.classes;
  coverage.dependencies = run.dependencies;
  coverage.threads = run.threads;
  for (const std::string& sentence : run.unobserved) {
    coverage.unobserved.push_back(ValidUtf8(sentence));
  }
  if (run.stop_reason.has_value()) {
    coverage.unobserved.push_back(absl::StrCat("Validation stopped before the end of process ",
                                               run.pid, ": ", ValidUtf8(*run.stop_reason), "."));
  }
  if (!run.end_time_ns.has_value()) {
    coverage.unobserved.push_back(absl::StrCat(
        "Process ", run.pid,
        " did not end in an orderly way (killed, crashed, still running, or replaced by "
        "exec): what it did last may be missing, and its counts may be low."));
  }
  return coverage;
}

void RunBuilder::AddRuns() {
  for (const record::RunEntry& run : runs_) {
    out_.runs.push_back({{.command = ValidUtf8(run.command), .pid = static_cast<int64_t>(run.pid)},
                         MakeCoverage(run)});
  }
}

// Which of several runs; of the only one there is nothing to say.
std::string RunBuilder::RunLabel(uint32_t run) const {
  if (runs_.size() < 2 || run >= runs_.size()) return "";
  return absl::StrCat(ValidUtf8(runs_[run].command), " (process ", runs_[run].pid, ")");
}

DependencyRow& RunBuilder::Row(ClassId from, ClassId to) {
  const auto [row, is_new] = rows_.try_emplace({from, to});
  if (is_new) {
    row_order_.emplace_back(from, to);
    row->second.from = Shown(from);
    row->second.to = Shown(to);
  }
  return row->second;
}

void RunBuilder::AddDependencies() {
  for (const record::DependencyEntry& entry : in_.dependencies) {
    DependencyRow& row = Row(entry.from, entry.to);
    if (row.kinds.empty()) {
      row.thread = ThreadLabel(entry.thread);
      row.from_site = SiteOf(ToStack(entry.from_stack));
      row.to_site = SiteOf(ToStack(entry.to_stack));
    }
    AddKind(&row.kinds, DependencyKindName(entry.kind));
  }
  for (const record::DeclaredArcEntry& arc : in_.declared_arcs) {
    DependencyRow& row = Row(arc.from, arc.to);
    if (row.declaration.empty()) row.declaration = ValidUtf8(arc.declaration);
  }
  for (const auto& key : row_order_) out_.dependencies.push_back(std::move(rows_[key]));
}

FindingEdge RunBuilder::MakeEdge(const EdgeEntry& edge) {
  FindingEdge result{.from = Shown(edge.from),
                     .to = Shown(edge.to),
                     .from_mode = ModeName(edge.from_mode),
                     .to_mode = ModeName(edge.to_mode),
                     .from_address = HexAddress(edge.from_lock),
                     .to_address = HexAddress(edge.to_lock),
                     .thread = ThreadLabel(edge.thread),
                     .from_stack = ToStack(edge.from_stack),
                     .to_stack = ToStack(edge.to_stack),
                     .declaration = ValidUtf8(edge.declaration)};
  result.from_site = SiteOf(result.from_stack);
  result.to_site = SiteOf(result.to_stack);
  return result;
}

FindingUsage RunBuilder::MakeUsage(const char* how, const UsageOfLock& usage) {
  FindingUsage result{.how = how,
                      .lock = Shown(usage.class_id),
                      .mode = ModeName(usage.mode),
                      .thread = ThreadLabel(usage.thread),
                      .stack = ToStack(usage.stack)};
  result.site = SiteOf(result.stack);
  return result;
}

FindingLock RunBuilder::MakeLock(const LockEntry& lock) {
  FindingLock result{.class_name = Shown(lock.class_id),
                     .name = symbolizer_.Object(in_, lock.address),
                     .address = HexAddress(lock.address),
                     .taken_at = ToStack(lock.stack)};
  if (result.name.empty()) result.name = result.class_name;
  if (lock.stack != StackId::kNone) result.mode = ModeName(lock.mode);
  const record::ClassEntry* entry = in_.FindClass(lock.class_id);
  if (entry == nullptr) return result;
  result.kind = KindName(entry->kind);
  if (entry->origin_kind == ClassOrigin::kInitSite && entry->origin.value != 0) {
    result.created_at = symbolizer_.Call(in_, entry->origin);
  }
  return result;
}

bool IsClosed(const std::vector<EdgeEntry>& edges) {
  const EdgeEntry& first = edges.front();
  const EdgeEntry& last = edges.back();
  return first.from == last.to && (edges.size() > 1 || first.from_lock == last.to_lock);
}

// For a cycle or a path each of its locks, as the first one of its step; else
// the lock that it is about and what was held beside it.
std::vector<FindingLock> RunBuilder::MakeLocks(const ViolationEntry& violation) {
  std::vector<FindingLock> locks;
  for (const EdgeEntry& edge : violation.edges) {
    locks.push_back(MakeLock({edge.from, edge.from_mode, edge.from_lock, edge.from_stack}));
  }
  if (!violation.edges.empty()) {
    const EdgeEntry& last = violation.edges.back();
    if (!IsClosed(violation.edges)) {
      locks.push_back(MakeLock({last.to, last.to_mode, last.to_lock, last.to_stack}));
    }
    return locks;
  }
  const LockEntry& about = violation.lock;
  if (about.class_id != ClassId::kNone) locks.push_back(MakeLock(about));
  for (const LockEntry& held : violation.held) {
    const bool is_told = held.class_id == about.class_id && held.address == about.address;
    if (held.class_id != ClassId::kNone && !is_told) locks.push_back(MakeLock(held));
  }
  return locks;
}

std::string RunBuilder::CommandsOf(const ViolationEntry& violation) const {
  std::vector<std::string> commands;
  const auto add = [&](uint32_t run) {
    if (run < runs_.size()) AddOnce(&commands, ValidUtf8(runs_[run].command));
  };
  for (const EdgeEntry& edge : violation.edges) {
    if (edge.thread != ThreadId::kNone) add(edge.run);
  }
  add(violation.run);
  return absl::StrJoin(commands, "; ");
}

std::vector<std::string> RunBuilder::MakeThreads(const ViolationEntry& violation,
                                                 const Finding& finding) const {
  std::vector<std::string> threads;
  const auto add = [&](std::string label) {
    if (!label.empty()) AddOnce(&threads, std::move(label));
  };
  for (const FindingEdge& edge : finding.edges) add(ThreadAndRun(edge));
  if (violation.across_runs) return threads;
  add(ThreadLabel(violation.used.thread));
  add(ThreadLabel(violation.enabled.thread));
  add(ThreadLabel(violation.thread));
  add(ThreadLabel(violation.owner));
  return threads;
}

Facts RunBuilder::MakeFacts(const ViolationEntry& violation, const Finding& finding) {
  Facts facts{.kind = violation.kind,
              .level = violation.level,
              .thread = ThreadLabel(violation.thread),
              .owner = ThreadLabel(violation.owner),
              .lock = Shown(violation.lock.class_id),
              .site = SiteOf(finding.stack),
              .taken = SiteOf(ToStack(violation.lock.stack)),
              .subject = ValidUtf8(violation.subject),
              .rule = ValidUtf8(violation.rule),
              .wait = violation.wait,
              .wait_limit = violation.wait_limit,
              .across_runs = violation.across_runs};
  if (facts.thread.empty()) facts.thread = "a thread";
  if (facts.owner.empty()) facts.owner = "another thread";
  for (const LockEntry& held : violation.held) {
    facts.held.push_back(InSentence(Shown(held.class_id), ModeName(held.mode)));
  }
  return facts;
}

std::string RunBuilder::MakeFingerprint(const ViolationEntry& violation, const Finding& finding,
                                        const Facts& facts) const {
  std::vector<std::string> steps;
  for (size_t i = 0; i < violation.edges.size(); ++i) {
    const FindingEdge& edge = finding.edges[i];
    steps.push_back(JoinParts({Stable(violation.edges[i].from), Stable(violation.edges[i].to),
                               StableFunction(edge.from_site), StableFunction(edge.to_site),
                               StableFunction(ActorOf(edge))}));
  }
  if (!finding.usages.empty()) {
    return Fingerprint(finding.kind, steps,
                       {StableContext(finding.context), Stable(violation.used.class_id),
                        StableFunction(finding.usages[0].site), Stable(violation.enabled.class_id),
                        StableFunction(finding.usages[1].site)});
  }
  if (!steps.empty()) return Fingerprint(finding.kind, steps, {});
  return Fingerprint(finding.kind, {},
                     {Stable(violation.lock.class_id), StableFunction(facts.site),
                      StableFunction(facts.taken), facts.subject, facts.rule});
}

// What was the case when it happened, whatever it is about.
void RunBuilder::AddScene(const ViolationEntry& violation, Finding* finding) {
  finding->thread = ThreadLabel(violation.thread);
  for (const LockEntry& held : violation.held) finding->held.push_back(MakeLock(held));
  finding->running_in = ContextNames(in_, violation.running_in);
  finding->interruptible_by = ContextNames(in_, violation.interruptible_by);
  finding->subject = ValidUtf8(violation.subject);
  finding->rule = ValidUtf8(violation.rule);
  if (violation.kind != ViolationKind::kInvalidWaitContext) return;
  finding->wait = WaitName(violation.wait);
  finding->wait_limit = WaitName(violation.wait_limit);
}

void RunBuilder::AddFinding(const ViolationEntry& violation) {
  Finding finding;
  finding.kind = ToString(violation.kind);
  finding.level = ToString(violation.level);
  for (const EdgeEntry& edge : violation.edges) {
    finding.edges.push_back(MakeEdge(edge));
    const bool is_run = violation.across_runs && edge.thread != ThreadId::kNone;
    if (is_run) finding.edges.back().run = RunLabel(edge.run);
  }
  // The step that broke a declared order was run, whoever declared it as well.
  if (!finding.edges.empty()) finding.edges.back().declaration.clear();
  finding.locks = MakeLocks(violation);
  finding.context = ValidUtf8(violation.context);
  if (violation.used.class_id != ClassId::kNone) {
    finding.usages = {MakeUsage("used", violation.used), MakeUsage("enabled", violation.enabled)};
  }
  finding.threads = MakeThreads(violation, finding);
  AddScene(violation, &finding);
  finding.run = CommandsOf(violation);
  for (const record::ReasonEntry& reason : violation.reasons) {
    const std::string about =
        reason.class_id == ClassId::kNone ? "" : absl::StrCat(": ", Shown(reason.class_id));
    finding.reasons.push_back(absl::StrCat(ValidUtf8(reason.text), about));
  }
  finding.stack = ToStack(violation.stack);
  finding.tests = TestsOf(finding);
  const Facts facts = MakeFacts(violation, finding);
  finding.fingerprint = MakeFingerprint(violation, finding, facts);
  PutIntoWords(facts, &finding);
  out_.findings.push_back(std::move(finding));
}

Report RunBuilder::Build() {
  out_.classes = MakeClassRows(in_, names_);
  AddDependencies();
  out_.lock_times = MakeLockTimes(in_, names_, symbolizer_);
  for (const ViolationEntry& violation : in_.violations) AddFinding(violation);
  AddRuns();
  return std::move(out_);
}

}  // namespace

Report ReportBuilder::Build(Recording recording) {
  ClassNames names = namer_.Name(recording);
  EnforceOrder(order_, names, &recording);
  if (enforce_) AddUndeclared(names, &recording);
  FindAcrossRuns(names, &recording);
  std::vector<Report> one;
  one.push_back(RunBuilder(recording, symbolizer_, std::move(names)).Build());
  return MergeReports(std::move(one));
}

}  // namespace lockdep::report

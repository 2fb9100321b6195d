// Findings in the form in which the kernel's own validator tells them: for
// people, and for tools, who know that form.  Headings, marks and the order of
// the parts are the kernel's; a thread stands for a task.
//
// Source: linux v6.12 kernel/locking/lockdep.c, the print_*() functions.

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/kernel_lock.h"
#include "lockdep/report/kernel_scenario.h"
#include "lockdep/report/render.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

constexpr char kFrame[] = "       ";

std::string Count(size_t number, const char* one) {
  return absl::StrCat(number, " ", one, number == 1 ? "" : "s");
}

class KernelRenderer {
 public:
  explicit KernelRenderer(const Report& report) : locks_(report.classes) {}

  // One finding; `text_` keeps all of them.
  void Add(const Finding& finding);
  std::string Take() { return std::move(text_); }

 private:
  using Body = void (KernelRenderer::*)(const Finding&);
  struct Kind {
    const char* name;
    const char* heading;
    Body body;
  };
  static const Kind kKinds[];

  void Heading(const Finding& finding, const std::string& heading);
  void Circle(const Finding& finding);
  void Waits(const Finding& finding);
  void Inconsistent(const Finding& finding);
  void ContextInversion(const Finding& finding);
  void NewDependency(const Finding& finding, const FindingEdge& edge);
  void ChangedUsage(const Finding& finding);
  void InvalidWait(const Finding& finding);
  void Unlock(const Finding& finding);
  void Destroyed(const Finding& finding);
  void AtExit(const Finding& finding);
  void NestLock(const Finding& finding);
  void Rule(const Finding& finding);

  void TakesAndHolds(const Finding& finding);
  void TakesAndHolds(const std::string& thread, const FindingEdge& edge);
  void Became(const FindingUsage& usage, const std::string& how);
  void Held(const Finding& finding);
  void End(const Finding& finding);

  template <typename... Args>
  void Line(const Args&... args) {
    absl::StrAppend(&text_, args..., "\n");
  }
  std::string At(const FindingLock& lock) const {
    return locks_.At(lock.class_name, lock.address, lock.taken_at);
  }

  const KernelLocks locks_;
  std::string text_;
};

std::string Thread(const Finding& finding) {
  if (!finding.thread.empty()) return Inert(finding.thread);
  return finding.threads.empty() ? "a thread" : Inert(finding.threads.front());
}

bool Has(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "[HC1:SC0:HE0:SE1]": in a hardirq, a softirq; hardirqs, softirqs enabled.
std::string Interrupts(const Finding& finding) {
  return absl::StrCat("[HC", Has(finding.running_in, "hardirq"), ":SC",
                      Has(finding.running_in, "softirq"), ":HE",
                      Has(finding.interruptible_by, "hardirq"), ":SE",
                      Has(finding.interruptible_by, "softirq"), "]");
}

std::string Upper(const std::string& context) { return Inert(absl::AsciiStrToUpper(context)); }

// "{IN-HARDIRQ-W}" or "{HARDIRQ-ON-R}".
std::string State(const std::string& context, const FindingUsage& usage) {
  const char* mode = usage.mode == "write" ? "-W}" : "-R}";
  return usage.how == "used" ? absl::StrCat("{IN-", Upper(context), mode)
                             : absl::StrCat("{", Upper(context), "-ON", mode);
}

// Which of the two usages this event brought.
const FindingUsage& NewUsage(const Finding& finding) {
  return finding.usages[1].stack == finding.stack ? finding.usages[1] : finding.usages[0];
}
const FindingUsage& OldUsage(const Finding& finding) {
  return &NewUsage(finding) == &finding.usages[0] ? finding.usages[1] : finding.usages[0];
}

// The step that this event brought; null if it changed a usage.
const FindingEdge* NewEdge(const Finding& finding) {
  for (const FindingEdge& edge : finding.edges) {
    if (edge.to_stack == finding.stack) return &edge;
  }
  return nullptr;
}

// Whether it would wait for a lock, or for something else.
bool WaitsForLock(const Finding& finding) {
  return !finding.edges.empty() ||
         (!finding.locks.empty() && finding.locks[0].taken_at == finding.stack);
}

void KernelRenderer::Heading(const Finding& finding, const std::string& heading) {
  const size_t width = std::min<size_t>(heading.size(), 78);
  Line(std::string(width, '='));
  Line(heading);
  Line(Inert(finding.run), finding.run.empty() ? "" : ": ", Inert(finding.kind), " (",
       Inert(finding.level), ") ", Inert(finding.fingerprint));
  Line(std::string(width, '-'));
}

// "-> #1 (B):" and the stack that took it, newest first.
void KernelRenderer::Circle(const Finding& finding) {
  const std::vector<FindingEdge>& edges = finding.edges;
  const FindingEdge& closing = edges.back();
  TakesAndHolds(finding);
  Line("and the new lock already comes before it.\n");
  Line("the existing dependency chain (in reverse order) is:\n");
  for (size_t i = edges.size() - 1; i-- > 0;) {
    Line("-> #", i + 1, " ", locks_.Class(edges[i].to), ":");
    if (!edges[i].declaration.empty()) Line(kFrame, "declared: ", Inert(edges[i].declaration));
    Line(KernelStack(edges[i].to_stack, kFrame));
  }
  Line("-> #0 ", locks_.Class(closing.to), ":");
  Line(KernelStack(closing.to_stack, kFrame));
}

void KernelRenderer::TakesAndHolds(const Finding& finding) {
  TakesAndHolds(Thread(finding), finding.edges.back());
}

void KernelRenderer::TakesAndHolds(const std::string& thread, const FindingEdge& edge) {
  if (edge.HasEnded()) {
    Line(thread, " has ended and holds still:");
    return Line(locks_.At(edge.from, edge.from_address, edge.from_stack), "\n");
  }
  Line(thread, " is trying to acquire lock:");
  Line(locks_.At(edge.to, edge.to_address, edge.to_stack), "\n");
  if (edge.HoldsNothing()) return;
  Line("but it holds already:");
  Line(locks_.At(edge.from, edge.from_address, edge.from_stack), "\n");
}

// All who are in a deadlock that happened, each with what it holds.
void KernelRenderer::Waits(const Finding& finding) {
  if (finding.edges.empty()) return Rule(finding);
  for (const FindingEdge& edge : finding.edges) TakesAndHolds(Inert(edge.thread), edge);
}

void KernelRenderer::Inconsistent(const Finding& finding) {
  const FindingUsage& now = NewUsage(finding);
  const FindingUsage& before = OldUsage(finding);
  Line("inconsistent ", State(finding.context, before), " -> ", State(finding.context, now),
       " usage.");
  Line(Thread(finding), " ", Interrupts(finding), " takes:");
  const std::string address = finding.locks.empty() ? "" : finding.locks[0].address;
  Line(locks_.At(now.lock, address, now.stack));
  Became(before, absl::StrCat(State(finding.context, before), " state since:"));
}

void KernelRenderer::Became(const FindingUsage& usage, const std::string& how) {
  Line(how);
  Line(KernelStack(usage.stack, kFrame));
}

void KernelRenderer::ContextInversion(const Finding& finding) {
  const FindingEdge* edge = NewEdge(finding);
  if (edge != nullptr) return NewDependency(finding, *edge);
  ChangedUsage(finding);
}

void KernelRenderer::NewDependency(const Finding& finding, const FindingEdge& edge) {
  const std::string context = Upper(finding.context);
  Line(Thread(finding), " ", Interrupts(finding), " is trying to acquire:");
  Line(locks_.At(edge.to, edge.to_address, edge.to_stack), "\n");
  Line("and it holds already:");
  Line(locks_.At(edge.from, edge.from_address, edge.from_stack));
  Line("which makes a new dependency:");
  Line(" ", locks_.Class(edge.from), " -> ", locks_.Class(edge.to), "\n");
  Line("that leads from a ", context, "-safe lock:");
  Line(" ", locks_.Class(finding.usages[0].lock));
  Became(finding.usages[0], absl::StrCat("... which is taken in ", Inert(finding.context), " at:"));
  Line("to a ", context, "-unsafe lock:");
  Line(" ", locks_.Class(finding.usages[1].lock));
  Became(finding.usages[1],
         absl::StrCat("... which is held with ", Inert(finding.context), " enabled at:"));
}

void KernelRenderer::ChangedUsage(const Finding& finding) {
  const FindingUsage& now = NewUsage(finding);
  const FindingUsage& before = OldUsage(finding);
  const char* safety = before.how == "used" ? "-safe" : "-unsafe";
  Line(Thread(finding), " ", Interrupts(finding), " just changed the state of lock:");
  const std::string address = finding.locks.empty()  ? ""
                              : now.how == "enabled" ? finding.locks.back().address
                                                     : finding.locks.front().address;
  Line(locks_.At(now.lock, address, now.stack));
  Line("and another, ", Upper(finding.context), safety, " lock depends on it or it on that:");
  Line(" ", locks_.Class(before.lock));
  Became(before, absl::StrCat("... whose state is ", State(finding.context, before), " since:"));
  for (const FindingEdge& edge : finding.edges) {
    Line(" ", locks_.Class(edge.from), " -> ", locks_.Class(edge.to), " since:");
    Line(KernelStack(edge.to_stack, kFrame));
  }
}

void KernelRenderer::InvalidWait(const Finding& finding) {
  Line(Thread(finding), " ", Interrupts(finding),
       WaitsForLock(finding) ? " is trying to lock:" : " may sleep here;");
  if (!finding.edges.empty()) {
    const FindingEdge& edge = finding.edges[0];
    Line(locks_.At(edge.to, edge.to_address, edge.to_stack));
  } else if (WaitsForLock(finding)) {
    Line(At(finding.locks[0]));
  }
  Line("it waits as {", KernelWaitNumber(finding.wait), "}, and only {",
       KernelWaitNumber(finding.wait_limit), "} is allowed here");
}

void KernelRenderer::Unlock(const Finding& finding) {
  const std::string lock = finding.locks.empty() ? "" : Inert(finding.locks[0].class_name);
  Line(Thread(finding), " is trying to release lock (", lock, ") at:");
  Line(KernelPlace(SiteOf(finding.stack)));
  if (finding.kind == "unlock-by-other-thread" && finding.threads.size() > 1) {
    Line("but the lock is held by ", Inert(finding.threads.back()), ".");
  } else {
    Line("but it does not hold this lock.");
  }
}

void KernelRenderer::Destroyed(const Finding& finding) {
  Line(Thread(finding), " frees or makes anew the memory of a lock that it holds:");
  if (!finding.locks.empty()) Line(At(finding.locks[0]));
}

void KernelRenderer::AtExit(const Finding& finding) {
  Line(Thread(finding), finding.subject.empty() ? " ends" : " goes on in ", Inert(finding.subject),
       " with what it holds below.");
}

void KernelRenderer::NestLock(const Finding& finding) {
  Line(Thread(finding), " is trying to lock:");
  if (!finding.locks.empty()) Line(At(finding.locks[0]));
  Line("\nbut it is not holding:");
  Line(Inert(finding.subject));
}

// Rules of the host, and of kinds that the kernel does not have.
void KernelRenderer::Rule(const Finding& finding) {
  Line(KernelPlace(SiteOf(finding.stack)), ": ",
       Inert(finding.rule.empty() ? finding.title : finding.rule), "!");
  if (!finding.subject.empty()) Line("about: ", Inert(finding.subject));
}

void KernelRenderer::Held(const Finding& finding) {
  const std::string thread = Thread(finding);
  // A report of an older version does not know.
  if (finding.held.empty() && finding.thread.empty()) return;
  if (finding.held.empty()) return Line("no locks held by ", thread, ".\n");
  Line(Count(finding.held.size(), "lock"), " held by ", thread, ":");
  size_t number = 0;
  for (const FindingLock& lock : finding.held) Line(" #", number++, ": ", At(lock));
  Line();
}

void KernelRenderer::End(const Finding& finding) {
  const std::string scenario = KernelScenario(finding);
  Line("\nother info that might help us debug this:\n");
  if (!scenario.empty()) Line(scenario);
  Held(finding);
  Line("stack backtrace:");
  Line(KernelStack(finding.stack, " "));
}

const KernelRenderer::Kind KernelRenderer::kKinds[] = {
    {"lock-order-inversion", "possible circular locking dependency detected",
     &KernelRenderer::Circle},
    {"declared-order-violation", "possible circular locking dependency detected",
     &KernelRenderer::Circle},
    {"wait-while-holding", "possible circular locking dependency detected",
     &KernelRenderer::Circle},
    {"deadlock", nullptr, &KernelRenderer::Waits},
    {"recursive-lock", "possible recursive locking detected", &KernelRenderer::TakesAndHolds},
    {"read-recursion", "possible recursive locking detected", &KernelRenderer::TakesAndHolds},
    {"inconsistent-context", "inconsistent lock state", &KernelRenderer::Inconsistent},
    {"context-inversion", nullptr, &KernelRenderer::ContextInversion},
    {"invalid-wait-context", nullptr, &KernelRenderer::InvalidWait},
    {"unlock-unheld", "bad unlock balance detected!", &KernelRenderer::Unlock},
    {"unlock-by-other-thread", "bad unlock balance detected!", &KernelRenderer::Unlock},
    {"held-lock-destroyed", "held lock freed!", &KernelRenderer::Destroyed},
    {"held-at-exit", nullptr, &KernelRenderer::AtExit},
    {"nest-lock-missing", "Nested lock was not taken", &KernelRenderer::NestLock},
    {"rcu-usage", "suspicious RCU usage", &KernelRenderer::Rule},
};

// For kinds whose heading depends on what happened.
std::string HeadingOf(const Finding& finding) {
  const std::string context = Upper(finding.context);
  if (finding.kind == "context-inversion") {
    return NewEdge(finding) != nullptr ? absl::StrCat("WARNING: ", context, "-safe -> ", context,
                                                      "-unsafe lock order detected")
                                       : "WARNING: possible irq lock inversion dependency detected";
  }
  if (finding.kind == "held-at-exit") {
    return finding.subject.empty()
               ? absl::StrCat("WARNING: ", Thread(finding), " still has locks held!")
               : absl::StrCat("WARNING: lock held when going on in ", Inert(finding.subject), "!");
  }
  if (finding.kind != "invalid-wait-context") return absl::StrCat("WARNING: ", Inert(finding.kind));
  return WaitsForLock(finding)
             ? "[ BUG: Invalid wait context ]"
             : absl::StrCat("BUG: sleeping function called from invalid context at ",
                            KernelPlace(SiteOf(finding.stack)));
}

// What the kind is about; a recording that was cut short may lack it.
bool IsComplete(const Finding& finding) {
  const std::string& kind = finding.kind;
  if (kind == "inconsistent-context" || kind == "context-inversion") {
    return finding.usages.size() == 2;
  }
  const bool needs_edges = kind == "lock-order-inversion" || kind == "declared-order-violation" ||
                           kind == "recursive-lock" || kind == "read-recursion" ||
                           kind == "wait-while-holding";
  return !needs_edges || !finding.edges.empty();
}

void KernelRenderer::Add(const Finding& finding) {
  if (finding.suppressed_by.has_value()) {
    return Line("lockdep: ", Inert(finding.kind), " ", Inert(finding.fingerprint),
                " suppressed by ", Inert(*finding.suppressed_by), "\n");
  }
  const Kind* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& one) { return finding.kind == one.name; });
  const bool is_known = kind != std::end(kKinds) && IsComplete(finding);
  const bool has_heading = is_known && kind->heading != nullptr;
  Heading(finding, has_heading ? absl::StrCat("WARNING: ", kind->heading) : HeadingOf(finding));
  (this->*(is_known ? kind->body : &KernelRenderer::Rule))(finding);
  End(finding);
}

}  // namespace

std::string RenderKernel(const Report& report) {
  KernelRenderer renderer(report);
  for (const Finding& finding : report.findings) renderer.Add(finding);
  return absl::StrCat(renderer.Take(), "lockdep: ", Count(report.findings.size(), "finding"),
                      " in ", Count(report.coverage.lock_operations, "lock operation"), " on ",
                      report.coverage.classes, " lock classes\n");
}

}  // namespace lockdep::report

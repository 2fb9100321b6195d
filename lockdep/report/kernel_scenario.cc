#include "lockdep/report/kernel_scenario.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

constexpr char kFirst[] = "  ";
constexpr char kSecond[] = "                               ";

std::string Lock(const std::string& name) { return absl::StrCat("lock(", Inert(name), ");\n"); }

std::string Lock(const std::string& name, const std::string& mode) {
  return absl::StrCat(mode.empty() || mode == "write" ? "" : "r", Lock(name));
}

std::string Interrupt(const std::string& context) {
  const bool of_kernel = context == "hardirq" || context == "softirq";
  return of_kernel ? "<Interrupt>\n" : absl::StrCat("<", Inert(context), ">\n");
}

std::string Mask(const std::string& context) {
  if (context == "hardirq") return "local_irq_disable();\n";
  return context == "softirq" ? "local_bh_disable();\n"
                              : absl::StrCat("block(", Inert(context), ");\n");
}

// "A --> B --> C", if there is one between the ends of the path.
std::string Chain(const std::vector<FindingEdge>& edges, size_t count) {
  if (count < 2) return "";
  std::string text = absl::StrCat("Chain exists of:\n  ", Inert(edges[0].from));
  for (size_t i = 0; i < count; ++i) absl::StrAppend(&text, " --> ", Inert(edges[i].to));
  return text + "\n\n";
}

std::string Framed(const char* title, const char* columns, const std::string& steps) {
  return absl::StrCat(" ", title, "\n\n", columns, steps, "\n *** DEADLOCK ***\n");
}

constexpr char kOneCpu[] = "       CPU0\n       ----\n";
constexpr char kTwoCpus[] =
    "       CPU0                    CPU1\n"
    "       ----                    ----\n";

// The step that closes the cycle is CPU0's; CPU1 runs the one before it.  Where
// both only read, a writer has to stand between them: CPU1 is one.
std::string Circle(const Finding& finding) {
  const FindingEdge& closing = finding.edges.back();
  const FindingEdge& other = finding.edges[finding.edges.size() - 2];
  const std::string steps =
      absl::StrCat(kFirst, Lock(closing.from, closing.from_mode), kSecond, Lock(other.from),
                   kSecond, Lock(other.to), kFirst, Lock(closing.to, closing.to_mode));
  return absl::StrCat(Chain(finding.edges, finding.edges.size() - 1),
                      Framed("Possible unsafe locking scenario:", kTwoCpus, steps));
}

// CPU0 waits for what CPU1 ends only after it got the lock that CPU0 holds.
std::string Wait(const Finding& finding) {
  const FindingEdge* waits = nullptr;
  const FindingEdge* ends = nullptr;
  for (const FindingEdge& edge : finding.edges) {
    if (IsEvent(finding, edge.to)) waits = &edge;
    if (IsEvent(finding, edge.from)) ends = &edge;
  }
  if (waits == nullptr || ends == nullptr) return "";
  const std::string steps = absl::StrCat(
      kFirst, Lock(waits->from, waits->from_mode), kSecond, Lock(ends->to, ends->to_mode), kSecond,
      "end(", Inert(ends->from), ");\n", kFirst, "wait(", Inert(waits->to), ");\n");
  return absl::StrCat(Chain(finding.edges, finding.edges.size() - 1),
                      Framed("Possible unsafe locking scenario:", kTwoCpus, steps));
}

std::string Recursion(const FindingEdge& edge) {
  return Framed("Possible unsafe locking scenario:", kOneCpu,
                absl::StrCat(kFirst, Lock(edge.from), kFirst, Lock(edge.to)));
}

std::string Interruption(const Finding& finding) {
  const FindingUsage& used = finding.usages[0];
  const FindingUsage& enabled = finding.usages[1];
  const std::string before = absl::StrCat(kFirst, Lock(enabled.lock));
  const std::string after =
      absl::StrCat(kFirst, Interrupt(finding.context), kFirst, kFirst, Lock(used.lock));
  if (finding.edges.empty()) {
    return Framed("Possible unsafe locking scenario:", kOneCpu, before + after);
  }
  const FindingEdge& step = finding.edges.front();
  const std::string between = absl::StrCat(kSecond, Mask(finding.context), kSecond, Lock(step.from),
                                           kSecond, Lock(step.to));
  return absl::StrCat(
      Chain(finding.edges, finding.edges.size()),
      Framed("Possible interrupt unsafe locking scenario:", kTwoCpus, before + between + after));
}

}  // namespace

std::string KernelScenario(const Finding& finding) {
  if (finding.usages.size() == 2) return Interruption(finding);
  if (finding.kind == "recursive-lock" || finding.kind == "read-recursion") {
    return finding.edges.empty() ? "" : Recursion(finding.edges[0]);
  }
  if (finding.kind == "wait-while-holding") return Wait(finding);
  const bool is_cycle =
      finding.kind == "lock-order-inversion" || finding.kind == "declared-order-violation";
  return is_cycle && finding.edges.size() > 1 ? Circle(finding) : "";
}

}  // namespace lockdep::report

// What is said of interruptions, and of locks that wait where they must not.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/wording_parts.h"

namespace lockdep::report {
namespace {

std::string LockOf(const FindingUsage& usage) { return InSentence(usage.lock, usage.mode); }

// "thread 1 (main) took A in f() at x.cc:1".
std::string Deed(const FindingUsage& usage) {
  return absl::StrCat(usage.thread, " took ", LockOf(usage), " ", InPlace(usage.site));
}

std::string BothSides(const Finding& finding) {
  const std::string& context = finding.context;
  return absl::StrCat("In ", context, ", ", Deed(finding.usages[0]), "; while ", context,
                      " could interrupt it, ", Deed(finding.usages[1]), ".");
}

const char* HowItWaits(WaitType wait) {
  switch (wait) {
    case WaitType::kFree:
      return "does not wait";
    case WaitType::kSpin:
      return "spins";
    case WaitType::kConfig:
      return "sleeps where the kernel is preemptible";
    default:
      return "may sleep";
  }
}

const char* WhatIsAllowed(WaitType limit) {
  switch (limit) {
    case WaitType::kFree:
      return "nothing may wait";
    case WaitType::kSpin:
      return "only what spins on every kernel may be taken";
    default:
      return "nothing may sleep";
  }
}

}  // namespace

Words InconsistentContext(const Facts&, const Finding& finding) {
  const FindingUsage& used = finding.usages[0];
  const FindingUsage& enabled = finding.usages[1];
  Words words;
  words.title = absl::StrCat("Possible deadlock: ", Who(used.site), " takes ", LockOf(used), " in ",
                             finding.context, ", and ", Who(enabled.site), " holds it where ",
                             finding.context, " can interrupt");
  words.how = absl::StrCat(BothSides(finding), " When ", finding.context,
                           " comes while the lock is held, it waits for the code that it "
                           "interrupted, which cannot go on before it ends: for ever, with one "
                           "thread alone.");
  words.fix = absl::StrCat("mask ", finding.context, " wherever ", Quoted(used.lock),
                           " is held outside of it, or do the work that needs the lock later, "
                           "outside ",
                           finding.context);
  return words;
}

Words ContextInversion(const Facts&, const Finding& finding) {
  const FindingUsage& used = finding.usages[0];
  const FindingUsage& enabled = finding.usages[1];
  Words words;
  words.title =
      absl::StrCat("Possible deadlock: ", Who(used.site), " takes ", LockOf(used), " in ",
                   finding.context, ", ", Who(enabled.site), " holds ", LockOf(enabled), " where ",
                   finding.context, " can interrupt, and elsewhere ", Quoted(used.lock),
                   " is held while waiting for ", Quoted(enabled.lock));
  std::vector<std::string> deeds;
  for (const FindingEdge& edge : finding.edges) deeds.push_back(Deed(edge));
  words.how =
      absl::StrCat(BothSides(finding), " ", Capitalised(absl::StrJoin(deeds, "; ")), ". When ",
                   finding.context, " interrupts a thread that holds ", Quoted(enabled.lock),
                   " and waits for ", Quoted(used.lock), ", whose holder waits for ",
                   Quoted(enabled.lock), ", none of them goes on, for ever.");
  words.fix = absl::StrCat("mask ", finding.context, " wherever ", Quoted(enabled.lock),
                           " is held, or do not take ", Quoted(used.lock), " in ", finding.context,
                           ", or do not wait for ", Quoted(enabled.lock), " while holding ",
                           Quoted(used.lock));
  return words;
}

Words InvalidWaitContext(const Facts& facts, const Finding& finding) {
  const bool waits_for_lock = !finding.edges.empty() || facts.taken == facts.site;
  const std::string waiter =
      facts.lock.empty() || !waits_for_lock
          ? absl::StrCat(Who(facts.site), " waits in a way that ", HowItWaits(facts.wait))
          : absl::StrCat(Who(facts.site), " takes ", Quoted(facts.lock), ", which ",
                         HowItWaits(facts.wait), ",");
  std::string where = "where it runs";
  if (!finding.edges.empty()) where = absl::StrCat("under ", Quoted(finding.edges[0].from));
  if (!waits_for_lock) where = absl::StrCat("under ", Quoted(facts.lock));
  Words words;
  words.title = absl::StrCat(waiter, " but ", where, " ", WhatIsAllowed(facts.wait_limit));
  words.how =
      absl::StrCat("It happened ", InPlace(facts.site), " in ", facts.thread, ". ", HeldThen(facts),
                   " A thread that sleeps there keeps others spinning, or an interrupt "
                   "from ending, until it wakes up: perhaps for ever.");
  words.fix =
      "take the lock that waits longer first, or use one that waits as is allowed here, or leave "
      "the section before waiting";
  return words;
}

}  // namespace lockdep::report

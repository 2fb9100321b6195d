#include "lockdep/report/wording.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/wording_parts.h"

namespace lockdep::report {
namespace {

std::string PairTitle(const FindingEdge& first, const FindingEdge& second) {
  const std::string one = Who(ActorOf(first));
  const std::string other = Who(ActorOf(second));
  if (one == other) {
    return absl::StrCat(one, " takes ", From(first), " then ", To(first),
                        " in one place, and the other way round in another");
  }
  return absl::StrCat(one, " takes ", From(first), " then ", To(first), "; ", other,
                      " takes them the other way round");
}

Words Inversion(const Facts& facts, const Finding& finding) {
  Words words;
  const auto& edges = finding.edges;
  const char* what = IsOrCanBe(facts, "Deadlock", "Possible deadlock");
  if (edges.size() == 2) {
    words.title = absl::StrCat(what, ": ", PairTitle(edges[0], edges[1]));
    words.how = absl::StrCat(Capitalised(Deed(edges[0])), "; ", Deed(edges[1]),
                             ". When two threads do this at the same time, each waits for the "
                             "lock that the other one holds, for ever.");
  } else {
    words.title =
        absl::StrCat(what, " over ", edges.size(), " locks: ", Steps(finding, /*most=*/4));
    words.how = absl::StrCat(Capitalised(OfEach(finding, kMostDeeds, Deed)),
                             ". When threads do these steps at the same time, each waits for the "
                             "lock that the next one holds, for ever.");
  }
  words.how += Outcome(facts);
  words.fix = absl::StrCat(
      "take these locks in one order everywhere, or release the first ", "before taking the second",
      AllMutexes(finding) ? ", or take them together: std::scoped_lock cannot deadlock" : "");
  return words;
}

Words SameLockAgain(const FindingEdge& edge) {
  Words words;
  const bool upgrade = edge.from_mode != "write" && edge.to_mode == "write";
  words.title = absl::StrCat("Deadlock with itself: ", Who(edge.to_site), " takes ", To(edge),
                             " while its thread already holds it",
                             edge.from_mode == "write" ? "" : " for reading");
  words.how = absl::StrCat(Capitalised(Deed(edge)), ". It is the same lock: the thread waits for ",
                           upgrade ? "its own read lock to go" : "itself", ", for ever.");
  words.fix =
      upgrade ? "take the lock for writing from the start, or release the read lock first and "
                "check again what was read under it"
              : "release it before calling code that takes it, or split off a variant of that code "
                "for callers that hold it";
  return words;
}

Words RecursiveLock(const Facts& facts, const Finding& finding) {
  const FindingEdge& edge = finding.edges[0];
  if (facts.level == Level::kConfirmed) return SameLockAgain(edge);
  Words words;
  words.title = absl::StrCat("Possible deadlock: ", Who(edge.to_site), " takes ", To(edge),
                             " while its thread holds another lock of the same class");
  words.how = absl::StrCat(Capitalised(Deed(edge)),
                           ". Nothing says which of two such locks comes first: when another "
                           "thread takes the same two the other way round, each waits for the "
                           "other, for ever.");
  words.fix = absl::StrCat(
      "give locks of this class an order, or hold only one of them at a time",
      AllMutexes(finding) ? ", or take them together: std::scoped_lock cannot deadlock" : "");
  return words;
}

Words ReadRecursion(const Facts&, const Finding& finding) {
  const FindingEdge& edge = finding.edges[0];
  Words words;
  words.title = absl::StrCat("Possible deadlock: ", Who(edge.to_site), " takes ", To(edge),
                             " while its thread already reads under it");
  words.how = absl::StrCat(Capitalised(Deed(edge)),
                           ". A writer that queues up in between waits for the first read to end, "
                           "and the second read waits behind the writer, for ever.");
  words.fix =
      "do not take the read lock again while it is held: split off a variant of the inner code "
      "for callers that hold it";
  return words;
}

Words NestLockMissing(const Facts& facts, const Finding&) {
  const std::string nest = facts.subject.empty() ? "its nest lock" : Quoted(facts.subject);
  Words words;
  words.title = absl::StrCat(Who(facts.site), " takes ", Quoted(facts.lock), " as nested under ",
                             nest, ", but does not hold ", nest);
  words.how = absl::StrCat("Several locks of one class may be taken in any order only while ", nest,
                           " is held. ", HeldThen(facts));
  words.fix = absl::StrCat("take ", nest, " first, or name the lock that is really held");
  return words;
}

Words UnlockUnheld(const Facts& facts, const Finding&) {
  Words words;
  words.title = absl::StrCat(Who(facts.site), " releases ", Quoted(facts.lock),
                             ", which its thread does not hold");
  words.how = absl::StrCat("This happened ", InPlace(facts.site), " in ", facts.thread,
                           ". If another thread holds the lock, it loses its protection; for a "
                           "mutex the behaviour is undefined. ",
                           HeldThen(facts));
  words.fix = "pair every release with one acquisition on the same path; look at error handling";
  return words;
}

Words UnlockByOtherThread(const Facts& facts, const Finding&) {
  Words words;
  words.title = absl::StrCat(Who(facts.site), " releases ", Quoted(facts.lock),
                             ", which another thread holds");
  words.how = absl::StrCat(Capitalised(facts.thread), " released it ", InPlace(facts.site),
                           " while ", facts.owner,
                           " held it and believes to hold it still: what the lock protects is "
                           "open to others.");
  words.fix =
      "release a lock in the thread that took it; to pass work on, use a semaphore or a condition "
      "variable";
  return words;
}

Words HeldLockDestroyed(const Facts& facts, const Finding&) {
  Words words;
  words.title = absl::StrCat(Who(facts.site), " ends the life of ", Quoted(facts.lock),
                             " while its thread holds it");
  words.how = absl::StrCat(Capitalised(facts.thread), " destroyed or initialised the lock ",
                           InPlace(facts.site), " while holding it", TakenPart(facts),
                           ". Whoever waits for it, or releases it, works on memory that is no "
                           "lock any more.");
  words.fix =
      "release the lock before its memory goes, and make sure that no other thread can reach it";
  return words;
}

Words HeldAtExit(const Facts& facts, const Finding&) {
  const bool ends = facts.subject.empty();
  Words words;
  words.title =
      absl::StrCat(ends ? "A thread ends" : absl::StrCat("A thread goes on in ", facts.subject),
                   " while it holds ", Quoted(facts.lock), ", taken in ", Who(facts.taken));
  words.how = absl::StrCat(Capitalised(facts.thread),
                           ends ? " ended" : absl::StrCat(" went on in ", facts.subject), " with ",
                           Quoted(facts.lock), " held", TakenPart(facts),
                           ". Whoever takes it next waits for ever.");
  words.fix = ends ? "release the lock on every way out of the thread, early returns and "
                     "exceptions included"
                   : absl::StrCat("release the lock before every way to ", facts.subject);
  return words;
}

// "A -> B (mm/rmap.c:32: ...)", one for each declared step.
std::vector<std::string> Declarations(const Finding& finding) {
  std::vector<std::string> declarations;
  for (const FindingEdge& edge : finding.edges) {
    if (edge.declaration.empty()) continue;
    declarations.push_back(absl::StrCat("\"", edge.declaration, "\""));
  }
  return declarations;
}

Words DeclaredOrder(const Facts&, const Finding& finding) {
  const FindingEdge& edge = finding.edges.back();
  Words words;
  words.title =
      absl::StrCat(Who(edge.to_site), " takes ", To(edge), " while holding ", From(edge),
                   ", against the declared order: ", absl::StrJoin(Declarations(finding), ", "));
  words.how = absl::StrCat(Capitalised(Deed(edge)), ".");
  for (const FindingEdge& other : finding.edges) {
    if (!other.thread.empty() && &other != &edge) {
      absl::StrAppend(&words.how, " ", Capitalised(Deed(other)), ".");
    }
  }
  absl::StrAppend(&words.how, " Code that keeps to the declared order takes ", Quoted(edge.to),
                  " first: when both run at the same time, each waits for the lock that the other "
                  "one holds, for ever.");
  words.fix = absl::StrCat("take ", Quoted(edge.to), " before ", Quoted(edge.from),
                           ", or release one before taking the other; if the declaration is out "
                           "of date, change its line");
  return words;
}

std::string RuleSentence(const Facts& facts) {
  return facts.rule.empty() ? "" : absl::StrCat(" The rule: ", facts.rule, ".");
}

Words InvalidLockState(const Facts& facts, const Finding&) {
  Words words;
  words.title =
      absl::StrCat("Broken locking rule: ", Who(facts.site), " uses ",
                   facts.subject.empty() ? facts.lock : facts.subject, " ", Whiles(facts));
  words.how = absl::StrCat("It happened ", InPlace(facts.site), " in ", facts.thread, ".",
                           RuleSentence(facts));
  words.fix = "bring the locks into the state that the rule asks for before this call";
  return words;
}

Words UnprotectedAccess(const Facts& facts, const Finding&) {
  Words words;
  words.title = absl::StrCat("Unprotected access: ", Who(facts.site), " touches ", facts.subject,
                             " ", Whiles(facts));
  words.how = absl::StrCat("It happened ", InPlace(facts.site), " in ", facts.thread, ".",
                           RuleSentence(facts));
  words.fix = "take what the rule asks for before the access";
  return words;
}

Words PageTableRule(const Facts& facts, const Finding&) {
  Words words;
  words.title = absl::StrCat("Broken page table rule: ", Who(facts.site), " breaks \"",
                             facts.subject, "\" ", Whiles(facts));
  words.how = absl::StrCat("It happened ", InPlace(facts.site), " in ", facts.thread, ".",
                           RuleSentence(facts));
  words.fix = "do with the page table what the rule asks for, or hold what it names";
  return words;
}

Words UndeclaredDependency(const Facts& facts, const Finding& finding) {
  Words words;
  if (!finding.edges.empty()) {
    const FindingEdge& edge = finding.edges[0];
    words.title = absl::StrCat("Undeclared order: ", Who(edge.to_site), " takes ", To(edge),
                               " while holding ", From(edge), ", which no declared order has");
    words.how = absl::StrCat(Capitalised(Deed(edge)), ".");
    words.fix = absl::StrCat("declare it if it is meant, by the line `", facts.subject,
                             "`, or release the first lock before taking the second");
    return words;
  }
  words.title = absl::StrCat("Undeclared order: ", Who(facts.site), " takes ", facts.subject,
                             ", which no declared order has");
  words.how = absl::StrCat("It happened ", InPlace(facts.site), " in ", facts.thread, ".",
                           RuleSentence(facts));
  words.fix = "declare the order, with the reason, or take the locks in a declared one";
  return words;
}

Words ModelCorruption(const Facts& facts, const Finding&) {
  Words words;
  words.title = absl::StrCat("The model was corrupted: ", facts.subject);
  words.how = absl::StrCat("It showed ", InPlace(facts.site), " in ", facts.thread, ". ",
                           HeldThen(facts), RuleSentence(facts));
  words.fix = "look in the schedule for the step that no rule should have let through";
  return words;
}

Words PinViolated(const Facts& facts, const Finding&) {
  Words words;
  words.title = absl::StrCat(Who(facts.site), " breaks the pin of ", Quoted(facts.lock),
                             facts.rule.empty() ? "" : ": ", facts.rule);
  words.how = absl::StrCat("It happened ", InPlace(facts.site), " in ", facts.thread,
                           ". Whoever pinned the lock relies on it being held, without a break, "
                           "until the pin is taken back. ",
                           HeldThen(facts));
  words.fix =
      "keep the lock until the section that pinned it is over, and give each cookie back once";
  return words;
}

// For a recording that leaves out what its kind is about.
Words Bare(const Facts& facts) {
  return {absl::StrCat(ToString(facts.kind), " in ", Who(facts.site)),
          "The recording does not say more.", "look at the stack"};
}

Words WordsFor(const Facts& facts, const Finding& finding) {
  switch (facts.kind) {
    case ViolationKind::kLockOrderInversion:
      return Inversion(facts, finding);
    case ViolationKind::kRecursiveLock:
      return RecursiveLock(facts, finding);
    case ViolationKind::kReadRecursion:
      return ReadRecursion(facts, finding);
    case ViolationKind::kNestLockMissing:
      return NestLockMissing(facts, finding);
    case ViolationKind::kUnlockUnheld:
      return UnlockUnheld(facts, finding);
    case ViolationKind::kUnlockByOtherThread:
      return UnlockByOtherThread(facts, finding);
    case ViolationKind::kHeldLockDestroyed:
      return HeldLockDestroyed(facts, finding);
    case ViolationKind::kHeldAtExit:
      return HeldAtExit(facts, finding);
    case ViolationKind::kDeclaredOrderViolation:
      return DeclaredOrder(facts, finding);
    case ViolationKind::kInvalidLockState:
      return InvalidLockState(facts, finding);
    case ViolationKind::kUnprotectedAccess:
    case ViolationKind::kRcuUsage:
      return UnprotectedAccess(facts, finding);
    case ViolationKind::kPageTableRule:
      return PageTableRule(facts, finding);
    case ViolationKind::kUndeclaredDependency:
      return UndeclaredDependency(facts, finding);
    case ViolationKind::kDeadlock:
      return Deadlock(facts, finding);
    case ViolationKind::kWaitWhileHolding:
      return WaitWhileHolding(facts, finding);
    case ViolationKind::kModelCorruption:
      return ModelCorruption(facts, finding);
    case ViolationKind::kPinViolated:
      return PinViolated(facts, finding);
    case ViolationKind::kInconsistentContext:
      return InconsistentContext(facts, finding);
    case ViolationKind::kContextInversion:
      return ContextInversion(facts, finding);
    case ViolationKind::kInvalidWaitContext:
      return InvalidWaitContext(facts, finding);
  }
  return {};
}

bool NeedsUsages(ViolationKind kind) {
  return kind == ViolationKind::kInconsistentContext || kind == ViolationKind::kContextInversion;
}

bool NeedsEdges(ViolationKind kind) {
  return kind == ViolationKind::kLockOrderInversion || kind == ViolationKind::kRecursiveLock ||
         kind == ViolationKind::kReadRecursion || kind == ViolationKind::kDeclaredOrderViolation ||
         kind == ViolationKind::kWaitWhileHolding;
}

std::string InTests(const std::vector<std::string>& tests) {
  if (tests.empty()) return "";
  return absl::StrCat("\nSeen in ", tests.size() == 1 ? "test " : "tests ",
                      absl::StrJoin(tests, ", "), ".");
}

}  // namespace

void PutIntoWords(const Facts& facts, Finding* finding) {
  const bool is_bare = (NeedsEdges(facts.kind) && finding->edges.empty()) ||
                       (NeedsUsages(facts.kind) && finding->usages.size() != 2);
  const Words words = is_bare ? Bare(facts) : WordsFor(facts, *finding);
  finding->title = words.title;
  finding->explanation = absl::StrCat(
      words.how, InTests(finding->tests), "\nTo fix: ", words.fix,
      ".\nTo suppress, if it cannot happen: put ", finding->fingerprint,
      " into your baseline (`lockdep gate REPORT --baseline FILE --update`) and give the reason "
      "there.");
}

}  // namespace lockdep::report

#include "mm_model/verify/mutants.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "mm_model/runner.h"
#include "mm_model/strategies.h"

namespace mm_model {
namespace {

using lockdep::ViolationKind;

constexpr uint64_t kSeeds = 6;
constexpr uint64_t kMaxSteps = 50'000;  // Of one execution: a mutant may never end.

struct HarmlessMutant {
  std::string_view scenario;
  MutationKind kind;
  std::string_view lock_class;
  const char* why;
};

constexpr HarmlessMutant kHarmless[] = {
    {"-", MutationKind::kNone, "-", ""},  // The list may be empty.
#define MM_HARMLESS(scenario, kind, lock_class, why) \
  {scenario, MutationKind::kind, lock_class, why},
#include "mm_model/verify/harmless_mutants.def"
#undef MM_HARMLESS
};

struct ClassRow {
  std::string_view name;
  LockClass lock_class;
  lockdep::LockKind kind;
};

constexpr ClassRow kClasses[] = {
#define MM_LOCK_CLASS(identifier, name, kind) \
  {name, LockClass::identifier, lockdep::LockKind::kind},
#include "mm_model/lock_classes.def"
#undef MM_LOCK_CLASS
};

const ClassRow* FindClass(std::string_view name) {
  const auto* const row = std::find_if(std::begin(kClasses), std::end(kClasses),
                                       [&](const ClassRow& each) { return each.name == name; });
  return row == std::end(kClasses) ? nullptr : row;
}

// Which lock classes each task takes, and how.
class LockSteps final : public StepObserver {
 public:
  // Task, class, whether it is only tried.
  std::set<std::tuple<std::string, std::string, bool>> taken;

  void OnStep(const Task& task, const Step& step) override {
    const bool tries = step.kind == StepKind::kTryLock;
    if (tries || step.kind == StepKind::kLock) taken.emplace(task.name(), step.what, tries);
  }
};

// What a rule calls the lock of a class, in "missing: ...".
std::vector<std::string_view> TermsOf(LockClass lock_class) {
  switch (lock_class) {
    case LockClass::kMmapLock:
      return {"mmap"};
    case LockClass::kVmaWriteLock:
    case LockClass::kVmaReadLock:
      return {"vma", "mmap"};
    case LockClass::kIMmapRwsem:
    case LockClass::kHugetlbIMmapRwsem:
      return {"i_mmap", "rmap", "mmap"};
    case LockClass::kAnonVmaRwsem:
      return {"anon_vma", "rmap", "mmap"};
    case LockClass::kPageTableLock:
      return {"page_table_lock"};
    case LockClass::kPmdLock:
    case LockClass::kPteLock:
      return {"ptl"};
    case LockClass::kFolioLock:
      return {"folio"};
    case LockClass::kIPagesLock:
      return {"i_pages"};
    case LockClass::kIRwsem:
      return {"i_rwsem"};
    case LockClass::kILock:
      return {"i_lock"};
    case LockClass::kLruLock:
      return {"lru"};
    case LockClass::kSwapClusterLock:
      return {"cluster"};
    case LockClass::kSwapInfoLock:
      return {"swap_info"};
    case LockClass::kSwapLock:
      return {"swap"};
    case LockClass::kMmlistLock:
      return {"mmlist"};
    default:
      return {};
  }
}

// Whether the finding is about the lock that was taken wrongly: names it, or is
// what comes of it in the end.
bool IsAbout(const Finding& finding, LockClass lock_class) {
  switch (finding.kind) {
    case ViolationKind::kUnprotectedAccess:
    case ViolationKind::kPageTableRule: {
      const size_t at = finding.rule.find("missing: ");
      const std::string_view missing = std::string_view(finding.rule).substr(at + 9);
      const auto terms = TermsOf(lock_class);
      return std::any_of(terms.begin(), terms.end(),
                         [&](std::string_view term) { return missing.find(term) != missing.npos; });
    }
    default:
      return true;
  }
}

}  // namespace

std::vector<MutationSpec> MutantsOf(const Program& program) {
  FindingLog log;
  const auto validator =
      std::make_unique<lockdep::Validator>(lockdep::Validator::Config{.observer = &log});
  Runner runner(*validator);
  LockSteps steps;
  RoundRobin turns;
  runner.Run(program, turns, {.observer = &steps});
  std::vector<MutationSpec> mutants;
  for (const auto& [task, name, tries] : steps.taken) {
    const ClassRow* const row = FindClass(name);
    if (row == nullptr) continue;
    const auto add = [&, of_task = task](MutationKind kind) {
      mutants.push_back({kind, row->lock_class, 0, of_task});
    };
    if (tries) {
      add(MutationKind::kWait);
      continue;
    }
    add(MutationKind::kDrop);
    add(MutationKind::kDelay);
    if (row->kind == lockdep::LockKind::kRwSemaphore) add(MutationKind::kWeaken);
  }
  return mutants;
}

MutantVerdict Judge(const Program& program, const MutationSpec& mutant,
                    lockdep::DeclaredOrder order) {
  MutantVerdict verdict;
  FindingLog log;
  const auto validator = std::make_unique<lockdep::Validator>(
      lockdep::Validator::Config{.observer = &log, .declared_order = order});
  Runner runner(*validator);
  const Runner::Options options{.limits = {.max_steps = kMaxSteps}, .mutation = mutant};
  for (uint64_t seed = 0; seed <= kSeeds && verdict.fate != MutantFate::kCaught; ++seed) {
    RoundRobin turns;
    RandomOrder random(seed);
    runner.Run(program, seed == 0 ? static_cast<Strategy&>(turns) : random, options);
    ++verdict.executions;
    for (const Finding& finding : log.findings()) {
      const bool about = IsAbout(finding, mutant.lock_class);
      if (!about && verdict.fate != MutantFate::kUnnoticed) continue;
      verdict.fate = about ? MutantFate::kCaught : MutantFate::kElsewhere;
      verdict.finding = finding;
      if (about) break;
    }
  }
  return verdict;
}

const char* WhyHarmless(const std::string& scenario, const MutationSpec& mutant) {
  for (const HarmlessMutant& each : kHarmless) {
    if (!each.scenario.empty() && each.scenario != scenario) continue;
    if (each.kind == mutant.kind && each.lock_class == NameOf(mutant.lock_class)) return each.why;
  }
  return nullptr;
}

}  // namespace mm_model

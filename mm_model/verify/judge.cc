#include "mm_model/verify/judge.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "mm_model/runner.h"
#include "mm_model/strategies.h"

namespace mm_model {
namespace {

using lockdep::ViolationKind;

constexpr uint64_t kSeeds = 12;
constexpr uint64_t kMaxSteps = 50'000;  // Of one execution: a mutant may never end.

struct ClassWord {
  LockClass lock_class;
  std::string_view word;
};

// What rules call the lock of a class, in "missing: ...".
constexpr ClassWord kWords[] = {
    {LockClass::kMmapLock, "mmap:"},
    {LockClass::kVmaWriteLock, "vma:"},
    {LockClass::kVmaReadLock, "vma:"},
    {LockClass::kIMmapRwsem, "i_mmap:"},
    {LockClass::kIMmapRwsem, "rmap:"},
    {LockClass::kHugetlbIMmapRwsem, "i_mmap:"},
    {LockClass::kHugetlbIMmapRwsem, "rmap:"},
    {LockClass::kAnonVmaRwsem, "anon_vma:"},
    {LockClass::kAnonVmaRwsem, "rmap:"},
    {LockClass::kPageTableLock, "page_table_lock:"},
    {LockClass::kPmdLock, "ptl:"},
    {LockClass::kPteLock, "ptl:"},
    {LockClass::kFolioLock, "folio:"},
    {LockClass::kIPagesLock, "i_pages:"},
    {LockClass::kPrivateLock, "private:"},
    {LockClass::kArgLock, "arg:"},
    {LockClass::kMmAllLocksMutex, "all_locks:"},
    {LockClass::kIRwsem, "i_rwsem:"},
    {LockClass::kILock, "i_lock:"},
    {LockClass::kLruLock, "lru:"},
    {LockClass::kSwapClusterLock, "cluster:"},
    {LockClass::kSwapInfoLock, "swap_info:"},
    {LockClass::kSwapLock, "swap:"},
    {LockClass::kMmlistLock, "mmlist:"},
    {LockClass::kInvalidateLock, "invalidate:"},
    {LockClass::kHugetlbFaultMutex, "fault_mutex:"},
    {LockClass::kHugetlbVmaLock, "hugetlb_vma:"},
    {LockClass::kWbListLock, "wb_list:"},
    {LockClass::kSInodeListLock, "s_inode_list:"},
    {LockClass::kSUmount, "s_umount:"},
    {LockClass::kSbWriters, "writers:"},
    {LockClass::kSbPagefaults, "pagefaults:"},
    {LockClass::kSplitQueueLock, "split_queue:"},
    {LockClass::kKsmThreadMutex, "ksm_thread:"},
    {LockClass::kMfMutex, "mf:"},
    {LockClass::kExecUpdateLock, "exec_update:"},
    {LockClass::kMapChangingLock, "map_changing:"},
    {LockClass::kTlbFlush, "flushed"},
};

bool HasWord(std::string_view text, std::string_view word) {
  const size_t at = text.find(word);
  if (at == text.npos) return false;
  return at == 0 || text[at - 1] == ' ' || HasWord(text.substr(at + word.size()), word);
}

// A rule says what is missing of its first alternative; any lock of the others would
// have served too.
bool IsMissing(std::string_view rule, LockClass lock_class) {
  const size_t needs = rule.find("needs ");
  std::string_view asked = needs == rule.npos ? rule : rule.substr(needs);
  asked = asked.substr(0, asked.find(" ("));
  if (asked.find('|') == asked.npos)
    asked = rule.substr(std::min(rule.find("missing: "), rule.size()));
  return std::any_of(std::begin(kWords), std::end(kWords), [&](const ClassWord& each) {
    return each.lock_class == lock_class && HasWord(asked, each.word);
  });
}

// "A -> B", either of them perhaps with a subclass.
bool IsOneEnd(std::string_view arc, std::string_view name) {
  const size_t arrow = arc.find(" -> ");
  if (arrow == arc.npos) return arc.substr(0, arc.find('/')) == name;
  const std::string_view from = arc.substr(0, arrow);
  const std::string_view to = arc.substr(arrow + 4);
  return from.substr(0, from.find_last_of('/')) == name || from == name ||
         to.substr(0, to.find_last_of('/')) == name || to == name;
}

// Rules of lock states are about the mmap lock and the VMA locks together.
bool IsOfVmaLocking(LockClass lock_class) {
  return lock_class == LockClass::kMmapLock || lock_class == LockClass::kVmaWriteLock ||
         lock_class == LockClass::kVmaReadLock;
}

bool IsAbout(const Finding& finding, LockClass lock_class) {
  switch (finding.kind) {
    case ViolationKind::kUnprotectedAccess:
    case ViolationKind::kPageTableRule:
      return IsMissing(finding.rule, lock_class);
    case ViolationKind::kInvalidLockState:
      return IsOfVmaLocking(lock_class) || finding.subject == NameOf(lock_class);
    case ViolationKind::kDeadlock:
      return finding.rule.find(NameOf(lock_class)) != finding.rule.npos;
    case ViolationKind::kModelCorruption:
      return true;  // What comes of it says nothing of locks.
    default:
      return IsOneEnd(finding.subject, NameOf(lock_class));
  }
}

// These come of it later, and perhaps in another task.
bool IsConsequence(ViolationKind kind) {
  return kind == ViolationKind::kDeadlock || kind == ViolationKind::kModelCorruption;
}

// Of each finding, whether its task was then where the mutated lock should
// have protected it.
class Places final : public lockdep::Observer {
 public:
  std::vector<bool> in_section;

  void OnViolation(const lockdep::Violation& /*violation*/) override {
    const bool runs = in_task() && machine().mutation != nullptr;
    in_section.push_back(runs && machine().mutation->InSection());
  }
};

// The last of those that can go on, until it blocks or ends.
class LastRunnable final : public Strategy {
 public:
  void BeginExecution() override {}
  TaskId ChooseNext(const Situation& situation) override {
    return NthOf(situation.runnable, CountOf(situation.runnable) - 1);
  }
};

class Trial {
 public:
  Trial(const Program& program, const MutationSpec& mutant, lockdep::DeclaredOrder order)
      : program_(program),
        mutant_(mutant),
        validator_(std::make_unique<lockdep::Validator>(
            lockdep::Validator::Config{.observer = &log_, .declared_order = order})),
        runner_(*validator_) {}

  MutantVerdict Hold() {
    RoundRobin turns;
    Run(turns, {.limits = kLimits});
    log_.Clear();
    places_.in_section.clear();
    FirstRunnable first;
    LastRunnable last;
    for (Strategy* const strategy : std::array<Strategy*, 3>{&turns, &first, &last}) {
      if (RunMutant(*strategy)) return verdict_;
    }
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      RandomOrder random(seed);
      if (RunMutant(random)) return verdict_;
    }
    return verdict_;
  }

 private:
  static constexpr Scheduler::Limits kLimits{.max_steps = kMaxSteps};

  void Run(Strategy& strategy, const Runner::Options& options) {
    runner_.Run(program_, strategy, options);
    ++verdict_.executions;
  }

  // Returns whether the mutant is caught by now.
  bool RunMutant(Strategy& strategy) {
    Run(strategy, {.limits = kLimits, .mutation = mutant_});
    const auto& findings = log_.findings();
    for (; judged_ < findings.size(); ++judged_) {
      const Finding& finding = findings[judged_];
      const bool right_step = places_.in_section[judged_] || IsConsequence(finding.kind);
      if (right_step && IsAbout(finding, mutant_.lock_class)) {
        if (verdict_.breaches.empty()) verdict_.finding = finding;
        verdict_.fate = MutantFate::kCaught;
        verdict_.breaches.push_back(finding);
        continue;
      }
      if (verdict_.fate == MutantFate::kCaught) continue;
      if (verdict_.fate == MutantFate::kUnnoticed) verdict_.finding = finding;
      verdict_.fate = MutantFate::kElsewhere;
    }
    return verdict_.fate == MutantFate::kCaught;
  }

  const Program& program_;
  const MutationSpec& mutant_;
  Places places_;
  FindingLog log_{&places_};
  const std::unique_ptr<lockdep::Validator> validator_;
  Runner runner_;
  MutantVerdict verdict_;
  size_t judged_ = 0;
};

}  // namespace

MutantVerdict Judge(const Program& program, const MutationSpec& mutant,
                    lockdep::DeclaredOrder order) {
  return Trial(program, mutant, order).Hold();
}

}  // namespace mm_model

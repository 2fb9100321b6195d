#include "mm_model/rules/lock_state_table.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "mm_model/explore/finding_log.h"
#include "mm_model/mm_locks.h"
#include "mm_model/scenario.h"
#include "mm_model/strategies.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using lockdep::ViolationKind;

// One execution on a validator that knows nothing, so that everything is told.
class Experiment {
 public:
  explicit Experiment(VmaLockGeneration generation)
      : validator_(
            std::make_unique<lockdep::Validator>(lockdep::Validator::Config{.observer = &log_})),
        machine_(*validator_) {
    machine_.vma_lock_generation = generation;
    Run({[this] { Prepare(); }});
  }

  // Each task goes as far as it can, one after the other.
  void Run(const std::vector<std::function<void()>>& bodies) {
    log_.Clear();
    Scheduler scheduler(machine_);
    for (const auto& body : bodies) {
      scheduler.Spawn("task", body, *validator_->CreateThread("task"));
    }
    FirstRunnable strategy;
    scheduler.Run(strategy, {});
  }

  std::string RuleOf(ViolationKind kind) const {
    for (const Finding& finding : log_.findings()) {
      if (finding.kind == kind) return finding.rule;
    }
    return "";
  }

  mm_struct* mm() const { return space_.mm; }
  vm_area_struct* vma() const { return vma_; }

 private:
  // A private file mapping with a copy of a page: it is in i_mmap and in an anon_vma.
  void Prepare() {
    SetUp(space_);
    AccessUser(space_.mm, A::kPrivate, Access::kWrite);
    vma_ = space_.mm->mm_mt.peek().find(A::kPrivate, A::kPrivate)->item;
  }

  FindingLog log_;
  const std::unique_ptr<lockdep::Validator> validator_;
  Machine machine_;
  A space_;
  vm_area_struct* vma_ = nullptr;
};

// Stops for good, with whatever it holds.
void Park() {
  static constexpr char kParked = 0;
  WaitUntil({StepKind::kWait, "the end", &kParked},
            {[](const void* /*object*/, const Task& /*task*/) { return false; }, &kParked});
}

void TakeMmap(mm_struct* mm, Hold hold) {
  if (hold == Hold::kRead) mmap_read_lock(mm);
  if (hold == Hold::kWrite) mmap_write_lock(mm);
}

void TakeVma(vm_area_struct* vma, const LockState& state) {
  if (state.vma == Hold::kWrite) vma_start_write(vma);
  if (state.vma != Hold::kRead) return;
  if (state.mmap == Hold::kNone) {
    lock_vma_under_rcu(vma->vm_mm.peek(), A::kPrivate);
  } else {
    vma_start_read_locked(vma);
  }
}

void TakeRmap(vm_area_struct* vma, Hold hold) {
  address_space* const mapping = vma->vm_file.peek()->f_mapping;
  if (hold == Hold::kRead) {
    i_mmap_lock_read(mapping);
    anon_vma_lock_read(vma->anon_vma.peek());
  } else if (hold == Hold::kWrite) {
    i_mmap_lock_write(mapping);
    anon_vma_lock_write(vma->anon_vma.peek());
  }
}

void Take(const Experiment& experiment, const LockState& state) {
  TakeMmap(experiment.mm(), state.mmap);
  TakeVma(experiment.vma(), state);
  TakeRmap(experiment.vma(), state.rmap);
}

void ReadFields(const vm_area_struct& vma) {
  static_cast<void>(vma.vm_start.read());
  static_cast<void>(vma.vm_end.read());
  static_cast<void>(vma.vm_pgoff.read());
  static_cast<void>(vma.vm_flags.read());
  static_cast<void>(vma.vm_page_prot.read());
  static_cast<void>(vma.vm_file.read());
}

void WriteMostFields(vm_area_struct* vma) {
  vma->vm_flags = vma->vm_flags.peek();
  vma->vm_page_prot = vma->vm_page_prot.peek();
  vma->anon_name = "name";
}

void WriteAllFields(vm_area_struct* vma) {
  WriteMostFields(vma);
  vma->vm_start = vma->vm_start.peek();
  vma->vm_end = vma->vm_end.peek();
  vma->vm_pgoff = vma->vm_pgoff.peek();
}

// Whether the access is against no rule in that state.
template <typename AccessFields>
bool Allows(VmaLockGeneration generation, const LockState& state, AccessFields access) {
  Experiment experiment(generation);
  experiment.Run({[&] {
    Take(experiment, state);
    access(experiment.vma());
  }});
  return experiment.RuleOf(ViolationKind::kUnprotectedAccess).empty();
}

// Whether the rival, who goes as far as the holder's locks let it, leaves the VMA alone.
bool Withstands(VmaLockGeneration generation, const LockState& state,
                void (*rival)(mm_struct* mm)) {
  Experiment experiment(generation);
  const unsigned long end = experiment.vma()->vm_end.peek();
  experiment.Run({[&] {
                    Take(experiment, state);
                    Park();
                  },
                  [&] { rival(experiment.mm()); }});
  const vm_area_struct& vma = *experiment.vma();
  return vma.state != VmaState::kFreed && vma.vm_end.peek() == end;
}

void UnmapIt(mm_struct* mm) { __vm_munmap(mm, A::kPrivate, A::kBytes); }
void SplitIt(mm_struct* mm) { __vm_munmap(mm, A::kPrivate + PAGE_SIZE, A::kBytes - PAGE_SIZE); }

LockStateRow Compute(VmaLockGeneration generation, const LockState& state) {
  LockStateRow row{.state = state};
  Experiment experiment(generation);
  experiment.Run({[&] { Take(experiment, state); }});
  row.broken_rule = experiment.RuleOf(ViolationKind::kInvalidLockState);
  if (!row.valid()) return row;
  row.stable = Withstands(generation, state, &UnmapIt) && Withstands(generation, state, &SplitIt);
  row.read = Allows(generation, state, [](vm_area_struct* vma) { ReadFields(*vma); });
  row.write_most = Allows(generation, state, &WriteMostFields);
  row.write_all = Allows(generation, state, &WriteAllFields);
  return row;
}

void Take(mm_struct* mm, MmapHold hold) {
  if (hold == MmapHold::kRead) return mmap_read_lock(mm);
  mmap_write_lock(mm);
  if (hold == MmapHold::kDowngraded) mmap_write_downgrade(mm);
}

// Whether the second gets it while the first has it.
bool GetsIt(MmapHold first, MmapHold second) {
  Experiment experiment(VmaLockGeneration::kRefcount);
  bool got = false;
  experiment.Run({[&] {
                    Take(experiment.mm(), first);
                    Park();
                  },
                  [&] {
                    Take(experiment.mm(), second);
                    got = true;
                  }});
  return got;
}

}  // namespace

const char* ToString(Hold hold) {
  constexpr const char* kWords[] = {"-", "R", "W"};
  return kWords[static_cast<size_t>(hold)];
}

std::vector<LockStateRow> ComputeLockStates(VmaLockGeneration generation) {
  constexpr Hold kHolds[] = {Hold::kNone, Hold::kRead, Hold::kWrite};
  std::vector<LockStateRow> rows;
  for (const Hold mmap : kHolds) {
    for (const Hold vma : kHolds) {
      for (const Hold rmap : kHolds) rows.push_back(Compute(generation, {mmap, vma, rmap}));
    }
  }
  return rows;
}

Exclusivity ComputeExclusivity() {
  Exclusivity exclusive{};
  for (size_t one = 0; one < kMmapHolds; ++one) {
    for (size_t other = 0; other < kMmapHolds; ++other) {
      const auto a = static_cast<MmapHold>(one);
      const auto b = static_cast<MmapHold>(other);
      exclusive[one][other] = !GetsIt(a, b) && !GetsIt(b, a);
    }
  }
  return exclusive;
}

}  // namespace mm_model

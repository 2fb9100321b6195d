// A machine: everything that one execution of the model builds and forgets.
// Its memory, what waits for an RCU grace period, and the engine it tells.
//
// Objects are never destroyed one by one: all memory goes at once with the
// machine, so an object owns nothing but memory of the machine.  What the
// kernel frees stays readable and is poisoned, so that a use after free shows.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_MACHINE_H_
#define MM_MODEL_MACHINE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "lockdep/validator.h"
#include "mm_model/execution_memory.h"
#include "mm_model/step.h"

namespace mm_model {

class Mutation;
enum class Field : uint8_t;
enum class PtRuleId : uint8_t;
enum class StateRuleId : uint8_t;
struct Globals;
struct mm_struct;
struct vm_area_struct;

// Which VMA lock the kernel has: see vma_lock.h.
enum class VmaLockGeneration : uint8_t {
  kRefcount,   // vm_refcnt, linux 6.15 and later.
  kSemaphore,  // vm_lock, linux 6.4 to 6.14.
};

// How attempts to take a VMA read lock ended; named as the kernel's vm events.
struct VmaLockStatistics {
  int success = 0;
  int abort = 0;  // The caller falls back to the mmap lock.
  int retry = 0;  // The fault took it and must fall back.
  int miss = 0;   // The VMA was detached: looked up again.
};

// What the engine called each class of the model's locks, by the class and by
// subclass.  Outlives the machines of a validator, so that locks that are made
// anew for each execution need not be looked up again.
struct KnownClassIds {
  static constexpr size_t kMaxClasses = 64;
  lockdep::ClassId ids[kMaxClasses][lockdep::LockMap::kCachedSubclasses] = {};
  unsigned learned = 0;  // How many of them are known.
};

class Machine {
 public:
  // Without `known`, the machine learns the classes for itself.
  explicit Machine(lockdep::Validator& validator, KnownClassIds* known = nullptr)
      : validator_(validator), known_(known == nullptr ? own_known_ : *known) {}
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Forgets everything: a new execution begins.
  void Clear();

  // What a set-up has built, so that the next execution need not build it anew.
  struct Image {
    ExecutionMemory::Image memory;
    Globals* globals = nullptr;
    std::vector<vm_area_struct*> free_vmas;
    VmaLockStatistics vma_lock_statistics;
    uint64_t locks_taken = 0;
  };
  // REQUIRES: nobody waits for an RCU grace period.
  void Save(Image* image) const;
  // REQUIRES: the machine was cleared, and the image is of this machine.
  void Restore(const Image& image);

  lockdep::Validator& validator() const { return validator_; }

  template <typename T, typename... Args>
  T* New(Args&&... args) {
    return new (memory_.allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }
  ExecutionMemory* memory() { return &memory_; }

  // ---- The footprint of the step that runs now ----

  void BeginFootprint() { footprint_.clear(); }
  // The step also touches this.  Null is nothing.
  void Touch(const void* object, AccessMode mode) {
    if (object != nullptr) footprint_.push_back({object, mode});
  }
  Footprint footprint() const { return footprint_; }

  // ---- RCU, and sections with interrupts off ----

  // `callback` runs once no task is in a read-side section that it is in now.
  void CallRcu(void (*callback)(void* object), void* object);
  void EnterRcu(TaskId reader);
  void LeaveRcu(TaskId reader);

  void DisableIrqs(TaskId task);
  void EnableIrqs(TaskId task);
  // Those that have interrupts off.
  TaskSet irqs_off() const { return irqs_off_; }
  const void* irqs_off_object() const { return &irqs_off_; }

  // The first corruption that a task ran into, or null.
  const char* corruption() const { return corruption_; }
  void set_corruption(const char* what) { corruption_ = corruption_ ? corruption_ : what; }

  // ---- How often each rule was asked, over all executions ----

  static constexpr size_t kMaxRules = 128;
  struct RuleUse {
    std::array<uint64_t, kMaxRules> reads{};   // By Field.
    std::array<uint64_t, kMaxRules> writes{};  // By Field.
    std::array<uint64_t, kMaxRules> checks{};  // By PtRuleId.
    std::array<uint64_t, kMaxRules> states{};  // By StateRuleId.
  };
  void CountRead(Field field) { ++rule_use_.reads[static_cast<size_t>(field)]; }
  void CountWrite(Field field) { ++rule_use_.writes[static_cast<size_t>(field)]; }
  void CountCheck(PtRuleId rule) { ++rule_use_.checks[static_cast<size_t>(rule)]; }
  void CountState(StateRuleId rule) { ++rule_use_.states[static_cast<size_t>(rule)]; }
  const RuleUse& rule_use() const { return rule_use_; }

  // Each task stands for a processor.
  unsigned processors() const { return processors_; }
  void set_processors(unsigned count) { processors_ = count; }

  KnownClassIds& known_class_ids() { return known_; }
  void CountLockTaken() { ++locks_taken_; }
  // Over all executions.
  uint64_t locks_taken() const { return locks_taken_; }

  // Set before an execution; constant in it.
  VmaLockGeneration vma_lock_generation = VmaLockGeneration::kRefcount;
  Mutation* mutation = nullptr;  // What this execution does wrong on purpose, or null.

  // Freed VMAs.  They are type-stable: one may be handed out again at once,
  // for another mm, while an RCU reader still looks at it.
  std::vector<vm_area_struct*> free_vmas;
  VmaLockStatistics vma_lock_statistics;
  Globals* globals = nullptr;

 private:
  struct RcuCallback {
    void (*function)(void* object);
    void* object;
    TaskSet readers;  // Those that it still waits for.
  };

  lockdep::Validator& validator_;
  KnownClassIds own_known_;
  KnownClassIds& known_;
  ExecutionMemory memory_;
  std::vector<SharedAccess> footprint_;
  std::vector<RcuCallback> rcu_callbacks_;
  TaskSet rcu_readers_ = 0;
  TaskSet irqs_off_ = 0;
  unsigned processors_ = 0;
  RuleUse rule_use_;
  uint64_t locks_taken_ = 0;
  uint64_t locks_taken_before_ = 0;  // This execution.
  const char* corruption_ = nullptr;
};

// Read-side sections; they nest.
void rcu_read_lock();
void rcu_read_unlock();

// Interrupts off: who frees page tables waits for such a task (see tlb.h).
void local_irq_save();
void local_irq_restore();

}  // namespace mm_model

#endif  // MM_MODEL_MACHINE_H_

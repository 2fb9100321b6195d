#include "mm_model/rules/rule_terms.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "mm_model/mm_types.h"
#include "mm_model/rules/page_table_terms.h"

namespace mm_model {
namespace {

using lockdep::HeldMode;

// The locks that a condition asks for, each judged as it is added: all of them to
// write, any one to read.  None: there is nothing to lock, so a write condition
// holds and a read one does not.
class AskedLocks {
 public:
  void Add(const DepMap* map) {
    if (first_ == nullptr) first_ = map;
    const bool written = IsHeld(*map, HeldMode::kWrite);
    all_written_ &= written;
    one_held_ = one_held_ || written || IsHeld(*map, HeldMode::kAny);
  }

  const DepMap* first() const { return first_; }
  bool HeldForReading() const { return one_held_; }
  bool HeldForWriting() const { return all_written_; }

 private:
  const DepMap* first_ = nullptr;
  bool one_held_ = false;
  bool all_written_ = true;
};

struct Answer {
  AskedLocks locks;
  bool state_holds = false;
};

void Asks(const void* object) { AlsoTouches(object, AccessMode::kShared); }

// ---- Words that mean the same for every object ----

bool HoldsClass(LockClass lock_class) {
  const lockdep::HeldLocks& held = current().context().held;
  return std::any_of(held.begin(), held.end(), [&](const lockdep::HeldLock& lock) {
    return static_cast<const DepMap*>(lock.lock)->lock_class == lock_class;
  });
}

Answer State(bool holds) {
  Answer answer;
  answer.state_holds = holds;
  return answer;
}

Answer Common(const Condition& condition, AccessKind kind) {
  switch (condition.term) {
    case Term::kAny:
      return State(true);
    case Term::kRcu:
      return State(current().rcu_depth > 0);
    case Term::kIrqsOff:
      return State(current().irqs_off > 0);
    case Term::kAtomic:
      return State(kind == AccessKind::kAtomic);
    default:
      return {};
  }
}

// Locks of which there is one, or one that matters: held of their class.
bool IsClassTerm(Term term, LockClass* lock_class) {
  switch (term) {
    case Term::kLru:
      *lock_class = LockClass::kLruLock;
      return true;
    case Term::kCluster:
      *lock_class = LockClass::kSwapClusterLock;
      return true;
    case Term::kSwap:
      *lock_class = LockClass::kSwapLock;
      return true;
    case Term::kMmlist:
      *lock_class = LockClass::kMmlistLock;
      return true;
    default:
      return false;
  }
}

// ---- struct vm_area_struct ----

void AddIMmap(const vm_area_struct& vma, Answer* answer) {
  Asks(&vma.state);
  Asks(&vma.shared_rb);
  const file* of = vma.vm_file.peek();
  // Attached: it is in the tree, or must hide from it.  Else: if it is linked.
  const bool reachable = vma.state == VmaState::kAttached || vma.shared_rb.peek();
  if (of != nullptr && reachable) answer->locks.Add(&of->f_mapping->i_mmap_rwsem.dep_map());
}

void AddAnonVma(const vm_area_struct& vma, Answer* answer) {
  Asks(&vma.anon_vma);
  Asks(&vma.anon_vma_chain);
  const anon_vma* av = vma.anon_vma.peek();
  if (av == nullptr && !vma.anon_vma_chain.peek().empty()) {
    av = vma.anon_vma_chain.peek().front()->av;
  }
  if (av != nullptr) answer->locks.Add(&av->root->rwsem.dep_map());
}

void AddVma(const vm_area_struct& vma, HoldMode mode, Answer* answer) {
  answer->locks.Add(&vma.write_lock_map);
  if (mode == HoldMode::kRead) answer->locks.Add(&vma.read_lock_map);
}

Answer Ask(const vm_area_struct& vma, const Condition& condition, AccessKind kind) {
  const mm_struct& mm = *vma.vm_mm.peek();
  Answer answer;
  switch (condition.term) {
    case Term::kMmap:
      answer.locks.Add(&mm.mmap_lock.dep_map());
      return answer;
    case Term::kVma:
      AddVma(vma, condition.mode, &answer);
      return answer;
    case Term::kRmap:
      AddIMmap(vma, &answer);
      AddAnonVma(vma, &answer);
      return answer;
    case Term::kIMmap:
      if (vma.vm_file.peek() != nullptr) {
        answer.locks.Add(&vma.vm_file.peek()->f_mapping->i_mmap_rwsem.dep_map());
      }
      return answer;
    case Term::kAnonVma:
      AddAnonVma(vma, &answer);
      return answer;
    case Term::kPageTableLock:
      answer.locks.Add(&mm.page_table_lock.dep_map());
      return answer;
    case Term::kNew:
      Asks(&vma.state);
      return State(vma.state == VmaState::kNew);
    case Term::kDetached:
      Asks(&vma.state);
      return State(vma.state == VmaState::kDetached);
    default:
      return Common(condition, kind);
  }
}

// ---- The other objects ----

Answer Ask(const mm_struct& mm, const Condition& condition, AccessKind kind) {
  Answer answer;
  switch (condition.term) {
    case Term::kMmap:
      answer.locks.Add(&mm.mmap_lock.dep_map());
      return answer;
    case Term::kVma:  // Any VMA of it that the task keeps stable.
      for (const vm_area_struct* vma : mm.vmas) AddVma(*vma, condition.mode, &answer);
      return answer;
    case Term::kRmap:
      return State(HoldsClass(LockClass::kIMmapRwsem) || HoldsClass(LockClass::kAnonVmaRwsem));
    case Term::kPageTableLock:
      answer.locks.Add(&mm.page_table_lock.dep_map());
      return answer;
    case Term::kArgLock:
      answer.locks.Add(&mm.arg_lock.dep_map());
      return answer;
    default:
      return Common(condition, kind);
  }
}

Answer Ask(const anon_vma& av, const Condition& condition, AccessKind kind) {
  Answer answer;
  if (condition.term == Term::kNew) {
    Asks(&av.published);
    return State(!av.published);
  }
  if (condition.term != Term::kAnonVma) return Common(condition, kind);
  answer.locks.Add(&av.root->rwsem.dep_map());
  return answer;
}

Answer Ask(const address_space& mapping, const Condition& condition, AccessKind kind) {
  Answer answer;
  switch (condition.term) {
    case Term::kIMmap:
      answer.locks.Add(&mapping.i_mmap_rwsem.dep_map());
      return answer;
    case Term::kIPages:
      answer.locks.Add(&mapping.i_pages_lock.dep_map());
      return answer;
    case Term::kPrivate:
      answer.locks.Add(&mapping.private_lock.dep_map());
      return answer;
    default:
      return Common(condition, kind);
  }
}

Answer Ask(const inode& node, const Condition& condition, AccessKind kind) {
  Answer answer;
  switch (condition.term) {
    case Term::kIRwsem:
      answer.locks.Add(&node.i_rwsem.dep_map());
      return answer;
    case Term::kILock:
      answer.locks.Add(&node.i_lock.dep_map());
      return answer;
    default:
      return Common(condition, kind);
  }
}

Answer Ask(const folio& folio, const Condition& condition, AccessKind kind) {
  Answer answer;
  const address_space* mapping = folio.mapping.peek();
  switch (condition.term) {
    case Term::kFolio:
      answer.locks.Add(&folio.lock.dep_map());
      return answer;
    case Term::kIPages:
      if (mapping != nullptr) answer.locks.Add(&mapping->i_pages_lock.dep_map());
      return answer;
    case Term::kPtl:
      return State(HoldsClass(LockClass::kPteLock) || HoldsClass(LockClass::kPmdLock));
    case Term::kNew:
      Asks(&folio.visible);
      return State(!folio.visible);
    default:
      return Common(condition, kind);
  }
}

Answer Ask(const swap_info_struct& si, const Condition& condition, AccessKind kind) {
  Answer answer;
  if (condition.term == Term::kSwapInfo) {
    answer.locks.Add(&si.lock.dep_map());
    return answer;
  }
  if (condition.term == Term::kFolio) return State(HoldsClass(LockClass::kFolioLock));
  return Common(condition, kind);
}

// ---- Page tables ----

Answer Ask(const pt_slot& slot, const Condition& condition, AccessKind kind) {
  const page_table& table = *slot.in;
  Answer answer;
  switch (condition.term) {
    case Term::kMmap:
      answer.locks.Add(&table.mm->mmap_lock.dep_map());
      return answer;
    case Term::kVma:
      ForEachVmaOf(slot, [&](const vm_area_struct& vma) { AddVma(vma, condition.mode, &answer); });
      return answer;
    case Term::kRmap:
      ForEachVmaOf(slot, [&](const vm_area_struct& vma) {
        AddIMmap(vma, &answer);
        AddAnonVma(vma, &answer);
      });
      return answer;
    case Term::kPtl:
      answer.locks.Add(&table.lock.dep_map());
      return answer;
    case Term::kLowerPtl:
      if (slot.entry.table != nullptr) answer.locks.Add(&slot.entry.table->lock.dep_map());
      return answer;
    case Term::kPageTableLock:
      answer.locks.Add(&table.mm->page_table_lock.dep_map());
      return answer;
    case Term::kUnreachable:
      return State(IsUnreachable(slot));
    case Term::kEmpty:
      return State(IsEmptyBelow(slot));
    case Term::kRevalidated:
      return State(table.revalidated_by == &current());
    default:
      return Common(condition, kind);
  }
}

Answer Ask(const PtMove& move, const Condition& condition, AccessKind kind) {
  switch (condition.term) {
    case Term::kVma: {
      Answer answer;
      AddVma(*move.from, condition.mode, &answer);
      AddVma(*move.to, condition.mode, &answer);
      return answer;
    }
    case Term::kRmap: {
      Answer answer;
      for (const vm_area_struct* vma : {move.from, move.to}) {
        AddIMmap(*vma, &answer);
        AddAnonVma(*vma, &answer);
      }
      return answer;
    }
    case Term::kSourceFirst:
      return State(SourceIsFirst(move));
    case Term::kTemporaryStack:
      return State((move.from->vm_flags.peek() & VM_STACK_INCOMPLETE_SETUP) != 0);
    default:
      return Ask(*move.from, condition, kind);
  }
}

// ---- The answer ----

template <typename Owner>
bool HoldsOne(const Owner& owner, const Condition& condition, AccessKind kind) {
  LockClass lock_class;
  if (IsClassTerm(condition.term, &lock_class)) return HoldsClass(lock_class);
  const Answer answer = Ask(owner, condition, kind);
  switch (condition.mode) {
    case HoldMode::kState:
      return answer.state_holds;
    case HoldMode::kRead:
      return answer.state_holds || answer.locks.HeldForReading();
    case HoldMode::kWrite:
      return answer.state_holds || answer.locks.HeldForWriting();
  }
  return false;
}

template <typename Owner>
bool HoldsAny(const Owner& owner, const Requirement& requirement, AccessKind kind) {
  return std::any_of(requirement.begin(), requirement.end(), [&](const Alternative& alternative) {
    return std::all_of(alternative.begin(), alternative.end(), [&](const Condition& condition) {
      return HoldsOne(owner, condition, kind);
    });
  });
}

std::string ToText(const Condition& condition) {
  const char* mode = condition.mode == HoldMode::kWrite  ? ":write"
                     : condition.mode == HoldMode::kRead ? ":read"
                                                         : "";
  return absl::StrCat(std::string(WordOf(condition.term)), mode);
}

}  // namespace

#define MM_OWNERS(X)  \
  X(vm_area_struct)   \
  X(mm_struct)        \
  X(anon_vma)         \
  X(address_space)    \
  X(inode)            \
  X(folio)            \
  X(swap_info_struct) \
  X(pt_slot)          \
  X(PtMove)

#define MM_X(Owner)                                                                 \
  bool Holds(const Owner& owner, const Requirement& requirement, AccessKind kind) { \
    return HoldsAny(owner, requirement, kind);                                      \
  }
MM_OWNERS(MM_X)
#undef MM_X

template <typename Owner>
Lack LackOf(const Owner& owner, const Requirement& requirement, AccessKind kind) {
  Lack lack;
  for (const Condition& condition : requirement.items[0]) {
    if (HoldsOne(owner, condition, kind)) continue;
    absl::StrAppend(&lack.text, lack.text.empty() ? "" : " & ", ToText(condition));
    if (lack.lock == nullptr) lack.lock = Ask(owner, condition, kind).locks.first();
  }
  return lack;
}

#define MM_X(Owner) template Lack LackOf(const Owner&, const Requirement&, AccessKind);
MM_OWNERS(MM_X)
#undef MM_X

}  // namespace mm_model

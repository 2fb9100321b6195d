#include "mm_model/rules/rule_answers.h"

#include <algorithm>
#include <iterator>

#include "mm_model/rules/page_table_terms.h"
#include "mm_model/tlb.h"

namespace mm_model {
namespace {

using lockdep::HeldMode;

void Asks(const void* object) { AlsoTouches(object, AccessMode::kShared); }

// ---- Words that mean the same for every object ----

bool HoldsClass(LockClass lock_class, HeldMode mode = HeldMode::kAny) {
  const lockdep::HeldLocks& held = current().context().held;
  return std::any_of(held.begin(), held.end(), [&](const lockdep::HeldLock& lock) {
    const auto& map = *static_cast<const DepMap*>(lock.lock);
    return map.lock_class == lock_class && IsHeld(map, mode);
  });
}

Answer State(bool holds) {
  Answer answer;
  answer.state_holds = holds;
  answer.locks.Refuse();  // It is not for the locks to say.
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
    case Term::kSpeculative:
      return State(current().speculates);
    default:
      return State(false);  // The object has no such lock: nobody can hold it.
  }
}

// Locks of which there is one, or one that matters: held of their class.
struct ClassTerm {
  Term term;
  LockClass lock_class;
};

constexpr ClassTerm kClassTerms[] = {
    {Term::kLru, LockClass::kLruLock},
    {Term::kCluster, LockClass::kSwapClusterLock},
    {Term::kSwap, LockClass::kSwapLock},
    {Term::kMmlist, LockClass::kMmlistLock},
    {Term::kFaultMutex, LockClass::kHugetlbFaultMutex},
    {Term::kWbList, LockClass::kWbListLock},
    {Term::kSplitQueue, LockClass::kSplitQueueLock},
    {Term::kKsmThread, LockClass::kKsmThreadMutex},
    {Term::kMemoryFailure, LockClass::kMfMutex},
    {Term::kExecUpdate, LockClass::kExecUpdateLock},
    {Term::kAllLocks, LockClass::kMmAllLocksMutex},
};

const ClassTerm* FindClassTerm(Term term) {
  const auto* const found = std::find_if(std::begin(kClassTerms), std::end(kClassTerms),
                                         [&](const ClassTerm& each) { return each.term == term; });
  return found == std::end(kClassTerms) ? nullptr : found;
}

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

void AddHugetlbVma(const vm_area_struct& vma, Answer* answer) {
  hugetlb_vma_lock* const lock = vma.vm_private_data.peek();
  if (lock != nullptr) answer->locks.Add(&lock->rw_sema.dep_map());
}

}  // namespace

bool IsOfClass(const Condition& condition) { return FindClassTerm(condition.term) != nullptr; }

bool HoldsOfClass(const Condition& condition) {
  const bool writes = condition.mode == HoldMode::kWrite;
  return HoldsClass(FindClassTerm(condition.term)->lock_class,
                    writes ? HeldMode::kWrite : HeldMode::kAny);
}

// ---- struct vm_area_struct ----

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
    case Term::kRmap:  // To read, that of any; to write, those of all.
      if (condition.mode == HoldMode::kRead) {
        return State(HoldsClass(LockClass::kIMmapRwsem) || HoldsClass(LockClass::kAnonVmaRwsem));
      }
      for (const vm_area_struct* vma : mm.vmas) {
        AddIMmap(*vma, &answer);
        AddAnonVma(*vma, &answer);
      }
      return answer;
    case Term::kPageTableLock:
      answer.locks.Add(&mm.page_table_lock.dep_map());
      return answer;
    case Term::kArgLock:
      answer.locks.Add(&mm.arg_lock.dep_map());
      return answer;
    case Term::kDowngraded:
      return State(mm.mmap_lock.IsDowngradedBy(current()));
    case Term::kFlushed:
      return State(IsFlushed(mm));
    case Term::kDying:
      Asks(&mm.mm_users);
      return State(mm.mm_users.peek() == 0);
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
    case Term::kInvalidate:
      answer.locks.Add(&mapping.invalidate_lock.dep_map());
      return answer;
    case Term::kIRwsem:
      answer.locks.Add(&mapping.host->i_rwsem.dep_map());
      return answer;
    default:
      return Common(condition, kind);
  }
}

Answer Ask(const super_block& sb, const Condition& condition, AccessKind kind) {
  Answer answer;
  switch (condition.term) {
    case Term::kSUmount:
      answer.locks.Add(&sb.s_umount.dep_map());
      return answer;
    case Term::kSInodeList:
      answer.locks.Add(&sb.s_inode_list_lock.dep_map());
      return answer;
    case Term::kWriters:
      answer.locks.Add(&sb.s_writers.dep_map());
      return answer;
    case Term::kPagefaults:
      answer.locks.Add(&sb.s_pagefaults.dep_map());
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
    case Term::kWriters:
    case Term::kPagefaults:
      return Ask(*node.i_sb, condition, kind);
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

Answer Ask(const userfaultfd_ctx& ctx, const Condition& condition, AccessKind kind) {
  if (condition.term != Term::kMapChanging) return Common(condition, kind);
  Answer answer;
  answer.locks.Add(&ctx.map_changing_lock.dep_map());
  return answer;
}

// Its locks are there once: held of their class.
Answer Ask(const Globals& /*globals*/, const Condition& condition, AccessKind kind) {
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
    case Term::kIMmap:
      ForEachVmaOf(slot, [&](const vm_area_struct& vma) { AddIMmap(vma, &answer); });
      return answer;
    case Term::kHugetlbVma:
      ForEachVmaOf(slot, [&](const vm_area_struct& vma) { AddHugetlbVma(vma, &answer); });
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
    case Term::kFlushed:
      return State(IsFlushed(table));
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

}  // namespace mm_model

// What a condition of a requirement means for an object: which of its locks are asked
// for, or whether it is in the state.  For rule_terms.cc alone.

#ifndef MM_MODEL_RULES_RULE_ANSWERS_H_
#define MM_MODEL_RULES_RULE_ANSWERS_H_

#include "mm_model/mm_types.h"
#include "mm_model/rules/rule_terms.h"

namespace mm_model {

// The locks that a condition asks for, each judged as it is added: all of them to
// write, any one to read.  None: there is nothing to lock, so a write condition
// holds and a read one does not.
class AskedLocks {
 public:
  void Add(const DepMap* map) {
    if (first_ == nullptr) first_ = map;
    const bool written = IsHeld(*map, lockdep::HeldMode::kWrite);
    all_written_ &= written;
    one_held_ = one_held_ || written || IsHeld(*map, lockdep::HeldMode::kAny);
  }

  // Not held for writing, even if there is nothing to lock.
  void Refuse() { all_written_ = false; }

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

// Locks of which there is one, or one that matters: held of their class.
bool IsOfClass(const Condition& condition);
// REQUIRES: such a condition.
bool HoldsOfClass(const Condition& condition);

Answer Ask(const vm_area_struct& owner, const Condition& condition, AccessKind kind);
Answer Ask(const mm_struct& owner, const Condition& condition, AccessKind kind);
Answer Ask(const anon_vma& owner, const Condition& condition, AccessKind kind);
Answer Ask(const address_space& owner, const Condition& condition, AccessKind kind);
Answer Ask(const super_block& owner, const Condition& condition, AccessKind kind);
Answer Ask(const inode& owner, const Condition& condition, AccessKind kind);
Answer Ask(const folio& owner, const Condition& condition, AccessKind kind);
Answer Ask(const swap_info_struct& owner, const Condition& condition, AccessKind kind);
Answer Ask(const userfaultfd_ctx& owner, const Condition& condition, AccessKind kind);
Answer Ask(const Globals& owner, const Condition& condition, AccessKind kind);
Answer Ask(const pt_slot& owner, const Condition& condition, AccessKind kind);
Answer Ask(const PtMove& owner, const Condition& condition, AccessKind kind);

}  // namespace mm_model

#endif  // MM_MODEL_RULES_RULE_ANSWERS_H_

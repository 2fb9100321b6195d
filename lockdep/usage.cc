#include "lockdep/usage.h"

#include "lockdep/internal/invariant.h"

namespace lockdep {

UsageSets UsageTable::Get(ClassId id) const {
  return records_.Has(id) ? records_[id].sets : UsageSets{};
}

bool UsageTable::Add(ClassId id, const UsageWitness& witness) {
  if (!records_.Reserve(id)) return false;
  UsageWitness* kept = free_ != nullptr ? free_ : arena_.New<UsageWitness>();
  if (kept == nullptr) return false;
  if (kept == free_) free_ = kept->next;
  Record& record = records_[id];
  *kept = witness;
  kept->next = record.witnesses;
  record.witnesses = kept;
  record.sets[witness.kind] |= witness.contexts;
  return true;
}

void UsageTable::Forget(ClassId id) {
  if (!records_.Has(id)) return;
  Record& record = records_[id];
  while (UsageWitness* witness = record.witnesses) {
    record.witnesses = witness->next;
    witness->next = free_;
    free_ = witness;
  }
  record.sets = {};
}

const UsageWitness* UsageTable::Witnesses(ClassId id) const {
  return records_.Has(id) ? records_[id].witnesses : nullptr;
}

const UsageWitness* UsageTable::Find(ClassId id, UsageKind kind, ContextSet contexts) const {
  const UsageWitness* witness = Witnesses(id);
  while (witness != nullptr && (witness->kind != kind || (witness->contexts & contexts) == 0)) {
    witness = witness->next;
  }
  return witness;
}

const UsageWitness* UsageTable::FindUsed(ClassId id, ContextSet contexts) const {
  const UsageWitness* strong = Find(id, UsageKind::kUsed, contexts);
  return strong != nullptr ? strong : Find(id, UsageKind::kUsedRecursive, contexts);
}

const UsageWitness* UsageTable::FindEnabled(ClassId id, ContextSet contexts) const {
  const UsageWitness* strong = Find(id, UsageKind::kEnabled, contexts);
  return strong != nullptr ? strong : Find(id, UsageKind::kEnabledShared, contexts);
}

void UsageTable::CheckInvariants() const {
  for (uint32_t i = 0; i < records_.capacity(); ++i) {
    const Record& record = records_[static_cast<ClassId>(i)];
    UsageSets seen;
    for (const UsageWitness* witness = record.witnesses; witness != nullptr;
         witness = witness->next) {
      internal::Require((seen[witness->kind] & witness->contexts) == 0 && witness->contexts != 0);
      seen[witness->kind] |= witness->contexts;
    }
    for (int kind = 0; kind < kUsageKinds; ++kind) {
      internal::Require(seen.sets[kind] == record.sets.sets[kind]);
    }
  }
}

}  // namespace lockdep

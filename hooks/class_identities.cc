#include "hooks/class_identities.h"

#include <sys/mman.h>

#include "hooks/cells.h"

namespace lockdep::hooks {

namespace {

// Libraries that have one lock for each of their parts in an array have some dozens.
constexpr uint32_t kMostParts = 64;

}  // namespace

// Locks side by side are an array of locks and of nothing else.  A few of them have the
// loop that made them in common, and what each is for stands elsewhere.  Of many, nobody gives
// each a purpose: they share the work of one, so those past the first few are of the loop's class.
uint64_t ClassIdentities::ClassOf(const Creation& creation, uintptr_t address, size_t size,
                                  uint64_t fresh) {
  uint64_t number = 0;
  if (creation.by_path != 0) {
    Entry* entry = FindOrAdd(creation.by_path);
    if (entry == nullptr) return 0;
    const uintptr_t previous = entry->last_address;
    entry->last_address = address;
    const bool is_beside = previous + size == address || address + size == previous;
    entry->in_row = is_beside ? entry->in_row + 1 : 0;
    if (is_beside && entry->in_row < kMostParts) return 0;
    number = entry->number;
  }
  if (creation.by_object != 0) {
    Entry* entry = FindOrAdd(creation.by_object);
    if (entry == nullptr) return 0;
    if (number == 0) number = entry->number != 0 ? entry->number : fresh;
    if (entry->number == 0) entry->number = number;
  }
  if (number == 0) number = fresh;
  if (creation.by_path != 0) {
    if (Entry* entry = FindOrAdd(creation.by_path); entry != nullptr) entry->number = number;
  }
  return creation.by_path == 0 && creation.by_object == 0 ? 0 : number;
}

ClassIdentities::Entry* ClassIdentities::FindOrAdd(uint64_t identity) {
  if (size_ * 2 >= capacity_ && !Grow()) return nullptr;
  Entry* entry = Probe(entries_, capacity_, identity);
  if (entry->identity == 0) {
    entry->identity = identity;
    ++size_;
  }
  return entry;
}

bool ClassIdentities::Grow() {
  const size_t capacity = capacity_ == 0 ? 512 : capacity_ * 2;
  auto* entries = static_cast<Entry*>(MapPages(capacity * sizeof(Entry), Pages::kCommit));
  if (entries == nullptr) return false;
  for (size_t i = 0; i < capacity_; ++i) {
    if (entries_[i].identity != 0) *Probe(entries, capacity, entries_[i].identity) = entries_[i];
  }
  if (entries_ != nullptr) munmap(entries_, capacity_ * sizeof(Entry));
  entries_ = entries;
  capacity_ = capacity;
  return true;
}

ClassIdentities::Entry* ClassIdentities::Probe(Entry* entries, size_t capacity, uint64_t identity) {
  size_t at = identity & (capacity - 1);
  while (entries[at].identity != 0 && entries[at].identity != identity) {
    at = (at + 1) & (capacity - 1);
  }
  return &entries[at];
}

}  // namespace lockdep::hooks

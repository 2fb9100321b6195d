#include "hooks/occurrences.h"

#include <sys/mman.h>

#include <new>

namespace lockdep::hooks {
namespace {

static_assert(sizeof(OccurrenceList) <= kCellSize);

uint64_t HashOf(const DependencyName& name) {
  return NextChainKey(NextChainKey(kEmptyChainKey, name.from.value), name.to.value);
}

// The occurrence that another one is closest to: of the same moment, else of the same
// thread.
Occurrence* Closest(OccurrenceList* list, const Occurrence& seen, size_t* count) {
  Occurrence* of_thread = nullptr;
  *count = 0;
  for (; list != nullptr; list = list->more) {
    for (size_t i = 0; i < list->count; ++i, ++*count) {
      Occurrence& known = list->occurrences[i];
      if (known.thread != seen.thread || known.harmless != seen.harmless) continue;
      const bool is_same_time = known.first == seen.first && known.last == seen.last;
      if (is_same_time || known.first == nullptr) return &known;
      of_thread = &known;
    }
  }
  return *count < Occurrences::kMost ? nullptr : of_thread;
}

}  // namespace

// Returns whether the time is a longer one now.
bool Occurrence::IncludeTimeOf(const Occurrence& other) {
  if (first == nullptr) return false;
  if (thread != other.thread || other.first == nullptr) {
    first = last = nullptr;
    return true;
  }
  const bool is_earlier = other.first->number < first->number;
  const bool is_later = other.last->number > last->number;
  if (is_earlier) first = other.first;
  if (is_later) last = other.last;
  return is_earlier || is_later;
}

bool Occurrence::Include(const Occurrence& other) {
  bool claims_less = gates.Intersect(other.gates);
  claims_less = IncludeTimeOf(other) || claims_less;
  if (const auto all = static_cast<DependencyMask>(kinds | other.kinds); all != kinds) {
    kinds = all;
    claims_less = true;
  }
  if (harmless != Harmless::kNo && harmless != other.harmless) {
    harmless = Harmless::kNo;
    claims_less = true;
  }
  if (thread != ThreadId::kNone && thread != other.thread) {
    thread = ThreadId::kNone;
    claims_less = true;
  }
  return claims_less;
}

OccurrenceList** Occurrences::Probe(const DependencyName& name) const {
  size_t at = HashOf(name) & (capacity_ - 1);
  while (table_[at] != nullptr && !(table_[at]->name == name)) at = (at + 1) & (capacity_ - 1);
  return &table_[at];
}

OccurrenceList* Occurrences::Find(const DependencyName& name) const {
  return capacity_ == 0 ? nullptr : *Probe(name);
}

bool Occurrences::Grow() {
  OccurrenceList** const old = table_;
  const size_t old_capacity = capacity_;
  const size_t capacity = old_capacity == 0 ? 512 : old_capacity * 2;
  auto* table =
      static_cast<OccurrenceList**>(MapPages(capacity * sizeof(OccurrenceList*), Pages::kCommit));
  if (table == nullptr) return false;
  table_ = table;
  capacity_ = capacity;
  for (size_t i = 0; i < old_capacity; ++i) {
    if (old[i] != nullptr) *Probe(old[i]->name) = old[i];
  }
  if (old != nullptr) munmap(old, old_capacity * sizeof(OccurrenceList*));
  return true;
}

// Returns whether the list says more then.
bool Occurrences::Add(OccurrenceList* list, const Occurrence& seen) {
  size_t count = 0;
  Occurrence* known = Closest(list, seen, &count);
  if (known != nullptr) return known->Include(seen);
  if (count >= kMost) return list->occurrences[0].Include(seen);
  while (list->count == OccurrenceList::kHere && list->more != nullptr) list = list->more;
  if (list->count == OccurrenceList::kHere) {
    void* cell = cells_.Allocate();
    if (cell == nullptr) return list->occurrences[0].Include(seen);
    list = list->more = new (cell) OccurrenceList{.name = list->name};
  }
  list->occurrences[list->count++] = seen;
  return true;
}

OccurrenceList* Occurrences::Note(const DependencyName& name, const Occurrence& seen,
                                  bool* is_news) {
  *is_news = false;
  if (size_ * 2 >= capacity_ && !Grow()) return nullptr;
  OccurrenceList** at = Probe(name);
  if (*at == nullptr) {
    void* cell = cells_.Allocate();
    if (cell == nullptr) return nullptr;
    *at = new (cell) OccurrenceList{.name = name};
    ++size_;
  }
  *is_news = Add(*at, seen);
  return *at;
}

// Moves up what would not be found behind an empty place.
void Occurrences::CloseGap(size_t gap) {
  const size_t mask = capacity_ - 1;
  for (size_t at = (gap + 1) & mask; table_[at] != nullptr; at = (at + 1) & mask) {
    const size_t home = HashOf(table_[at]->name) & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    table_[gap] = table_[at];
    gap = at;
  }
  table_[gap] = nullptr;
}

void Occurrences::Forget(const DependencyName& name) {
  OccurrenceList* list = Find(name);
  if (list == nullptr || list->is_watched) return;
  CloseGap(static_cast<size_t>(Probe(name) - table_));
  --size_;
  while (list != nullptr) {
    OccurrenceList* const next = list->more;
    cells_.Free(list);
    list = next;
  }
}

}  // namespace lockdep::hooks

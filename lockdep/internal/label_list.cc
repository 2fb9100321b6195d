#include "lockdep/internal/label_list.h"

#include <algorithm>

#include "lockdep/internal/invariant.h"

namespace lockdep::internal {
namespace {

// Labels are below this, so that the size of each range fits into 64 bits.
constexpr uint64_t kEnd = uint64_t{1} << 63;
// Items are put this far apart where there is room: whoever comes at the end leaves
// most of it to those who come after.
constexpr uint64_t kStep = uint64_t{1} << 31;
// A range twice the size may hold this many times the items.  Above 1, so that labels
// last; below 2, so that a range labelled anew has room for more.
constexpr double kGrowth = 1.5;

}  // namespace

void LabelList::PlaceAfter(Item place, Item item) {
  const Item next = At(place).next;
  At(item).previous = place;
  At(item).next = next;
  At(place).next = item;
  At(next).previous = item;
  const uint64_t room = (next == kFront ? kEnd : At(next).label) - At(place).label;
  const uint64_t step = std::min(room / 2, kStep);
  if (step == 0) return LabelAround(item);
  At(item).label = At(place).label + step;
}

// Labels anew the smallest range around the new item that is not too full with it; in
// the largest one there is always room.
void LabelList::LabelAround(Item item) {
  const uint64_t centre = At(At(item).previous).label;
  Item first = item;
  Item last = item;
  uint64_t count = 1;
  double allowed = kGrowth;
  for (uint64_t size = 2;; size *= 2, allowed *= kGrowth) {
    const uint64_t low = centre & ~(size - 1);
    while (At(first).previous != kFront && At(At(first).previous).label >= low) {
      first = At(first).previous;
      ++count;
    }
    while (At(last).next != kFront && At(At(last).next).label - low < size) {
      last = At(last).next;
      ++count;
    }
    if (static_cast<double>(count) >= allowed && size < kEnd) continue;
    // Label 0 is nobody's.
    const uint64_t step = size / (count + 1);
    uint64_t label = low;
    for (Item labelled = first;; labelled = At(labelled).next) {
      At(labelled).label = label += step;
      if (labelled == last) return;
    }
  }
}

void LabelList::Remove(Item item) {
  const Link link = At(item);
  At(link.previous).next = link.next;
  At(link.next).previous = link.previous;
  At(item) = {};
}

void LabelList::CheckInvariants() const {
  if (links_.capacity() == 0) return;
  for (Item item = kFront;;) {
    const Item next = At(item).next;
    Require(At(next).previous == item);
    if (next == kFront) return;
    Require(Precedes(item, next));
    Require(At(next).label < kEnd);
    item = next;
  }
}

}  // namespace lockdep::internal

#include "lockdep/internal/order_list.h"

#include <algorithm>

#include "lockdep/internal/invariant.h"

namespace lockdep::internal {
namespace {

// Labels are below this, so that the size of each range fits into 64 bits.
constexpr uint64_t kEnd = uint64_t{1} << 63;
// Elements are put this far apart where there is room: whoever comes at the end
// leaves most of it to those who come after.
constexpr uint64_t kStep = uint64_t{1} << 31;
// A range twice the size may hold this many times the elements.  Above 1, so that
// labels last; below 2, so that a range labelled anew has room for more.
constexpr double kGrowth = 1.5;

}  // namespace

void OrderList::PlaceAfter(Element place, std::span<const Element> elements) {
  if (elements.empty()) return;
  const Element last = ChainUp(place, elements);
  const uint64_t room = RoomBetween(place, At(last).next);
  const uint64_t step = std::min(room / (elements.size() + 1), kStep);
  if (step == 0) return LabelAround(elements.front(), last, elements.size());
  uint64_t label = At(place).label;
  for (const Element element : elements) At(element).label = label += step;
}

// Links the elements into the list, still without labels; returns the last.
Element OrderList::ChainUp(Element place, std::span<const Element> elements) {
  const Element next = At(place).next;
  Element previous = place;
  for (const Element element : elements) {
    At(element).previous = previous;
    At(previous).next = element;
    previous = element;
  }
  At(previous).next = next;
  At(next).previous = previous;
  return previous;
}

uint64_t OrderList::RoomBetween(Element before, Element after) const {
  return (after == Element::kFront ? kEnd : At(after).label) - At(before).label;
}

// Labels anew the smallest range around `count` new elements that is not too
// full with them; in the largest one there is always room.
void OrderList::LabelAround(Element first, Element last, uint64_t count) {
  const uint64_t centre = At(At(first).previous).label;
  double allowed = kGrowth;
  for (uint64_t size = 2;; size *= 2, allowed *= kGrowth) {
    const uint64_t low = centre & ~(size - 1);
    while (At(first).previous != Element::kFront && At(At(first).previous).label >= low) {
      first = At(first).previous;
      ++count;
    }
    while (At(last).next != Element::kFront && At(At(last).next).label - low < size) {
      last = At(last).next;
      ++count;
    }
    if (static_cast<double>(count) >= allowed && size < kEnd) continue;
    // Label 0 is nobody's.
    const uint64_t step = size / (count + 1);
    uint64_t label = low;
    for (Element element = first;; element = At(element).next) {
      At(element).label = label += step;
      if (element == last) return;
    }
  }
}

void OrderList::Remove(Element element) {
  const Link link = At(element);
  At(link.previous).next = link.next;
  At(link.next).previous = link.previous;
  At(element) = {};
}

void OrderList::CheckInvariants() const {
  if (links_.capacity() == 0) return;
  for (Element element = Element::kFront;;) {
    const Element next = At(element).next;
    Require(At(next).previous == element);
    if (next == Element::kFront) return;
    Require(Precedes(element, next));
    Require(At(next).label < kEnd);
    element = next;
  }
}

}  // namespace lockdep::internal

#include "lockdep/internal/order_list.h"

#include <algorithm>

#include "lockdep/internal/invariant.h"

namespace lockdep::internal {
namespace {

constexpr uint64_t kEnd = uint64_t{1} << 32;  // Labels within a group are below this.
// Elements are put this far apart where there is room (LabelList).
constexpr uint64_t kStep = uint64_t{1} << 25;

}  // namespace

// A group for each element, at worst.
bool OrderList::Reserve(ClassId id) {
  const GroupId most = static_cast<uint32_t>(id) * 2 + 2;
  return links_.Reserve(id) && groups_.Reserve(static_cast<ClassId>(most)) && order_.Reserve(most);
}

void OrderList::PlaceAfter(Element place, std::span<const Element> elements) {
  for (const Element element : elements) {
    PlaceOne(place, element);
    place = element;
  }
}

void OrderList::PlaceOne(Element place, Element element) {
  const Element next = At(place).next;
  GroupId id = At(place == Element::kFront ? next : place).group;
  if (id == 0) id = NewGroup(0, element);
  if (RoomAfter(place, id) < 2) Label(GroupAt(id));
  const uint64_t step = std::min(RoomAfter(place, id) / 2, kStep);
  const uint32_t label = At(place).group == id ? At(place).label : 0;
  At(element) = {label + static_cast<uint32_t>(step), id, place, next};
  At(place).next = element;
  At(next).previous = element;
  Group& group = GroupAt(id);
  if (place == Element::kFront) group.first = element;
  if (++group.count > kMost) Split(id);
}

// Of labels of the group, behind the element or, if that is not of the group, its start.
uint64_t OrderList::RoomAfter(Element place, GroupId group) const {
  const Link& before = At(place);
  const Link& after = At(before.next);
  const uint64_t low = before.group == group ? before.label : 0;
  return (after.group == group ? after.label : kEnd) - low;
}

OrderList::GroupId OrderList::NewGroup(GroupId place, Element first) {
  GroupId id = free_groups_;
  if (id != 0) {
    free_groups_ = GroupAt(id).next_free;
  } else {
    id = ++group_count_;
  }
  GroupAt(id) = {.first = first, .count = 0, .next_free = 0};
  order_.PlaceAfter(place, id);
  return id;
}

// Labels all elements of the group anew.
void OrderList::Label(const Group& group) {
  const uint64_t step = kEnd / (group.count + 1);
  uint64_t label = 0;
  Element element = group.first;
  for (uint32_t i = 0; i < group.count; ++i, element = At(element).next) {
    At(element).label = static_cast<uint32_t>(label += step);
  }
}

// The second half becomes a group of its own.
void OrderList::Split(GroupId id) {
  Group& group = GroupAt(id);
  const uint32_t stay = group.count / 2;
  Element element = group.first;
  for (uint32_t i = 0; i < stay; ++i) element = At(element).next;
  const GroupId added_id = NewGroup(id, element);
  Group& added = GroupAt(added_id);
  added.count = group.count - stay;
  group.count = stay;
  for (uint32_t i = 0; i < added.count; ++i, element = At(element).next) {
    At(element).group = added_id;
  }
  Label(group);
  Label(added);
}

void OrderList::Remove(Element element) {
  const Link link = At(element);
  At(link.previous).next = link.next;
  At(link.next).previous = link.previous;
  At(element) = {};
  Group& group = GroupAt(link.group);
  if (group.first == element) group.first = link.next;
  if (--group.count != 0) return;
  order_.Remove(link.group);
  group.next_free = free_groups_;
  free_groups_ = link.group;
}

void OrderList::CheckInvariants() const {
  if (links_.capacity() == 0) return;
  order_.CheckInvariants();
  uint32_t in_group = 0;
  for (Element element = Element::kFront;;) {
    const Element next = At(element).next;
    Require(At(next).previous == element);
    const GroupId id = At(element).group;
    if (id != 0 && At(next).group != id) {
      Require(groups_[static_cast<ClassId>(id)].count == in_group && in_group <= kMost);
      in_group = 0;
    }
    if (next == Element::kFront) return;
    Require(Precedes(element, next));
    const Group& group = groups_[static_cast<ClassId>(At(next).group)];
    if (++in_group == 1) Require(group.first == next);
    element = next;
  }
}

}  // namespace lockdep::internal

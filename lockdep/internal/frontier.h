// What a search along an OrderList has reached: elements that are due to be
// tried, the next one in the sense of the search first, and those it has tried.
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_FRONTIER_H_
#define LOCKDEP_INTERNAL_FRONTIER_H_

#include <algorithm>
#include <cstdint>
#include <span>

#include "lockdep/dependency.h"
#include "lockdep/internal/arena.h"
#include "lockdep/internal/order_list.h"

namespace lockdep::internal {

class Frontier {
 public:
  Frontier(Arena& arena, const OrderList& list, Direction direction)
      : arena_(arena), list_(list), direction_(direction) {}

  // Makes room for this many elements; returns false when memory ended.
  // REQUIRES: no search is under way.
  bool Reserve(uint32_t count) {
    if (count <= capacity_) return true;
    const uint32_t capacity = std::max(count, capacity_ * 2);
    due_ = arena_.NewArray<Element>(capacity);
    tried_ = arena_.NewArray<Element>(capacity);
    capacity_ = due_ == nullptr || tried_ == nullptr ? 0 : capacity;
    return capacity_ != 0;
  }

  Direction direction() const { return direction_; }

  void Clear() { due_count_ = tried_count_ = 0; }

  // REQUIRES: it was not added since Clear.
  void Add(Element element) {
    due_[due_count_++] = element;
    std::push_heap(due_, due_ + due_count_, Later{*this});
  }

  // Whether nothing is due.
  bool empty() const { return due_count_ == 0; }

  // The first that is due.  REQUIRES: !empty().
  Element next() const { return due_[0]; }

  // The first that is due was tried.
  void Finish() {
    tried_[tried_count_++] = due_[0];
    std::pop_heap(due_, due_ + due_count_--, Later{*this});
  }

  // In the sequence in which they were tried, which is that of the search.
  std::span<Element> tried() { return {tried_, tried_count_}; }

 private:
  struct Later {
    const Frontier& frontier;
    bool operator()(Element a, Element b) const {
      return frontier.direction_ == Direction::kForwards ? frontier.list_.Precedes(b, a)
                                                         : frontier.list_.Precedes(a, b);
    }
  };

  Arena& arena_;
  const OrderList& list_;
  const Direction direction_;
  Element* due_ = nullptr;  // A heap.
  Element* tried_ = nullptr;
  uint32_t due_count_ = 0;
  uint32_t tried_count_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_FRONTIER_H_

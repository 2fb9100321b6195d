// Items under closed intervals of keys, as the maple tree of an mm and the
// interval trees of the reverse mapping hold VMAs.  An interval stays what it
// was when the item went in: who moves a VMA takes it out first.
//
// Cost: linear; the model's trees are small.  Memory comes from the machine.

#ifndef MM_MODEL_INTERVAL_TREE_H_
#define MM_MODEL_INTERVAL_TREE_H_

#include <algorithm>
#include <memory_resource>
#include <span>
#include <vector>

namespace mm_model {

template <typename T>
class interval_tree {
 public:
  struct Node {
    unsigned long first;
    unsigned long last;
    T item;
  };

  explicit interval_tree(std::pmr::memory_resource* memory) : nodes_(memory) {}

  // Keeps the order of keys; items with the same first key in order of insertion.
  void insert(unsigned long first, unsigned long last, T item) {
    const auto after = std::find_if(nodes_.begin(), nodes_.end(),
                                    [&](const Node& node) { return node.first > first; });
    nodes_.insert(after, {first, last, item});
  }

  // Returns whether it was there.
  bool erase(T item) {
    return std::erase_if(nodes_, [&](const Node& node) { return node.item == item; }) != 0;
  }

  // Returns the first node that has a key in [first, last], or null.
  const Node* find(unsigned long first, unsigned long last) const {
    for (const Node& node : nodes_) {
      if (node.first <= last && first <= node.last) return &node;
    }
    return nullptr;
  }

  bool contains(T item) const {
    return std::any_of(nodes_.begin(), nodes_.end(),
                       [&](const Node& node) { return node.item == item; });
  }

  // The items that have a key in [first, last], in order, as they are now: for
  // walks that others may interrupt.
  std::span<const T> Items(std::pmr::memory_resource* memory, unsigned long first = 0,
                           unsigned long last = ~0ul) const {
    auto* const items = static_cast<T*>(memory->allocate(nodes_.size() * sizeof(T), alignof(T)));
    size_t count = 0;
    for (const Node& node : nodes_) {
      if (node.first <= last && first <= node.last) items[count++] = node.item;
    }
    return {items, count};
  }

  size_t size() const { return nodes_.size(); }
  bool empty() const { return nodes_.empty(); }
  const Node& operator[](size_t index) const { return nodes_[index]; }
  auto begin() const { return nodes_.begin(); }
  auto end() const { return nodes_.end(); }

 private:
  std::pmr::vector<Node> nodes_;
};

}  // namespace mm_model

#endif  // MM_MODEL_INTERVAL_TREE_H_

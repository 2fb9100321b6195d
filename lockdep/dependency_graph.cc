#include "lockdep/dependency_graph.h"

#include <cstdlib>
#include <cstring>

namespace lockdep {
namespace {

uint32_t Index(ClassId id) { return static_cast<uint32_t>(id); }

uint64_t Hash(ClassId from, ClassId to) {
  const uint64_t mixed = (uint64_t{Index(from)} << 32 | Index(to)) * 0x9e3779b97f4a7c15u;
  return mixed ^ mixed >> 32;
}

void Check(bool invariant) {
  if (!invariant) abort();
}

}  // namespace

Dependency* DependencyGraph::Find(ClassId from, ClassId to) const {
  if (buckets_ == nullptr) return nullptr;
  Dependency* edge = buckets_[Hash(from, to) & bucket_mask_];
  while (edge != nullptr && (edge->from != from || edge->to != to)) edge = edge->next_in_bucket;
  return edge;
}

Dependency* DependencyGraph::Add(ClassId from, ClassId to) {
  if (Dependency* edge = Find(from, to)) return edge;
  if (!ReserveNode(from) || !ReserveNode(to)) return nullptr;
  if ((buckets_ == nullptr || size_ > bucket_mask_) && !GrowTable()) return nullptr;
  auto* edge = arena_.New<Dependency>();
  if (edge == nullptr) return nullptr;
  edge->from = from;
  edge->to = to;
  edge->next_successor = heads_[Index(from)];
  heads_[Index(from)] = edge;
  Dependency** bucket = &buckets_[Hash(from, to) & bucket_mask_];
  edge->next_in_bucket = *bucket;
  *bucket = edge;
  ++size_;
  return edge;
}

bool DependencyGraph::AddWitness(Dependency& edge, const Witness& witness) {
  const DependencyMask mask = MaskOf(witness.kind);
  if ((edge.observed & mask) != 0) return false;
  auto* kept = arena_.New<Witness>();
  if (kept == nullptr) return false;
  *kept = witness;
  kept->next = edge.witnesses;
  edge.witnesses = kept;
  edge.observed |= mask;
  edge.kinds |= mask;
  return true;
}

const Dependency* DependencyGraph::Successors(ClassId from) const {
  return Index(from) < head_capacity_ ? heads_[Index(from)] : nullptr;
}

bool DependencyGraph::ReserveNode(ClassId id) {
  if (Index(id) < head_capacity_) return true;
  uint32_t capacity = head_capacity_ == 0 ? 256 : head_capacity_;
  while (capacity <= Index(id)) capacity *= 2;
  auto** heads = arena_.NewArray<Dependency*>(capacity);
  if (heads == nullptr) return false;
  if (head_capacity_ != 0) memcpy(heads, heads_, head_capacity_ * sizeof(*heads));
  heads_ = heads;
  head_capacity_ = capacity;
  return true;
}

bool DependencyGraph::GrowTable() {
  const uint64_t count = buckets_ == nullptr ? 1024 : (bucket_mask_ + 1) * 2;
  auto** buckets = arena_.NewArray<Dependency*>(count);
  if (buckets == nullptr) return false;
  for (uint64_t i = 0; buckets_ != nullptr && i <= bucket_mask_; ++i) {
    for (Dependency* edge = buckets_[i]; edge != nullptr;) {
      Dependency* next = edge->next_in_bucket;
      Dependency** bucket = &buckets[Hash(edge->from, edge->to) & (count - 1)];
      edge->next_in_bucket = *bucket;
      *bucket = edge;
      edge = next;
    }
  }
  buckets_ = buckets;
  bucket_mask_ = count - 1;
  return true;
}

void DependencyGraph::CheckInvariants() const {
  uint64_t edges = 0;
  for (uint32_t node = 0; node < head_capacity_; ++node) {
    for (const Dependency* edge = heads_[node]; edge != nullptr; edge = edge->next_successor) {
      ++edges;
      Check(Index(edge->from) == node);
      Check(Find(edge->from, edge->to) == edge);
      DependencyMask witnessed = 0;
      for (const Witness* witness = edge->witnesses; witness != nullptr; witness = witness->next) {
        Check((witnessed & MaskOf(witness->kind)) == 0);
        Check(Classify(witness->from_mode, witness->to_mode) == witness->kind);
        witnessed |= MaskOf(witness->kind);
      }
      Check(witnessed == edge->observed);
      Check((edge->observed & ~edge->kinds) == 0);
      Check((edge->reported & ~edge->kinds) == 0);
      Check(edge->declared != nullptr || edge->observed == edge->kinds);
    }
  }
  Check(edges == size_);
}

}  // namespace lockdep

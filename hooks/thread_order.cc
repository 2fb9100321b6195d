#include "hooks/thread_order.h"

#include <new>
#include <utility>

namespace lockdep::hooks {

constinit ThreadOrder thread_order;

Segment* ThreadOrder::NewSegment() {
  Segment* segment = spare_;
  spare_ = nullptr;
  if (segment == nullptr) {
    segment = static_cast<Segment*>(cells_.Allocate());
    if (segment == nullptr) return nullptr;
    spare_ = segment + 1;
  }
  return new (segment) Segment{.number = ++numbers_};
}

const Segment* ThreadOrder::Begin(ThreadId thread, ThreadLife* life) {
  Segment* segment = NewSegment();
  if (segment == nullptr) return nullptr;
  segment->thread = thread;
  segment->life = life;
  segment->other = life == nullptr ? nullptr : life->created_in;
  return segment;
}

const Segment* ThreadOrder::Advance(const Segment* own, const Segment* other) {
  Segment* segment = NewSegment();
  if (segment == nullptr) return nullptr;
  segment->thread = own->thread;
  segment->life = own->life;
  segment->previous = own;
  segment->other = other;
  return segment;
}

ThreadLife* ThreadOrder::Create(const ThreadContext& creator, const Segment* own, uintptr_t site,
                                uint64_t path) {
  void* cell = cells_.Allocate();
  if (cell == nullptr) return nullptr;
  auto* life = new (cell) ThreadLife();
  life->created_in = own;
  life->site = site;
  life->path = path;
  life->creator = &creator;
  life->creator_chain = creator.chain_key;
  life->creator_acquisitions = creator.acquisitions;
  for (const HeldLock& held : creator.held) {
    if (CanBeGate(*held.lock)) life->gates.Add({held.lock->key, held.use.mode()});
  }
  return life;
}

ThreadLife* ThreadOrder::Find(pthread_t handle) const {
  ThreadLife* life = lives_[BucketOf(handle)];
  while (life != nullptr && life->handle != handle) life = life->next;
  return life;
}

// The handle of a thread that nobody joined may have been given to another one.
void ThreadOrder::Name(ThreadLife* life, pthread_t handle) {
  life->handle = handle;
  ThreadLife** at = &lives_[BucketOf(handle)];
  life->next = *at;
  *at = life;
  for (at = &life->next; *at != nullptr; at = &(*at)->next) {
    if ((*at)->handle != handle) continue;
    GiveBackTaken(std::exchange((*at)->taken, nullptr));
    *at = (*at)->next;
    break;
  }
}

void ThreadOrder::End(const Segment* last, TakenLock* taken, const void* announced) {
  if (last == nullptr || last->life == nullptr) return GiveBackTaken(taken);
  last->life->last = last;
  last->life->announced = announced;
  last->life->taken = taken;
}

// The number of what comes after all is the largest, so it is given again with each arrival.
const Segment* ThreadOrder::Arrive(BarrierRound* round, const Segment& own, uint32_t count) {
  if (round->arrived == 0) {
    const bool is_kept = arrivals_ + count <= kMostArrivals;
    round->all = is_kept ? NewSegment() : nullptr;
    if (is_kept) arrivals_ += count;
  }
  Segment* const all = round->all;
  if (++round->arrived == count) *round = {};
  if (all == nullptr) return nullptr;
  Segment* const met = NewSegment();
  if (met == nullptr) return nullptr;
  met->previous = all->previous;
  met->other = &own;
  met->meeting = all->meeting = Meeting::kBarrier;
  all->previous = met;
  all->number = ++numbers_;
  return all;
}

const Segment* ThreadOrder::Signal(const Segment& own, const Segment* previous) {
  if (signals_ == kMostSignals) return nullptr;
  Segment* const signal = NewSegment();
  if (signal == nullptr) return nullptr;
  ++signals_;
  signal->other = &own;
  signal->meeting = Meeting::kCondition;
  if (previous != nullptr) previous->next_signal = signal;
  return signal;
}

// It took no lock meanwhile and stands where it stood: it has held all of them.
bool ThreadOrder::Join(ThreadLife* life, const ThreadContext& joiner) {
  const bool has_held = life->creator == &joiner && life->creator_chain == joiner.chain_key &&
                        life->creator_acquisitions == joiner.acquisitions;
  life->hold = has_held ? ThreadLife::Hold::kProved : ThreadLife::Hold::kRefuted;
  return !has_held && life->gates.begin() != life->gates.end();
}

// Breadth first, against the order.
bool ThreadOrder::IsBefore(const Segment& first, const Segment& second, Meeting over) {
  constexpr int kPatience = 100'000;
  ++searches_;
  second.search = searches_;
  second.next_found = nullptr;
  const Segment* last = &second;
  int seen = 0;
  for (const Segment* here = &second; here != nullptr; here = here->next_found) {
    if (here == &first) return here != &second;
    if (++seen > kPatience) return false;
    for (const Segment* before : {here->previous, here->other}) {
      if (before == nullptr || before->number < first.number || before->search == searches_) {
        continue;
      }
      if (before->meeting > over) continue;
      before->search = searches_;
      before->next_found = nullptr;
      last->next_found = before;
      last = before;
    }
  }
  return false;
}

}  // namespace lockdep::hooks

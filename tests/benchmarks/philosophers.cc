#include "tests/benchmarks/philosophers.h"

#include <array>
#include <map>
#include <string>

#include "mm_model/locks.h"
#include "mm_model/machine.h"

namespace mm_model {
namespace {

constexpr unsigned kMost = 6;

// Made anew in the set-up of each execution.
spinlock* forks[kMost];
unsigned seats = 0;

void LayTheTable(AddressSpace& /*space*/) {
  for (spinlock*& fork : forks) fork = machine().New<spinlock>(LockClass::kILock, nullptr);
}

struct Hands {
  unsigned first;
  unsigned second;
};

Hands HandsOf(unsigned philosopher, unsigned count) {
  const unsigned left = philosopher;
  const unsigned right = (philosopher + 1) % count;
  return philosopher + 1 == count ? Hands{right, left} : Hands{left, right};
}

template <unsigned kPhilosopher>
void Dine(AddressSpace& /*space*/) {
  const Hands hands = HandsOf(kPhilosopher, seats);
  spin_lock(forks[hands.first]);
  spin_lock_nested(forks[hands.second], 1);
  spin_unlock(forks[hands.second]);
  spin_unlock(forks[hands.first]);
}

// How many of his steps each has done: start, lock, lock, unlock, unlock.
using Done = std::array<uint8_t, kMost>;
constexpr uint8_t kSteps = 5;

bool HasFork(const Hands& hands, uint8_t done, unsigned fork) {
  return (fork == hands.first && done >= 2 && done < 5) || (fork == hands.second && done == 3);
}

bool CanGoOn(const Done& done, unsigned philosopher, unsigned count) {
  const uint8_t next = done[philosopher];
  if (next == kSteps) return false;
  if (next != 1 && next != 2) return true;
  const Hands hands = HandsOf(philosopher, count);
  const unsigned wanted = next == 1 ? hands.first : hands.second;
  for (unsigned other = 0; other < count; ++other) {
    if (HasFork(HandsOf(other, count), done[other], wanted)) return false;
  }
  return true;
}

double WaysFrom(const Done& done, unsigned count, std::map<Done, double>* known) {
  const auto [found, is_new] = known->try_emplace(done, 0);
  if (!is_new) return found->second;
  double ways = 0;
  bool ended = true;
  for (unsigned philosopher = 0; philosopher < count; ++philosopher) {
    if (!CanGoOn(done, philosopher, count)) continue;
    ended = false;
    Done next = done;
    ++next[philosopher];
    ways += WaysFrom(next, count, known);
  }
  return (*known)[done] = ended ? 1 : ways;
}

}  // namespace

Program DiningPhilosophers(unsigned count) {
  constexpr void (*kDine[])(AddressSpace&) = {Dine<0>, Dine<1>, Dine<2>, Dine<3>, Dine<4>, Dine<5>};
  seats = count;
  Program program{.name = std::to_string(count) + "-philosophers", .prepare = {&LayTheTable}};
  for (unsigned i = 0; i < count; ++i) {
    program.parts.push_back({"philosopher-" + std::to_string(i + 1), kDine[i]});
  }
  return program;
}

double ExecutionsOfPhilosophers(unsigned count) {
  std::map<Done, double> known;
  return WaysFrom({}, count, &known);
}

}  // namespace mm_model

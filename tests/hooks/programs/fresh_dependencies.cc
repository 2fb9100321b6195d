// Takes 448 locks two at a time, each pair once and in one order: 100,128 dependencies that
// nobody knew.  Prints what four of them cost near the beginning and near the end, in instructions;
// "unknown" where the system does not allow tracing.

#include <pthread.h>
#include <stdio.h>

#include <optional>

#include "tests/benchmarks/instruction_counter.h"

namespace {

constexpr int kLocks = 448;
constexpr int kPairs = kLocks * (kLocks - 1) / 2;
constexpr int kCounted = 4;

pthread_mutex_t locks[kLocks];

void Take(int first, int second) {
  pthread_mutex_lock(&locks[first]);
  pthread_mutex_lock(&locks[second]);
  pthread_mutex_unlock(&locks[second]);
  pthread_mutex_unlock(&locks[first]);
}

// Neighbours first, so that all locks are in it from the beginning.
class Pairs {
 public:
  void TakeNext() {
    Take(first_, first_ + gap_);
    ++taken_;
    if (++first_ + gap_ < kLocks) return;
    first_ = 0;
    ++gap_;
  }
  void TakeUntil(int count) {
    while (taken_ < count) TakeNext();
  }

 private:
  int first_ = 0;
  int gap_ = 1;
  int taken_ = 0;
};

// A child first tells all that its parent knew; then the two cost the same.
std::optional<long> CountNext(Pairs pairs) {
  return lockdep::CountInstructions([pairs]() mutable {
    for (int i = 0; i < kCounted; ++i) pairs.TakeNext();
    LOCKDEP_COUNTER_MARK();
    for (int i = 0; i < kCounted; ++i) pairs.TakeNext();
    LOCKDEP_COUNTER_MARK();
  });
}

}  // namespace

int main() {
  Pairs pairs;
  pairs.TakeUntil(kPairs / 20);
  const std::optional<long> first = CountNext(pairs);
  pairs.TakeUntil(kPairs - kPairs / 20);
  const std::optional<long> last = CountNext(pairs);
  pairs.TakeUntil(kPairs);
  if (!first.has_value() || !last.has_value()) return puts("unknown") < 0;
  return printf("%ld %ld\n", *first, *last) < 0;
}

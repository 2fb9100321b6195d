// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: two std::mutex in both orders, at the same time.

#include <mutex>

#include "apart.h"

static std::mutex a;
static std::mutex b;

static void first(void) {
  std::lock_guard<std::mutex> one(a);
  meet(2);
  std::lock_guard<std::mutex> other(b);
}

static void second(void) {
  std::lock_guard<std::mutex> one(b);
  meet(2);
  std::lock_guard<std::mutex> other(a);
}

int main(void) {
  run_apart(first, second);
  return 0;
}

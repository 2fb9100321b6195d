// EXPECT: CLEAN
// WHY: the outer lock is held over a wait that is over before it begins, and both take the locks
// in one order.

#include <condition_variable>
#include <mutex>

#include "apart.h"

static std::mutex outer;
static std::mutex inner;
static std::condition_variable changed;
static bool is_ready;

static void first(void) {
  std::lock_guard<std::mutex> one(outer);
  std::lock_guard<std::mutex> other(inner);
  is_ready = true;
  changed.notify_all();
}

static void second(void) {
  std::lock_guard<std::mutex> one(outer);
  std::unique_lock<std::mutex> other(inner);
  changed.wait(other, [] { return is_ready; });
}

int main(void) {
  run_apart(first, second);
  return 0;
}

// EXPECT: CLEAN
// WHY: std::timed_mutex waits for a limited time against the order.

#include <chrono>
#include <mutex>

#include "apart.h"

static std::timed_mutex a;
static std::timed_mutex b;

static void first() {
  std::lock_guard<std::timed_mutex> one(a);
  std::lock_guard<std::timed_mutex> other(b);
}

static void second() {
  std::lock_guard<std::timed_mutex> one(b);
  std::unique_lock<std::timed_mutex> other(a, std::chrono::seconds(1));
}

int main() {
  run_apart(first, second);
  return 0;
}

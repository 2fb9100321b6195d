// EXPECT: CLEAN
// WHY: readers alone, in both orders.

#include <shared_mutex>

#include "apart.h"

static std::shared_mutex a;
static std::shared_mutex b;

static void first() {
  std::shared_lock<std::shared_mutex> one(a);
  std::shared_lock<std::shared_mutex> other(b);
}

static void second() {
  std::shared_lock<std::shared_mutex> one(b);
  std::shared_lock<std::shared_mutex> other(a);
}

int main() {
  run_apart(first, second);
  return 0;
}

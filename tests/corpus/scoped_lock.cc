// EXPECT: CLEAN
// WHY: std::scoped_lock takes both without waiting while it holds one, in whatever order they
// are named.

#include <mutex>

#include "apart.h"

static std::mutex a;
static std::mutex b;

static void first() { std::scoped_lock both(a, b); }
static void second() { std::scoped_lock both(b, a); }

int main() {
  run_apart(first, second);
  return 0;
}

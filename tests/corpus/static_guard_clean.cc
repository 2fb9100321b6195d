// EXPECT: CLEAN
// WHY: the constructor of the local static takes registry, and nobody who holds registry comes
// by.

#include <mutex>

#include "apart.h"

static std::mutex registry;

struct Service {
  Service() { std::lock_guard<std::mutex> guard(registry); }
};

static Service& service() {
  static Service instance;
  return instance;
}

static void use() {
  service();
  std::lock_guard<std::mutex> guard(registry);
}

int main() {
  run_apart(use, use);
  return 0;
}

// EXPECT: wait-while-holding
// WHY: the first try to construct the local static takes registry (and fails); another thread
// comes by the static while it holds registry.

#include <mutex>
#include <stdexcept>

#include "apart.h"

static std::mutex registry;
static int tries;

struct Service {
  Service() {
    if (++tries > 1) return;
    std::lock_guard<std::mutex> guard(registry);
    throw std::runtime_error("not yet");
  }
};

static Service& service() {
  static Service instance;
  return instance;
}

static void first() {
  try {
    service();
  } catch (const std::runtime_error&) {
  }
}

static void second() {
  std::lock_guard<std::mutex> guard(registry);
  service();
}

int main() {
  run_apart(first, second);
  return 0;
}

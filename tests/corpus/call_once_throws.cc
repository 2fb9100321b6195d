// EXPECT: CLEAN
// WHY: the first initialiser throws; what it held is over, and the next one runs.

#include <mutex>
#include <stdexcept>

#include "apart.h"

static std::once_flag flag;
static std::mutex lock;
static int tries;

static void initialise() {
  std::lock_guard<std::mutex> guard(lock);
  if (++tries == 1) throw std::runtime_error("not yet");
}

static void first() {
  try {
    std::call_once(flag, initialise);
  } catch (const std::runtime_error&) {
  }
  std::lock_guard<std::mutex> guard(lock);
}

static void second() {
  std::call_once(flag, initialise);
  std::lock_guard<std::mutex> guard(lock);
}

int main() {
  run_apart(first, second);
  return 0;
}

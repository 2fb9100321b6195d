// EXPECT: CLEAN
// WHY: observers are called from a copy, without the lock of the list.

#include <functional>
#include <mutex>
#include <vector>

#include "apart.h"

static std::mutex list_lock;
static std::mutex model_lock;
static std::vector<std::function<void()>> observers;

static void first(void) {
  std::vector<std::function<void()>> copy;
  {
    std::lock_guard<std::mutex> guard(list_lock);
    observers.push_back([] { std::lock_guard<std::mutex> guard(model_lock); });
    copy = observers;
  }
  for (const auto& observer : copy) observer();
}

static void second(void) {
  std::lock_guard<std::mutex> model(model_lock);
  std::lock_guard<std::mutex> list(list_lock);
  observers.clear();
}

int main(void) {
  run_apart(first, second);
  return 0;
}

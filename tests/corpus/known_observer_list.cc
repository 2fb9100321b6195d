// EXPECT: lock-order-inversion
// WHY: observers are called under the lock of the list and take the model; who holds the model
// changes the list.

#include "apart.h"

// A list of observers is walked under its lock, and an observer that has a lock of its
// own unsubscribes while it holds that.
#include <functional>
#include <mutex>
#include <vector>

static std::mutex list_lock;
static std::mutex model_lock;
static std::vector<std::function<void()>> observers;

static void first(void) {
  observers.push_back([] { std::lock_guard<std::mutex> guard(model_lock); });
  std::lock_guard<std::mutex> guard(list_lock);
  for (const auto& observer : observers) observer();
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

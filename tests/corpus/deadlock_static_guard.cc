// EXPECT: deadlock
// EXPECT: wait-while-holding
// WHY: the first use of a static variable waits for a mutex, whose holder waits for that use to
// end.

#include <unistd.h>

#include <mutex>
#include <thread>

static std::mutex mutex;

static int make() {
  usleep(200 * 1000);
  std::lock_guard<std::mutex> lock(mutex);
  return 1;
}

static int value() {
  static int made = make();
  return made;
}

int main() {
  std::thread first(value);
  std::thread second([] {
    usleep(60 * 1000);
    std::lock_guard<std::mutex> lock(mutex);
    value();
  });
  first.join();
  second.join();
}

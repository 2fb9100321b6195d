// The lock types of the C++ library, as a program uses them.

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <thread>

namespace {

std::mutex a;
std::mutex b;

void LockAThenB() {
  std::lock_guard<std::mutex> first(a);
  std::lock_guard<std::mutex> second(b);
}

void LockBThenA() {
  std::unique_lock<std::mutex> first(b);
  std::unique_lock<std::mutex> second(a);
}

void Inversion() {
  std::thread one(LockAThenB);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::thread other(LockBThenA);
  one.join();
  other.join();
}

void ScopedLocks() {
  for (int i = 0; i < 100; ++i) std::scoped_lock both(a, b);
  for (int i = 0; i < 100; ++i) std::scoped_lock both(b, a);
}

void Everything() {
  std::recursive_mutex recursive;
  std::timed_mutex timed;
  std::shared_mutex shared;
  std::shared_timed_mutex shared_timed;
  std::condition_variable condition;
  std::condition_variable_any any;
  bool ready = false;
  std::thread other([&] {
    std::lock_guard<std::recursive_mutex> once(recursive);
    std::lock_guard<std::recursive_mutex> twice(recursive);
    if (timed.try_lock_for(std::chrono::milliseconds(1))) timed.unlock();
    std::shared_lock<std::shared_mutex> reader(shared);
    if (shared_timed.try_lock_shared_for(std::chrono::milliseconds(1)))
      shared_timed.unlock_shared();
    std::lock_guard<std::mutex> lock(a);
    ready = true;
    condition.notify_all();
    any.notify_all();
  });
  {
    std::unique_lock<std::mutex> lock(a);
    condition.wait(lock, [&] { return ready; });
    condition.wait_for(lock, std::chrono::milliseconds(1), [] { return false; });
  }
  {
    std::shared_lock<std::shared_mutex> lock(shared);
    any.wait_for(lock, std::chrono::milliseconds(1), [] { return false; });
  }
  other.join();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view scenario = argc == 2 ? argv[1] : "";
  if (scenario == "inversion") Inversion();
  if (scenario == "scoped_locks") ScopedLocks();
  if (scenario == "everything") Everything();
  std::puts("ok");
}

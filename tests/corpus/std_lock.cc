// EXPECT: CLEAN
// WHY: std::lock and std::scoped_lock take any number of locks in any order without waiting for one
// while they hold another.

#include <mutex>
#include <thread>

namespace {

std::mutex a;
std::mutex b;

void Both(std::mutex& first, std::mutex& second) {
  for (int i = 0; i < 100; ++i) {
    std::scoped_lock lock(first, second);
    std::this_thread::yield();
  }
}

}  // namespace

int main() {
  std::thread one(Both, std::ref(a), std::ref(b));
  std::thread other(Both, std::ref(b), std::ref(a));
  one.join();
  other.join();
}

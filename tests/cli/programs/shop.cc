// Takes locks in both orders, in all the ways that compilers name and inline
// differently.  Compiled many times by fingerprint_test.py, each time with
// THREADS_BEFORE threads that do nothing before those that do.

#include <pthread.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

namespace shop {

std::mutex orders;
std::shared_mutex prices;
int count = 0;

class Shelf {
 public:
  Shelf() { pthread_mutex_init(&mutex_, nullptr); }
  ~Shelf() { pthread_mutex_destroy(&mutex_); }
  void Put(int n) {
    pthread_mutex_lock(&mutex_);
    AddOrder(n);
    pthread_mutex_unlock(&mutex_);
  }
  void Recount() {
    const std::lock_guard<std::mutex> lock(orders);
    pthread_mutex_lock(&mutex_);
    ++count;
    pthread_mutex_unlock(&mutex_);
  }

 private:
  static void AddOrder(int n) {
    const std::unique_lock<std::mutex> lock(orders);
    count += n;
  }
  pthread_mutex_t mutex_;
};

template <typename T>
void Reprice(T delta) {
  const std::unique_lock<std::shared_mutex> price(prices);
  const std::lock_guard<std::mutex> lock(orders);
  count += static_cast<int>(delta);
}

void Quote() {
  const std::lock_guard<std::mutex> lock(orders);
  const std::shared_lock<std::shared_mutex> price(prices);
  ++count;
}

struct Till {
  std::mutex drawer;
  std::mutex receipt;
};

void Close(Till& till) {
  const auto inner = [&] {
    const std::scoped_lock<std::mutex> lock(till.receipt);
    ++count;
  };
  const std::scoped_lock<std::mutex> lock(till.drawer);
  inner();
}

void Open(Till& till) {
  const std::scoped_lock<std::mutex> lock(till.receipt);
  std::function<void()> take = [&till] {
    till.drawer.lock();
    ++count;
    till.drawer.unlock();
  };
  take();
}

int& Guarded() {
  static std::mutex guard;
  static std::mutex other;
  static int value = 0;
  if (value == 0) {
    const std::lock_guard<std::mutex> a(guard);
    const std::lock_guard<std::mutex> b(other);
    ++value;
  } else {
    const std::lock_guard<std::mutex> b(other);
    const std::lock_guard<std::mutex> a(guard);
    ++value;
  }
  return value;
}

}  // namespace shop

// Returns when it has run, but does not join: no call orders the thread before what follows.
template <typename F>
void Run(F f) {
  std::atomic<bool> is_done = false;
  std::thread([&] {
    f();
    is_done = true;
  }).detach();
  while (!is_done) std::this_thread::yield();
}

int main(int argc, char**) {
  for (int i = 0; i < THREADS_BEFORE; ++i) Run([] {});
  shop::Shelf shelf;
  shop::Till till;
  Run([&] { shelf.Put(argc); });
  Run([&] { shelf.Recount(); });
  Run([] { shop::Reprice(2.0); });
  Run([] { shop::Quote(); });
  Run([&] { shop::Close(till); });
  Run([&] { shop::Open(till); });
  Run([] { shop::Guarded(); });
  Run([] { shop::Guarded(); });
  return 0;
}

// EXPECT: wait-while-holding
// WHY: Stop() joins the worker under the mutex that each step of the worker takes.

#include <chrono>
#include <mutex>
#include <thread>

namespace {

class Service {
 public:
  void Start() {
    worker_ = std::thread([this] { Step(); });
  }
  void Stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    worker_.join();
  }

 private:
  void Step() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++steps_;
  }

  std::mutex mutex_;
  std::thread worker_;
  int steps_ = 0;
};

}  // namespace

int main() {
  Service service;
  service.Start();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  service.Stop();
}

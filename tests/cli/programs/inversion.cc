// Takes two locks in both orders, one thread after the other: nothing hangs.
// usage: inversion [EXIT_CODE [ARGS...]]; prints its arguments.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace {

std::mutex accounts;
std::mutex audit_log;
int balance = 0;
int entries = 0;

void Transfer() {
  const std::lock_guard<std::mutex> account(accounts);
  ++balance;
  const std::lock_guard<std::mutex> log(audit_log);
  ++entries;
}

void Audit() {
  const std::lock_guard<std::mutex> log(audit_log);
  ++entries;
  const std::lock_guard<std::mutex> account(accounts);
  ++balance;
}

// Returns when it has run, but does not join: no call orders the thread before what follows.
template <typename F>
void RunApart(F f) {
  std::atomic<bool> is_done = false;
  std::thread([&] {
    f();
    is_done = true;
  }).detach();
  while (!is_done) std::this_thread::yield();
}

}  // namespace

int main(int argc, char** argv) {
  RunApart(Transfer);
  RunApart(Audit);
  for (int i = 1; i < argc; ++i) std::printf("[%s]\n", argv[i]);
  return argc > 1 ? std::atoi(argv[1]) : 0;
}

// Takes two locks in both orders, one thread after the other: nothing hangs.
// usage: inversion [EXIT_CODE [ARGS...]]; prints its arguments.

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

}  // namespace

int main(int argc, char** argv) {
  std::thread(Transfer).join();
  std::thread(Audit).join();
  for (int i = 1; i < argc; ++i) std::printf("[%s]\n", argv[i]);
  return argc > 1 ? std::atoi(argv[1]) : 0;
}

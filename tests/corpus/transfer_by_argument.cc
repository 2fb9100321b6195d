// EXPECT: lock-order-inversion
// WHY: a transfer locks the account it takes from and then the one it gives to; two customers who
// pay each other at the same time each hold what the other one wants.

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

namespace {

struct Account {
  std::mutex lock;
  long balance = 100;
};

void Transfer(Account& from, Account& to, long amount) {
  std::lock_guard<std::mutex> hold_from(from.lock);
  std::lock_guard<std::mutex> hold_to(to.lock);
  from.balance -= amount;
  to.balance += amount;
}

}  // namespace

int main() {
  const auto alice = std::make_unique<Account>();
  const auto bob = std::make_unique<Account>();
  std::thread one([&] { Transfer(*alice, *bob, 10); });
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    Transfer(*bob, *alice, 10);
  });
  one.join();
  other.join();
}

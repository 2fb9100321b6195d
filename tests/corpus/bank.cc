// EXPECT: lock-order-inversion
// WHY: a transfer locks the accounts and then the journal; an audit locks the
// journal and then the accounts.  The tellers are quick and the auditor is late,
// so they do not meet in this run, but nothing keeps them from it.

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bank {

struct Entry {
  std::size_t from;
  std::size_t to;
  long amount;
};

std::mutex accounts_lock;
std::vector<long> accounts(10, 1000);  // Guarded by accounts_lock.

std::mutex journal_lock;
std::vector<Entry> journal;  // Guarded by journal_lock.

void WriteJournal(const Entry& entry) {
  std::lock_guard<std::mutex> lock(journal_lock);
  journal.push_back(entry);
}

void Transfer(std::size_t from, std::size_t to, long amount) {
  std::lock_guard<std::mutex> lock(accounts_lock);
  if (accounts[from] < amount) return;
  accounts[from] -= amount;
  accounts[to] += amount;
  WriteJournal({from, to, amount});
}

long TotalOfAccounts() {
  std::lock_guard<std::mutex> lock(accounts_lock);
  long total = 0;
  for (const long balance : accounts) total += balance;
  return total;
}

// The journal stands still while it is compared with the accounts.
bool Audit() {
  std::lock_guard<std::mutex> lock(journal_lock);
  std::vector<long> expected(10, 1000);
  for (const Entry& entry : journal) {
    expected[entry.from] -= entry.amount;
    expected[entry.to] += entry.amount;
  }
  long total = 0;
  for (const long balance : expected) total += balance;
  return total == TotalOfAccounts();
}

void ServeCustomers() {
  for (std::size_t i = 0; i < 100; ++i) Transfer(i % 10, (i * 7 + 3) % 10, 5);
}

}  // namespace bank

int main() {
  bool is_sound = false;
  std::thread teller(bank::ServeCustomers);
  std::thread auditor([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    is_sound = bank::Audit();
  });
  teller.join();
  auditor.join();
  std::printf("the books are %s\n", is_sound ? "sound" : "wrong");
  return is_sound ? 0 : 1;
}

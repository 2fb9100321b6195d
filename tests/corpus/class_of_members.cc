// EXPECT: lock-order-inversion
// WHY: transfer() takes the mutex of an account before that of its journal, audit() that of a
// journal before that of its account; that they do so with other accounts here is chance.

#include <memory>
#include <mutex>
#include <vector>

#include "apart.h"

struct Journal {
  std::vector<int> lines;
  std::mutex mutex;
};

struct Account {
  std::unique_ptr<Journal> journal{new Journal};
  std::mutex mutex;
};

static std::vector<std::unique_ptr<Account>> accounts;

static void transfer() {
  const std::lock_guard<std::mutex> outer(accounts[0]->mutex);
  const std::lock_guard<std::mutex> inner(accounts[0]->journal->mutex);
}

static void audit() {
  const std::lock_guard<std::mutex> outer(accounts[1]->journal->mutex);
  const std::lock_guard<std::mutex> inner(accounts[1]->mutex);
}

int main() {
  for (int i = 0; i < 2; ++i) accounts.emplace_back(new Account);
  run_apart(transfer, audit);
}

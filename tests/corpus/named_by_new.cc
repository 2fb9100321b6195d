// EXPECT: lock-order-inversion
// SAYS: "mutex in object allocated in main() at named_by_new.cc:31 +16"
// SAYS: "mutex in object allocated in main() at named_by_new.cc:32 +48"
// WHY: the std::mutexes are members at 16 and at 48 bytes of objects that new made, and two threads
// take them in both orders.

#include <mutex>

#include "apart.h"

struct Account {
  long number[2];
  std::mutex mutex;
  long balance;
};

struct Journal {
  long lines[6];
  std::mutex mutex;
};

static Account* account;
static Journal* journal;

static void take(std::mutex& first, std::mutex& second) {
  const std::lock_guard<std::mutex> outer(first);
  const std::lock_guard<std::mutex> inner(second);
}

int main() {
  account = new Account();
  journal = new Journal();
  run_apart([] { take(account->mutex, journal->mutex); },
            [] { take(journal->mutex, account->mutex); });
  delete account;
  delete journal;
}

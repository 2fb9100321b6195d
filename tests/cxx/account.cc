// What Clang's thread-safety analysis is given to judge.  Without a macro it is
// right; each macro adds a mistake that must be an error.

#include "lockdep/cxx.h"

class Account {
 public:
  void Deposit(int amount) LOCKDEP_EXCLUDES(mutex_) {
    lockdep::MutexLock lock(mutex_);
    Add(amount);
  }
  void DepositByHand(int amount) {
    mutex_.lock();
    Add(amount);
    mutex_.unlock();
  }
  void DepositIfFree(int amount) {
    if (!mutex_.try_lock()) return;
    Add(amount);
    mutex_.unlock();
  }
  void DepositAsOwner(int amount) {
    mutex_.AssertHeld();
    Add(amount);
  }
  int Rate() const {
    lockdep::ReaderLock lock(rates_);
    return rate_;
  }
  void SetRate(int rate) {
    lockdep::MutexLock lock(rates_);
    rate_ = rate;
  }

#ifdef UNGUARDED_READ
  int Balance() const { return balance_; }
#endif
#ifdef REQUIRED_LOCK_MISSING
  void AddWithoutLock(int amount) { Add(amount); }
#endif
#ifdef LOCK_NOT_RELEASED
  void Freeze() { mutex_.lock(); }
#endif
#ifdef WRITE_UNDER_READER_LOCK
  void Reset() {
    lockdep::ReaderLock lock(rates_);
    rate_ = 0;
  }
#endif

 private:
  void Add(int amount) LOCKDEP_REQUIRES(mutex_) { balance_ += amount; }

  mutable lockdep::Mutex mutex_{"account"};
  mutable lockdep::SharedMutex rates_{"rates"};
  int balance_ LOCKDEP_GUARDED_BY(mutex_) = 0;
  int rate_ LOCKDEP_GUARDED_BY(rates_) = 0;
};

int main() {
  Account account;
  account.Deposit(1);
  account.DepositByHand(1);
  account.DepositIfFree(1);
  account.SetRate(account.Rate());
}

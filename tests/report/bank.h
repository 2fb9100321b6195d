// A small program, told to a validator directly, that makes every mistake with
// locks: what the tests of reports report on.

#ifndef LOCKDEP_TESTS_REPORT_BANK_H_
#define LOCKDEP_TESTS_REPORT_BANK_H_

#include "lockdep/validator.h"

namespace bank {

using lockdep::LockKind;
using lockdep::LockMap;
using lockdep::ReadMode;
using lockdep::ThreadContext;
using lockdep::Validator;

// The process: its locks, and the thread that runs at the moment.
struct Bank {
  Validator& validator;
  ThreadContext* thread = nullptr;
  LockMap accounts{{1}, "accounts", LockKind::kMutex};
  LockMap audit{{2}, "audit", LockKind::kMutex};
  LockMap archive{{3}, "archive", LockKind::kMutex};
  LockMap rates{{4}, "rates", LockKind::kRwLock};
  LockMap vault{{5}, "vault", LockKind::kSemaphore};
  LockMap other_account{{1}, "accounts", LockKind::kMutex};
};

// What a program's own wrappers are like: never the place that anybody means.
void Lock(Bank& bank, const LockMap& lock, ReadMode mode = ReadMode::kWrite);
void Unlock(Bank& bank, const LockMap& lock);

// Each takes two locks and lets them go again.
void Transfer(Bank& bank);            // accounts, audit
void Audit(Bank& bank);               // audit, accounts
void TransferWithHelper(Bank& bank);  // accounts, then audit in another function
void Archive(Bank& bank);             // audit, archive
void Restore(Bank& bank);             // archive, accounts
void ReadRates(Bank& bank);           // rates for reading, accounts
void SetRates(Bank& bank);            // accounts, rates for writing

// The same with a semaphore: one waits for it under a lock, the other posts it after
// it got that lock.
void WaitForVault(Bank& bank);  // accounts, vault
void OpenVault(Bank& bank);     // vault, accounts

// Each makes a mistake of one step.
void DepositTwice(Bank& bank);     // accounts, accounts
void Move(Bank& bank);             // accounts, other_account
void QuoteTwice(Bank& bank);       // rates for reading, twice
void Raise(Bank& bank);            // rates for reading, then for writing
void TakeNested(Bank& bank);       // accounts nested under archive, which is not held
void ReleaseUnheld(Bank& bank);    // accounts
void CloseBank(Bank& bank);        // destroys accounts while it is held
void ForgetToRelease(Bank& bank);  // keeps accounts
void WriteBalance(Bank& bank);     // breaks a rule of the host, holding rates for reading
void StartAudit(Bank& bank);       // breaks a rule about the state of locks, holding nothing
void PinAndRelease(Bank& bank);    // accounts, pinned
void LeaveHolding(Bank& bank);     // goes to user space with accounts

// Contexts: bit 0 is "SIGUSR1".  Each takes what it names and lets it go.
inline constexpr const char* kContextNames[] = {"SIGUSR1"};
void Deposit(Bank& bank);       // accounts, interruptible by SIGUSR1
void CountMoney(Bank& bank);    // audit, interruptible by SIGUSR1
void AuditMasked(Bank& bank);   // audit then accounts, with SIGUSR1 masked
void HandleSignal(Bank& bank);  // accounts, in SIGUSR1
void HandleAudit(Bank& bank);   // audit, in SIGUSR1

// Wait types: rates spins, accounts sleeps.
void QuoteAndDeposit(Bank& bank);  // rates, accounts
void QuoteAndSleep(Bank& bank);    // rates, and waits for something else

}  // namespace bank

#endif  // LOCKDEP_TESTS_REPORT_BANK_H_

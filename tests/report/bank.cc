#include "tests/report/bank.h"

#include "lockdep/native_stack.h"

namespace bank {
namespace {

using lockdep::ViolationKind;

// The calls must leave frames: nothing is inlined, and no call is the last
// thing that a function does (see the compile options).
__attribute__((noinline)) void TakeAudit(Bank& bank) { Lock(bank, bank.audit); }

__attribute__((noinline)) void TakeNestedUnder(Bank& bank, const LockMap& nest) {
  bank.validator.Acquire(*bank.thread,
                         {.lock = &bank.accounts, .nest_lock = &nest, .site = LOCKDEP_CALL_SITE()});
}

__attribute__((noinline)) void Destroy(Bank& bank) {
  bank.validator.DestroyLock(*bank.thread, bank.accounts, LOCKDEP_CALL_SITE());
}

__attribute__((noinline)) void BreakRule(Bank& bank, ViolationKind kind, const char* subject,
                                         const char* rule) {
  bank.validator.ReportRule(*bank.thread, kind, &bank.accounts, subject, rule, LOCKDEP_CALL_SITE());
}

// For as long as it lives, the thread runs so.
class RunsIn {
 public:
  RunsIn(Bank& bank, const lockdep::ContextState& state)
      : bank_(bank), before_(bank.thread->contexts) {
    bank.validator.SetContexts(*bank.thread, state, LOCKDEP_CALL_SITE());
  }
  ~RunsIn() { bank_.validator.SetContexts(*bank_.thread, before_, LOCKDEP_CALL_SITE()); }
  RunsIn(const RunsIn&) = delete;
  RunsIn& operator=(const RunsIn&) = delete;

 private:
  Bank& bank_;
  const lockdep::ContextState before_;
};

constexpr lockdep::ContextState kInterruptible{.enabled = 1};
constexpr lockdep::ContextState kInSignal{.in = 1};

__attribute__((noinline)) void Wait(Bank& bank) {
  bank.validator.CheckWait(*bank.thread, lockdep::WaitType::kSleep, LOCKDEP_CALL_SITE());
}

void SetWaitTypes(Bank& bank) {
  bank.rates.wait_inner = lockdep::WaitType::kSpin;
  bank.accounts.wait_inner = lockdep::WaitType::kSleep;
}

}  // namespace

__attribute__((noinline)) void Lock(Bank& bank, const LockMap& lock, ReadMode mode) {
  bank.validator.Acquire(*bank.thread, {.lock = &lock, .mode = mode, .site = LOCKDEP_CALL_SITE()});
}

__attribute__((noinline)) void Unlock(Bank& bank, const LockMap& lock) {
  bank.validator.Release(*bank.thread, lock, LOCKDEP_CALL_SITE());
}

void Transfer(Bank& bank) {
  Lock(bank, bank.accounts);
  Lock(bank, bank.audit);
  Unlock(bank, bank.audit);
  Unlock(bank, bank.accounts);
}

void Audit(Bank& bank) {
  Lock(bank, bank.audit);
  Lock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
  Unlock(bank, bank.audit);
}

void TransferWithHelper(Bank& bank) {
  Lock(bank, bank.accounts);
  TakeAudit(bank);
  Unlock(bank, bank.audit);
  Unlock(bank, bank.accounts);
}

void Archive(Bank& bank) {
  Lock(bank, bank.audit);
  Lock(bank, bank.archive);
  Unlock(bank, bank.archive);
  Unlock(bank, bank.audit);
}

void Restore(Bank& bank) {
  Lock(bank, bank.archive);
  Lock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
  Unlock(bank, bank.archive);
}

void ReadRates(Bank& bank) {
  Lock(bank, bank.rates, ReadMode::kRead);
  Lock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
  Unlock(bank, bank.rates);
}

void SetRates(Bank& bank) {
  Lock(bank, bank.accounts);
  Lock(bank, bank.rates);
  Unlock(bank, bank.rates);
  Unlock(bank, bank.accounts);
}

void WaitForVault(Bank& bank) {
  Lock(bank, bank.accounts);
  Lock(bank, bank.vault);
  Unlock(bank, bank.vault);
  Unlock(bank, bank.accounts);
}

void OpenVault(Bank& bank) {
  Lock(bank, bank.vault);
  Lock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
  Unlock(bank, bank.vault);
}

void DepositTwice(Bank& bank) {
  Lock(bank, bank.accounts);
  Lock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
}

void Move(Bank& bank) {
  Lock(bank, bank.accounts);
  Lock(bank, bank.other_account);
  Unlock(bank, bank.other_account);
  Unlock(bank, bank.accounts);
}

void QuoteTwice(Bank& bank) {
  Lock(bank, bank.rates, ReadMode::kRead);
  Lock(bank, bank.rates, ReadMode::kRead);
  Unlock(bank, bank.rates);
  Unlock(bank, bank.rates);
}

void Raise(Bank& bank) {
  Lock(bank, bank.rates, ReadMode::kRead);
  Lock(bank, bank.rates);
  Unlock(bank, bank.rates);
  Unlock(bank, bank.rates);
}

void TakeNested(Bank& bank) {
  TakeNestedUnder(bank, bank.archive);
  Unlock(bank, bank.accounts);
}

void ReleaseUnheld(Bank& bank) { Unlock(bank, bank.accounts); }

void CloseBank(Bank& bank) {
  Lock(bank, bank.accounts);
  Destroy(bank);
}

void ForgetToRelease(Bank& bank) { Lock(bank, bank.accounts); }

void WriteBalance(Bank& bank) {
  Lock(bank, bank.rates, ReadMode::kRead);
  BreakRule(bank, ViolationKind::kUnprotectedAccess, "account->balance",
            "a write needs accounts:write (bank.h, struct Bank)");
  Unlock(bank, bank.rates);
}

void StartAudit(Bank& bank) {
  BreakRule(bank, ViolationKind::kInvalidLockState, "start_audit",
            "B-1: accounts must be held (bank.h, Audit)");
}

void PinAndRelease(Bank& bank) {
  Lock(bank, bank.accounts);
  bank.validator.Pin(*bank.thread, bank.accounts, LOCKDEP_CALL_SITE());
  Unlock(bank, bank.accounts);
}

void LeaveHolding(Bank& bank) {
  Lock(bank, bank.accounts);
  bank.validator.ReportHeld(*bank.thread, ViolationKind::kHeldAtExit, "user space");
}

void Deposit(Bank& bank) {
  const RunsIn interruptible(bank, kInterruptible);
  Lock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
}

void CountMoney(Bank& bank) {
  const RunsIn interruptible(bank, kInterruptible);
  Lock(bank, bank.audit);
  Unlock(bank, bank.audit);
}

void AuditMasked(Bank& bank) { Audit(bank); }

void HandleSignal(Bank& bank) {
  const RunsIn in_signal(bank, kInSignal);
  Lock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
}

void HandleAudit(Bank& bank) {
  const RunsIn in_signal(bank, kInSignal);
  Lock(bank, bank.audit);
  Unlock(bank, bank.audit);
}

void QuoteAndDeposit(Bank& bank) {
  SetWaitTypes(bank);
  Lock(bank, bank.rates);
  Lock(bank, bank.accounts);
  Unlock(bank, bank.accounts);
  Unlock(bank, bank.rates);
}

void QuoteAndSleep(Bank& bank) {
  SetWaitTypes(bank);
  Lock(bank, bank.rates);
  Wait(bank);
  Unlock(bank, bank.rates);
}

}  // namespace bank

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

}  // namespace bank

// What a thread does with locks that it holds.
//
// Source: linux v6.12 kernel/locking/lockdep.c, __lock_downgrade(),
// __lock_set_class(), reacquire_held_locks(), __lock_pin_lock() and following.

#include "lockdep/internal/blocked_signals.h"
#include "lockdep/internal/held_chain.h"
#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {

void Validator::CancelAcquire(ThreadContext& thread, const LockMap& lock) {
  if (!Enabled(thread)) return;
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  internal::HeldChain chain(thread, contexts_);
  const uint32_t index = chain.Find(lock);
  if (index != thread.held.depth()) chain.Remove(index);
}

void Validator::TurnOff(ThreadContext& thread) {
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  ++thread.off;
  thread.context = thread.context.Off();
  internal::HeldChain(thread, contexts_).Repair(thread.held.depth());
}

void Validator::TurnOn(ThreadContext& thread) {
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  if (thread.off == 0 || --thread.off != 0) return;
  thread.context = thread.context.On();
  internal::HeldChain(thread, contexts_).Repair(thread.held.depth());
}

bool Validator::IsHeld(const ThreadContext& thread, const LockMap& lock, HeldMode mode) const {
  for (const HeldLock& held : thread.held) {
    if (held.lock != &lock) continue;
    if (mode == HeldMode::kAny) return true;
    if (held.use.reads() == (mode == HeldMode::kRead)) return true;
  }
  return false;
}

void Validator::ReportUninitialised(Scene& scene, const LockMap& lock) {
  Violation violation{.kind = ViolationKind::kInvalidLockState, .level = Level::kConfirmed};
  violation.lock.address = lock.address;
  violation.subject = lock.name == nullptr ? "a lock without a key" : lock.name;
  violation.rule = "a lock is initialised before it is used";
  if (IsNews(violation.kind, reinterpret_cast<uintptr_t>(&lock), CallSite{})) {
    Emit(scene, violation);
  }
}

// About a lock that is held (`held`), or not (null).
void Validator::ReportLock(ThreadContext& thread, const LockMap& lock, const HeldLock* held,
                           ViolationKind kind, const char* rule, const CallSite& site) {
  Scene scene(config_, thread, site);
  internal::RawLockHolder holder(graph_lock_);
  if (stopped()) return;
  Violation violation{.kind = kind, .level = Level::kConfirmed};
  violation.rule = rule;
  if (held == nullptr && lock.key == ClassKey{}) return ReportUninitialised(scene, lock);
  if (held != nullptr) {
    violation.lock = Describe(scene, *held);
  } else if (const LockClass* lock_class = RegisterClass(lock, 0)) {
    violation.lock = {lock_class->id, ReadMode::kWrite, lock.address, StackId::kNone};
  }
  if (IsNews(kind, static_cast<uint64_t>(violation.lock.class_id), site)) Emit(scene, violation);
}

HeldLock* Validator::HeldOrReport(ThreadContext& thread, const LockMap& lock, ViolationKind kind,
                                  const char* rule, const CallSite& site) {
  const uint32_t index = internal::HeldChain(thread, contexts_).Find(lock);
  if (index != thread.held.depth()) return &thread.held[index];
  ReportLock(thread, lock, nullptr, kind, rule, site);
  return nullptr;
}

void Validator::DestroyLock(ThreadContext& thread, const LockMap& lock, const CallSite& site) {
  if (!Enabled(thread)) return;
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  bool told = false;
  // Whoever took it, the interrupted code too.
  for (uint32_t i = thread.held.depth(); i-- > 0;) {
    if (thread.held[i].lock != &lock) continue;
    if (!told) {
      ReportLock(thread, lock, &thread.held[i], ViolationKind::kHeldLockDestroyed, nullptr, site);
    }
    told = true;
    internal::HeldChain(thread, contexts_).Remove(i);
  }
}

void Validator::ReportHeld(ThreadContext& thread, ViolationKind kind, const char* subject) {
  if (!Enabled(thread) || thread.held.depth() == 0) return;
  Scene scene(config_, thread, CallSite{});
  internal::RawLockHolder holder(graph_lock_);
  if (stopped()) return;
  for (const HeldLock& held : thread.held) {
    Violation violation{.kind = kind, .level = Level::kConfirmed};
    violation.lock = Describe(scene, held);
    violation.subject = subject;
    if (IsNews(kind, static_cast<uint64_t>(held.use.class_id()), held.site()))
      Emit(scene, violation);
  }
}

void Validator::Downgrade(ThreadContext& thread, const LockMap& lock, ReadMode mode,
                          const CallSite& site) {
  if (!Enabled(thread)) return;
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  HeldLock* held = HeldOrReport(thread, lock, ViolationKind::kInvalidLockState,
                                "only a held lock is downgraded", site);
  if (held == nullptr) return;
  if (held->use.reads()) {
    return ReportLock(thread, lock, held, ViolationKind::kInvalidLockState,
                      "only a write lock is downgraded", site);
  }
  // Nothing is proved anew: what a reader forbids, the writer did.
  held->use = held->use.WithMode(mode);
  held->SetSite(site);
  internal::HeldChain(thread, contexts_).Repair(static_cast<uint32_t>(held - thread.held.begin()));
}

void Validator::ChangeClass(ThreadContext& thread, const LockMap& lock, uint8_t subclass,
                            const CallSite& site) {
  if (!Enabled(thread)) return;
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  HeldLock* held = HeldOrReport(thread, lock, ViolationKind::kInvalidLockState,
                                "only a held lock changes its class", site);
  if (held == nullptr) return;
  {
    internal::RawLockHolder holder(graph_lock_);
    const LockClass* lock_class = stopped() ? nullptr : RegisterClass(lock, subclass);
    if (lock_class == nullptr) return;
    held->use = held->use.WithClass(lock_class->id);
  }
  Reacquire(thread, *held, site);
  // It is held where more may interrupt now than when it was taken.
  if (thread.contexts.enabled != 0) MarkHeld(thread, site);
}

// Takes the stack apart down to an entry, and puts it together again as if each
// lock had been taken just so.
void Validator::Reacquire(ThreadContext& thread, const HeldLock& first, const CallSite& site) {
  Scene scene(config_, thread, site);
  internal::RawLockHolder holder(graph_lock_);
  internal::HeldChain chain(thread, contexts_);
  const uint32_t depth = thread.held.depth();
  const auto index = static_cast<uint32_t>(&first - thread.held.begin());
  chain.Truncate(index);
  for (uint32_t i = index; i < depth; ++i) {
    const HeldLock held = thread.held[i];
    const Acquisition acquisition{.lock = held.lock,
                                  .mode = held.use.mode(),
                                  .trylock = held.use.tried() ? TryLock::kYes : TryLock::kNo,
                                  .check = held.use.checked() ? Check::kFull : Check::kNone,
                                  .subclass = 0,
                                  .nest_lock = held.nest_lock,
                                  .host_orders_class = held.use.host_ordered(),
                                  .site = held.site()};
    scene.acquisition = &acquisition;
    scene.lock_class = &classes_.Get(held.use.class_id());
    scene.use = internal::UseOf(held.use.class_id(), acquisition).In(held.use.context());
    // First, since it may find that the lock is serialised.
    const ChainKey proved = stopped() ? thread.chain_key : Prove(scene);
    internal::Push(thread, acquisition, scene.use, proved);
    --thread.acquisitions;  // No new one.
  }
  chain.Repair(index);
}

HeldLock* Validator::HeldForPin(ThreadContext& thread, const LockMap& lock, const CallSite& site) {
  return Enabled(thread) ? HeldOrReport(thread, lock, ViolationKind::kPinViolated,
                                        "only a held lock is pinned or unpinned", site)
                         : nullptr;
}

PinCookie Validator::Pin(ThreadContext& thread, const LockMap& lock, const CallSite& site) {
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  HeldLock* held = HeldForPin(thread, lock, site);
  if (held == nullptr) return {};
  // Any number but 0 will do; one that is hard to guess shows cookies that were mixed up.
  const PinCookie cookie{1 + static_cast<uint32_t>(thread.chain_key >> 8 & 0xffff)};
  thread.held.SetPins(*held, held->pins + cookie.value);
  return cookie;
}

void Validator::Repin(ThreadContext& thread, const LockMap& lock, PinCookie cookie,
                      const CallSite& site) {
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  if (HeldLock* held = HeldForPin(thread, lock, site)) {
    thread.held.SetPins(*held, held->pins + cookie.value);
  }
}

void Validator::Unpin(ThreadContext& thread, const LockMap& lock, PinCookie cookie,
                      const CallSite& site) {
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  HeldLock* held = HeldForPin(thread, lock, site);
  if (held == nullptr) return;
  if (held->pins == 0 || held->pins < cookie.value) {
    ReportLock(thread, lock, held, ViolationKind::kPinViolated,
               held->pins == 0 ? "only a pinned lock is unpinned"
                               : "a lock is unpinned with the cookie that pinned it",
               site);
    return thread.held.SetPins(*held, 0);
  }
  thread.held.SetPins(*held, held->pins - cookie.value);
}

}  // namespace lockdep

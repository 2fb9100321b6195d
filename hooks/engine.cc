#include "hooks/engine.h"

#include "hooks/thread_context.h"

namespace lockdep::hooks {

using record::EventOp;

// One call of the engine while there is a log: nobody else is in it.
class Engine::LoggedCall {
 public:
  explicit LoggedCall(Engine& engine) : engine_(engine) {
    if (engine_.logs_events_) engine_.recording_->LockEvents();
  }
  LoggedCall(Engine& engine, EventOp op, const ThreadContext& thread, const LockMap* lock = nullptr,
             const Acquisition& how = {})
      : LoggedCall(engine) {
    if (engine_.logs_events_) engine_.Write(op, thread, lock, how);
  }
  ~LoggedCall() {
    if (!engine_.logs_events_) return;
    engine_.wants_stack_ = false;
    engine_.recording_->UnlockEvents();
  }
  LoggedCall(const LoggedCall&) = delete;
  LoggedCall& operator=(const LoggedCall&) = delete;

 private:
  Engine& engine_;
};

void Engine::Start(Validator* validator, Recording* recording, bool logs_events) {
  validator_ = validator;
  recording_ = recording;
  logs_events_ = logs_events && recording->StartEvents();
  if (logs_events_) gate_mark |= kLoggedGate;
}

// The engine keeps a copy of the name from the first event on.
const char* Engine::NameOf(const LockMap& lock) const {
  if (lock.name == nullptr) return nullptr;
  const LockClass* lock_class = validator_->classes().Find(lock.key, 0);
  return lock_class != nullptr ? lock_class->name : lock.name;
}

void Engine::Write(EventOp op, const ThreadContext& thread, const LockMap* lock,
                   const Acquisition& how) {
  record::Event event;
  event.step.op = op;
  event.step.mode = how.mode;
  event.step.is_tried = how.trylock == TryLock::kYes;
  event.step.host_orders_class = how.host_orders_class;
  event.step.thread = thread.id;
  event.step.lock = reinterpret_cast<uintptr_t>(lock);
  for (int i = 0; i < CallSite::kMaxFrames && how.site.pcs[i] != 0; ++i) {
    event.step.pcs[i] = how.site.pcs[i];
  }
  event.frame = how.site.frame;
  recording_->AddEvent(event, lock, lock == nullptr ? nullptr : NameOf(*lock));
  wants_stack_ = true;
}

size_t Engine::Capture(std::span<StackFrame> frames) {
  const size_t count = stacks_.Capture(frames);
  if (!logs_events_) return count;
  if (wants_stack_) recording_->AddEventStack(frames.first(count));
  wants_stack_ = false;
  return count;
}

void Engine::AcquireLogged(ThreadContext& thread, const Acquisition& acquisition) {
  const LoggedCall call(*this, EventOp::kAcquire, thread, acquisition.lock, acquisition);
  validator_->Acquire(thread, acquisition);
}

void Engine::ReleaseLogged(ThreadContext& thread, const LockMap& lock, const CallSite& site) {
  const LoggedCall call(*this, EventOp::kRelease, thread, &lock, {.site = site});
  validator_->Release(thread, lock, site);
}

ThreadContext* Engine::CreateThread(const char* name) {
  const LoggedCall call(*this);
  ThreadContext* thread = validator_->CreateThread(name);
  if (logs_events_ && thread != nullptr) Write(EventOp::kThreadBegins, *thread, nullptr, {});
  return thread;
}

void Engine::DestroyThread(ThreadContext* thread) {
  const LoggedCall call(*this, EventOp::kThreadEnds, *thread);
  validator_->DestroyThread(thread);
}

void Engine::CancelAcquire(ThreadContext& thread, const LockMap& lock) {
  const LoggedCall call(*this, EventOp::kCancelAcquire, thread, &lock);
  validator_->CancelAcquire(thread, lock);
}

void Engine::DestroyLock(ThreadContext& thread, const LockMap& lock, const CallSite& site) {
  const LoggedCall call(*this, EventOp::kDestroyLock, thread, &lock, {.site = site});
  validator_->DestroyLock(thread, lock, site);
}

void Engine::Sync(ThreadContext& thread, const Acquisition& acquisition) {
  const LoggedCall call(*this, EventOp::kSync, thread, acquisition.lock, acquisition);
  validator_->Sync(thread, acquisition);
}

void Engine::Wake(ThreadContext& thread, const Acquisition& acquisition) {
  const LoggedCall call(*this, EventOp::kWake, thread, acquisition.lock, acquisition);
  validator_->Wake(thread, acquisition);
}

// Its lock may be gone; a map that says the same stands for it.
void Engine::WriteTaken(const ThreadContext& thread, const PastAcquisition& taken) {
  const LockClass& lock_class = validator_->classes().Get(taken.class_id);
  LockMap map(lock_class.key, lock_class.name, lock_class.kind);
  map.address = taken.address;
  map.origin = lock_class.origin;
  map.origin_kind = lock_class.origin_kind;
  CallSite site = taken.site;
  site.frame = static_cast<uintptr_t>(taken.thread);
  Write(EventOp::kTookBefore, thread, &map, {.mode = taken.mode, .site = site});
  wants_stack_ = false;
}

void Engine::WakeAfter(ThreadContext& thread, const Acquisition& acquisition,
                       const PastAcquisition& taken) {
  const LoggedCall call(*this);
  if (logs_events_) {
    WriteTaken(thread, taken);
    Write(EventOp::kWakeAfter, thread, acquisition.lock, acquisition);
  }
  validator_->WakeAfter(thread, acquisition, taken);
}

// The sets stand in the place of callers.
void Engine::SetContexts(ThreadContext& thread, const ContextState& state, const CallSite& site) {
  if (thread.contexts == state) return;
  const CallSite noted = {.pcs = {site.pcs[0], 0, 0, 0, 0}, .frame = site.frame};
  const LoggedCall call(*this);
  if (logs_events_) WriteContexts(thread, state, noted);
  validator_->SetContexts(thread, state, noted);
}

void Engine::WriteContexts(const ThreadContext& thread, const ContextState& state,
                           const CallSite& site) {
  record::Event event;
  event.step.op = EventOp::kSetContexts;
  event.step.thread = thread.id;
  event.step.pcs[0] = site.pcs[0];
  event.step.pcs[1] = state.in;
  event.step.pcs[2] = state.enabled;
  event.frame = site.frame;
  recording_->AddEvent(event, nullptr, nullptr);
  wants_stack_ = true;
}

void Engine::ReportHeld(ThreadContext& thread) {
  const LoggedCall call(*this, EventOp::kReportHeld, thread);
  validator_->ReportHeld(thread, ViolationKind::kHeldAtExit);
}

void Engine::ResetHeld(ThreadContext& thread) {
  const LoggedCall call(*this, EventOp::kResetHeld, thread);
  validator_->ResetHeld(thread);
}

Validator::StepStacks Engine::KeepStacks(ThreadContext& thread, const HeldLock& held,
                                         const CallSite& site) {
  const LoggedCall call(*this);
  return validator_->KeepStacks(thread, held, site);
}

// At once: a process whose threads wait for each other may be killed next.
void Engine::WriteHostFinding(const ThreadContext& thread, uint64_t findings_before) {
  const uint64_t findings = recording_->findings();
  if (!logs_events_ || findings == findings_before) return;
  // Others may have told again what is worth more now.
  for (uint64_t number = findings_before + 1; number <= findings; ++number) {
    Write(EventOp::kHostFinding, thread, nullptr, {.site = {.frame = number}});
  }
  recording_->FlushEvents();
}

void Engine::Report(ThreadContext& thread, Violation& violation, const CallSite& site) {
  const LoggedCall call(*this);
  const uint64_t before = recording_->findings();
  validator_->Report(thread, violation, site);
  WriteHostFinding(thread, before);
}

void Engine::ReportDeadlock(ThreadContext& thread, std::span<const DeadlockedThread> parties,
                            const char* story, const CallSite& site) {
  const LoggedCall call(*this);
  const uint64_t before = recording_->findings();
  validator_->ReportDeadlock(thread, parties, story, site);
  WriteHostFinding(thread, before);
}

void Engine::NoteEndsFreely(ThreadContext& thread, const LockMap& lock) {
  const LoggedCall call(*this, EventOp::kEndsFreely, thread, &lock);
}

void Engine::ResumeAfterFork(ThreadContext* survivor) {
  const LoggedCall call(*this);
  validator_->ReplaceObserver(recording_);
  if (!logs_events_ || survivor == nullptr) return;
  Write(EventOp::kThreadBegins, *survivor, nullptr, {});
  for (const HeldLock& held : survivor->held) {
    Write(EventOp::kHeldAtFork, *survivor, held.lock,
          {.mode = held.use.mode(),
           .trylock = held.use.tried() ? TryLock::kYes : TryLock::kNo,
           .host_orders_class = held.use.host_ordered(),
           .site = held.site()});
  }
}

void Engine::Lock() {
  if (logs_events_) recording_->LockEvents();
  validator_->LockGraph();
}

void Engine::Unlock() {
  validator_->UnlockGraph();
  if (logs_events_) recording_->UnlockEvents();
}

void Engine::UnlockInChild(ThreadContext* survivor) {
  validator_->AfterForkInChild(survivor);
  if (!logs_events_) return;
  logs_events_ = recording_->StartEvents();
  recording_->UnlockEvents();
}

}  // namespace lockdep::hooks

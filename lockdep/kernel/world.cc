#include "lockdep/kernel/world.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lockdep/kernel/recording.h"
#include "lockdep/kernel/timing.h"
#include "lockdep/native_stack_fork.h"

namespace lockdep::kernel {

constinit World the_world;
constinit thread_local Thread the_thread = {};

namespace {

constinit pthread_key_t end_key = 0;
constinit bool has_end_key = false;
constinit NativeStack stacks;

// Runs in each round of destructors that the thread still has, and acts as late as
// it can: other destructors take locks.  Not in the last round, in which
// ThreadSanitizer gives up what instrumented code needs.
constexpr int kActingRound = PTHREAD_DESTRUCTOR_ITERATIONS - 1;
constinit thread_local int destructor_rounds = 0;

void OnThreadEnd(void* /*value*/) {
  if (++destructor_rounds < kActingRound) {
    pthread_setspecific(end_key, &the_thread);
    return;
  }
  if (ThreadContext* context = the_world.CurrentIfAny(); context != nullptr) {
    the_world.validator().ReportHeld(*context, ViolationKind::kHeldAtExit);
    the_world.validator().DestroyThread(context);
  }
  EndTiming();
  the_thread = {.context = nullptr, .telling = nullptr, .interrupts = {}, .has_ended = true};
}

void NameThread(char (&name)[17]) {
  if (syscall(SYS_gettid) == getpid()) {
    memcpy(name, "main", sizeof "main");
    return;
  }
  prctl(PR_GET_NAME, name);
  name[16] = '\0';
}

// Before there are threads: a fork may come while one of them makes the first event.
[[gnu::constructor]] void WatchForks() {
  pthread_atfork([] { the_world.BeforeFork(); }, [] { the_world.AfterForkInParent(); },
                 [] { the_world.AfterForkInChild(); });
}

}  // namespace

void World::Start() {
  if (started()) return;
  internal::RawLockHolder lock(start_lock_);
  if (started()) return;
  const int saved_errno = errno;
  validator_.Make(ValidatorConfig{
      .observer = &announcers_[active_], .stacks = &stacks, .context_names = kContextNames});
  for (Announcer& announcer : announcers_) announcer.SetClasses(&validator().classes());
  has_end_key = pthread_key_create(&end_key, OnThreadEnd) == 0;
  started_.store(true, std::memory_order_release);
  RecordAsAsked();
  TimeAsAsked();
  errno = saved_errno;
}

// Handlers that the program registered before run inside of ours: what they take, and
// release again, they must not wait for the graph lock to tell.
void World::BeforeFork() {
  start_lock_.Lock();
  if (!started()) return;
  if (ThreadContext* thread = Current()) validator().TurnOff(*thread);
  for (internal::RawLock* lock : {&recording_lock, &listen_lock_, &ready_lock, &orders_lock}) {
    lock->Lock();
  }
  if (!IsTelling()) validator().LockGraph();
}

void World::UnlockAfterFork() {
  for (internal::RawLock* lock : {&orders_lock, &ready_lock, &listen_lock_, &recording_lock}) {
    lock->Unlock();
  }
  if (ThreadContext* thread = CurrentIfAny()) validator().TurnOn(*thread);
  start_lock_.Unlock();
}

void World::AfterForkInParent() {
  if (!started()) return start_lock_.Unlock();
  if (!IsTelling()) validator().UnlockGraph();
  UnlockAfterFork();
}

void World::AfterForkInChild() {
  if (!started()) return start_lock_.Unlock();
  ResetNativeStackInChild();
  validator().AfterForkInChild(IsTelling() ? the_thread.telling : CurrentIfAny());
  UnlockAfterFork();
  ForgetTimes();
  ForgetRecording();
  // For the event that made the finding, which goes on in the child too.
  if (IsTelling()) validator().LockGraph();
}

void World::BeforeExit() {
  if (!IsTelling()) return;
  the_thread.telling = nullptr;
  the_thread.has_ended = true;
  validator().UnlockGraph();
}

void World::ListenWith(Observer* observer) {
  internal::RawLockHolder lock(listen_lock_);
  active_ ^= 1;
  announcers_[active_].SetNext(observer);
  validator().ReplaceObserver(&announcers_[active_]);
}

ThreadContext* World::Attach() {
  if (the_thread.has_ended || IsTelling()) return nullptr;
  Start();
  const int saved_errno = errno;
  char name[17] = {};
  NameThread(name);
  the_thread.context = validator().CreateThread(name);
  if (the_thread.context != nullptr) {
    validator().SetContexts(*the_thread.context, the_thread.interrupts.ToContextState(), {});
  }
  if (has_end_key) pthread_setspecific(end_key, &the_thread);
  errno = saved_errno;
  return the_thread.context;
}

}  // namespace lockdep::kernel

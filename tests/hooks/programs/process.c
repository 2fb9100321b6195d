// Fork, exec, signals, threads and the end of a process.

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void lock_and_unlock(pthread_mutex_t* first, pthread_mutex_t* second) {
  RETURNS(0, pthread_mutex_lock(first));
  RETURNS(0, pthread_mutex_lock(second));
  RETURNS(0, pthread_mutex_unlock(second));
  RETURNS(0, pthread_mutex_unlock(first));
}

static void* lock_a_then_b(void* unused) {
  lock_and_unlock(&a, &b);
  return unused;
}

static void lock_in_both_orders(void) {
  in_thread_apart(lock_a_then_b, NULL);
  lock_and_unlock(&b, &a);
}

static void expect_success(pid_t child) {
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// One half of the inversion in the parent, the other in the child.
static void inversion_across_fork(void) {
  lock_and_unlock(&a, &b);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    lock_and_unlock(&b, &a);
    exit(0);
  }
  expect_success(child);
}

static void fork_while_holding(void) {
  RETURNS(0, pthread_mutex_lock(&a));
  const pid_t child = fork();
  CHECK(child >= 0);
  RETURNS(0, pthread_mutex_unlock(&a));
  if (child == 0) {
    lock_and_unlock(&a, &b);
    _exit(0);
  }
  expect_success(child);
}

static atomic_int turn;

static void wait_for_turn(int number) {
  while (turn != number) usleep(1000);
}

static void* take_b_by_turns(void* unused) {
  RETURNS(0, pthread_mutex_lock(&b));
  turn = 1;
  wait_for_turn(2);
  RETURNS(0, pthread_mutex_unlock(&b));
  turn = 3;
  wait_for_turn(4);
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_unlock(&b));
  return unused;
}

// Two threads that never hold a lock upon another one.
static void take_by_turns(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, take_b_by_turns, NULL) == 0);
  wait_for_turn(1);
  RETURNS(0, pthread_mutex_lock(&a));
  RETURNS(0, pthread_mutex_unlock(&a));
  turn = 2;
  wait_for_turn(3);
  RETURNS(0, pthread_mutex_lock(&a));
  turn = 4;
  usleep(20 * 1000);
  RETURNS(0, pthread_mutex_unlock(&a));
  CHECK(pthread_join(thread, NULL) == 0);
}

// As a daemon does it: the child forks at once, and the grandchild works.
static void grandchild_has_threads(void) {
  lock_and_unlock(&a, &b);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    const pid_t grandchild = fork();
    CHECK(grandchild >= 0);
    if (grandchild != 0) {
      expect_success(grandchild);
      _exit(0);
    }
    take_by_turns();
    exit(0);
  }
  expect_success(child);
}

static void before_fork(void) { CHECK(pthread_mutex_lock(&a) == 0); }
static void after_fork_in_parent(void) { CHECK(pthread_mutex_unlock(&a) == 0); }
static void after_fork_in_child(void) { CHECK(pthread_mutex_init(&a, NULL) == 0); }

// As allocators do it: the child makes the lock anew instead of unlocking it.
static void fork_handlers(void) {
  CHECK(pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0);
  lock_and_unlock(&a, &b);
  const pid_t child = fork();
  CHECK(child >= 0);
  lock_and_unlock(&a, &b);
  if (child == 0) _exit(0);
  expect_success(child);
}

static atomic_int stop;

static void* make_locks(void* unused) {
  while (!stop) {
    pthread_mutex_t outer;
    pthread_mutex_t inner;
    CHECK(pthread_mutex_init(&outer, NULL) == 0);
    CHECK(pthread_mutex_init(&inner, NULL) == 0);
    lock_and_unlock(&outer, &inner);
    CHECK(pthread_mutex_destroy(&inner) == 0);
    CHECK(pthread_mutex_destroy(&outer) == 0);
    usleep(50);
  }
  return unused;
}

// Children of a thread while another is often in the middle of something new.
static void fork_beside_busy_thread(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, make_locks, NULL) == 0);
  for (int i = 0; i < 40; ++i) {
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      lock_and_unlock(&a, &b);
      _exit(0);
    }
    expect_success(child);
  }
  stop = 1;
  CHECK(pthread_join(thread, NULL) == 0);
}

static void vfork_and_exec(void) {
  lock_and_unlock(&a, &b);
  const pid_t child = vfork();
  if (child == 0) {
    execl("/bin/true", "true", (char*)NULL);
    _exit(1);
  }
  expect_success(child);
  lock_and_unlock(&a, &b);
}

static void vfork_and_exit(void) {
  lock_and_unlock(&a, &b);
  const pid_t child = vfork();
  if (child == 0) _exit(0);
  expect_success(child);
  lock_and_unlock(&b, &a);
}

static void exec_itself(void) {
  lock_and_unlock(&a, &b);
  fflush(stdout);
  execl("/proc/self/exe", "process", "locks_once", (char*)NULL);
  CHECK(0);
}

static void locks_once(void) { lock_and_unlock(&a, &b); }

static void* keep_a(void* unused) {
  RETURNS(0, pthread_mutex_lock(&a));
  return unused;
}

static void thread_ends_holding(void) { in_thread(keep_a, NULL); }

static void* keep_freed_lock(void* unused) {
  pthread_mutex_t* mutex =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(mutex != MAP_FAILED);
  RETURNS(0, pthread_mutex_lock(mutex));
  CHECK(munmap(mutex, 4096) == 0);
  return unused;
}

static void thread_ends_holding_unmapped_lock(void) { in_thread(keep_freed_lock, NULL); }

static pthread_barrier_t barrier;

static void* lock_and_meet_twice(void* unused) {
  RETURNS(0, pthread_mutex_lock(&a));
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  return unused;
}

// Unlocked by somebody else, a is not held any more when its thread ends.
static void thread_ends_robbed(void) {
  pthread_t thread;
  CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
  CHECK(pthread_create(&thread, NULL, lock_and_meet_twice, NULL) == 0);
  pthread_barrier_wait(&barrier);
  RETURNS(0, pthread_mutex_unlock(&a));
  pthread_barrier_wait(&barrier);
  CHECK(pthread_join(thread, NULL) == 0);
}

static pthread_key_t key;

static void unlock_at_end(void* mutex) { CHECK(pthread_mutex_unlock(mutex) == 0); }

static void* keep_a_until_destructors(void* unused) {
  CHECK(pthread_setspecific(key, &a) == 0);
  RETURNS(0, pthread_mutex_lock(&a));
  pthread_exit(unused);
}

// What a thread-specific destructor unlocks was not held at the thread's end.
static void destructor_unlocks(void) {
  CHECK(pthread_key_create(&key, unlock_at_end) == 0);
  in_thread(keep_a_until_destructors, NULL);
  lock_and_unlock(&a, &b);
}

static void main_ends_holding(void) { RETURNS(0, pthread_mutex_lock(&a)); }

static void lock_at_exit(void) { lock_and_unlock(&b, &a); }

static void inversion_at_exit(void) {
  CHECK(atexit(lock_at_exit) == 0);
  in_thread_apart(lock_a_then_b, NULL);
}

// As the core utilities do, so that a write that failed at the end is noticed.
static void close_streams(void) { CHECK(fclose(stdout) == 0 && fclose(stderr) == 0); }

static void closes_its_streams_at_exit(void) {
  lock_in_both_orders();
  CHECK(atexit(close_streams) == 0);
}

static void quick_exit_after_inversion(void) {
  lock_in_both_orders();
  puts("ok");
  fflush(stdout);
  quick_exit(0);
}

static void _exit_after_inversion(void) {
  lock_in_both_orders();
  puts("ok");
  fflush(stdout);
  _exit(0);
}

static void killed_after_inversion(void) {
  lock_in_both_orders();
  puts("ok");
  fflush(stdout);
  raise(SIGKILL);
}

static void terminated_after_inversion(void) {
  lock_in_both_orders();
  puts("ok");
  fflush(stdout);
  raise(SIGTERM);
}

static void on_signal(int signal) {
  (void)signal;
  const int saved_errno = errno;
  lock_and_unlock(&b, &a);
  errno = saved_errno;
}

static void inversion_in_signal_handler(void) {
  CHECK(signal(SIGUSR1, on_signal) != SIG_ERR);
  in_thread_apart(lock_a_then_b, NULL);
  CHECK(raise(SIGUSR1) == 0);
}

static void on_alarm(int signal) {
  (void)signal;
  const int saved_errno = errno;
  CHECK(pthread_mutex_lock(&b) == 0);
  CHECK(pthread_mutex_unlock(&b) == 0);
  errno = saved_errno;
}

// The handler comes at any moment, also inside a hook.  It never touches a.
static void signals_inside_hooks(void) {
  CHECK(signal(SIGALRM, on_alarm) != SIG_ERR);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
  CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  const struct itimerspec often = {{0, 20000}, {0, 20000}};
  CHECK(timer_settime(timer, 0, &often, NULL) == 0);
  for (int i = 0; i < 20000; ++i) {
    pthread_mutex_t mutex;
    pthread_mutex_init(&mutex, NULL);
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(&a);
    pthread_mutex_destroy(&mutex);
  }
  CHECK(timer_delete(timer) == 0);
}

static sigjmp_buf before_loop;

static void jump_out(int signal) {
  (void)signal;
  siglongjmp(before_loop, 1);
}

// A handler that jumps out of whatever was interrupted, hooks included, does
// not make the thread blind for what comes then.
static void jumps_out_of_hooks(void) {
  CHECK(signal(SIGALRM, jump_out) != SIG_ERR);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
  CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  static int jumps;
  if (sigsetjmp(before_loop, 1) != 0) ++jumps;
  if (jumps < 500) {
    const struct itimerspec once = {{0, 0}, {0, 30000}};
    CHECK(timer_settime(timer, 0, &once, NULL) == 0);
    pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
    for (;;) {
      pthread_mutex_trylock(&busy);
      pthread_mutex_unlock(&busy);
    }
  }
  lock_in_both_orders();
}

static void* lock_once(void* mutex) {
  RETURNS(0, pthread_mutex_lock(mutex));
  RETURNS(0, pthread_mutex_unlock(mutex));
  return NULL;
}

static void many_threads(void) {
  for (int i = 0; i < 2000; ++i) in_thread(lock_once, &a);
}

static void* lock_both_ways(void* unused) {
  lock_in_both_orders();
  return unused;
}

// The first locks of the process are taken in a thread with the smallest stack there is.
static void smallest_stack(void) {
  pthread_attr_t attr;
  pthread_t thread;
  CHECK(pthread_attr_init(&attr) == 0);
  CHECK(pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN) == 0);
  CHECK(pthread_create(&thread, &attr, lock_both_ways, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(pthread_attr_destroy(&attr) == 0);
}

static void* never_ends(void* ready) {
  lock_once(&a);
  atomic_store((atomic_int*)ready, 1);
  for (;;) pause();
}

static void exit_beside_running_thread(void) {
  static atomic_int ready;
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, never_ends, &ready) == 0);
  while (!atomic_load(&ready)) sched_yield();
}

static void* exit_with_status_7(void* unused) {
  (void)unused;
  lock_once(&a);
  exit(7);
}

static void exit_in_thread(void) { in_thread(exit_with_status_7, NULL); }

static void main_exits_first(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, exit_with_status_7, NULL) == 0);
  pthread_exit(NULL);
}

static const struct scenario scenarios[] = {
    {"inversion_across_fork", inversion_across_fork},
    {"fork_while_holding", fork_while_holding},
    {"grandchild_has_threads", grandchild_has_threads},
    {"fork_handlers", fork_handlers},
    {"fork_beside_busy_thread", fork_beside_busy_thread},
    {"vfork_and_exec", vfork_and_exec},
    {"vfork_and_exit", vfork_and_exit},
    {"exec_itself", exec_itself},
    {"locks_once", locks_once},
    {"thread_ends_holding", thread_ends_holding},
    {"thread_ends_holding_unmapped_lock", thread_ends_holding_unmapped_lock},
    {"thread_ends_robbed", thread_ends_robbed},
    {"destructor_unlocks", destructor_unlocks},
    {"main_ends_holding", main_ends_holding},
    {"inversion_at_exit", inversion_at_exit},
    {"closes_its_streams_at_exit", closes_its_streams_at_exit},
    {"quick_exit_after_inversion", quick_exit_after_inversion},
    {"_exit_after_inversion", _exit_after_inversion},
    {"killed_after_inversion", killed_after_inversion},
    {"terminated_after_inversion", terminated_after_inversion},
    {"inversion_in_signal_handler", inversion_in_signal_handler},
    {"signals_inside_hooks", signals_inside_hooks},
    {"jumps_out_of_hooks", jumps_out_of_hooks},
    {"many_threads", many_threads},
    {"smallest_stack", smallest_stack},
    {"exit_beside_running_thread", exit_beside_running_thread},
    {"exit_in_thread", exit_in_thread},
    {"main_exits_first", main_exits_first},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }

// Signal handlers and masks: what the program says, asks and gets is its own.

#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t calls;
static volatile int value;
static volatile pid_t sender;
static char* volatile stack_at;
static volatile int was_blocked;

static void take_lock(void) {
  CHECK(pthread_mutex_lock(&mutex) == 0);
  CHECK(pthread_mutex_unlock(&mutex) == 0);
}

static void count(int number) {
  CHECK(number == SIGUSR1);
  ++calls;
}

static void count_twice(int number) {
  (void)number;
  calls += 2;
}

static void note_info(int number, siginfo_t* info, void* context) {
  char here;
  sigset_t now;
  CHECK(number == SIGUSR1);
  CHECK(info->si_signo == SIGUSR1);
  CHECK(context != NULL);
  value = info->si_value.sival_int;
  sender = info->si_pid;
  stack_at = &here;
  CHECK(pthread_sigmask(SIG_BLOCK, NULL, &now) == 0);
  was_blocked = sigismember(&now, SIGUSR1) | sigismember(&now, SIGUSR2) << 1;
  errno = 5;
}

static void given_back(void) {
  struct sigaction action = {.sa_sigaction = note_info, .sa_flags = SA_SIGINFO | SA_RESTART};
  struct sigaction old;
  take_lock();
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGUSR2);
  RETURNS(0, sigaction(SIGUSR1, &action, &old));
  CHECK(old.sa_handler == SIG_DFL);
  RETURNS(0, sigaction(SIGUSR1, NULL, &old));
  CHECK(old.sa_sigaction == note_info);
  CHECK((old.sa_flags & ~0x04000000) == (SA_SIGINFO | SA_RESTART));  // Less SA_RESTORER.
  CHECK(sigismember(&old.sa_mask, SIGUSR2) == 1 && sigismember(&old.sa_mask, SIGHUP) == 0);
  CHECK(signal(SIGUSR1, count) == (void (*)(int))note_info);
  CHECK(signal(SIGUSR1, count_twice) == count);
  CHECK(signal(SIGUSR1, SIG_IGN) == count_twice);
  CHECK(raise(SIGUSR1) == 0);
  CHECK(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
  CHECK(calls == 0);
  CHECK(sigaction(SIGKILL, &action, NULL) == -1 && errno == EINVAL);
  CHECK(sigaction(NSIG + 1, NULL, &old) == -1 && errno == EINVAL);
  CHECK(signal(SIGKILL, count) == SIG_ERR && errno == EINVAL);
  // The same place for both.
  action.sa_sigaction = note_info;
  CHECK(sigaction(SIGUSR1, &action, &action) == 0);
  CHECK(action.sa_handler == SIG_DFL);
  CHECK(sigaction(SIGUSR1, &action, &action) == 0);
  CHECK(action.sa_sigaction == note_info);
}

static void delivered(void) {
  struct sigaction action = {.sa_sigaction = note_info, .sa_flags = SA_SIGINFO};
  take_lock();
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGUSR2);
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 4711}) == 0);
  CHECK(value == 4711 && sender == getpid() && was_blocked == 3);
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 4712}) == 0);
  CHECK(value == 4712 && was_blocked == 2);
}

static void reset(void) {
  struct sigaction action = {.sa_handler = count, .sa_flags = (int)SA_RESETHAND};
  struct sigaction old;
  take_lock();
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(raise(SIGUSR1) == 0);
  CHECK(calls == 1);
  CHECK(sigaction(SIGUSR1, NULL, &old) == 0);
  CHECK(old.sa_handler == SIG_DFL);
}

static void own_stack(void) {
  static char memory[64 * 1024];
  stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};
  struct sigaction action = {.sa_sigaction = note_info, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  take_lock();
  CHECK(sigaltstack(&stack, NULL) == 0);
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(raise(SIGUSR1) == 0);
  CHECK(stack_at >= memory && stack_at < memory + sizeof(memory));
  take_lock();
}

static sigjmp_buf start;

static void jump(int number) { siglongjmp(start, number); }

static void jumps(void) {
  sigset_t now;
  take_lock();
  CHECK(signal(SIGUSR1, jump) == SIG_DFL);
  for (volatile int i = 0; i < 3; ++i) {
    if (sigsetjmp(start, 1) == 0) {
      CHECK(raise(SIGUSR1) == 0);
      CHECK(0);
    }
    CHECK(pthread_sigmask(SIG_BLOCK, NULL, &now) == 0);
    CHECK(sigismember(&now, SIGUSR1) == 0);
    take_lock();
  }
}

// Ignored stays ignored over exec, and what was handled is not any more.
static void over_exec(void) {
  extern char** environ;
  char* arguments[] = {"/bin/sh", "-c", "kill -USR2 $$; kill -USR1 $$; exit 3", NULL};
  int status;
  pid_t child;
  take_lock();
  CHECK(signal(SIGUSR1, count) == SIG_DFL);
  CHECK(signal(SIGUSR2, SIG_IGN) == SIG_DFL);
  CHECK(posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ) == 0);
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
  child = fork();
  if (child == 0) {
    raise(SIGUSR1);
    take_lock();
    _exit(calls == 1 && signal(SIGUSR1, SIG_DFL) == count ? 4 : 5);
  }
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 4);
  child = vfork();
  if (child == 0) {
    signal(SIGUSR1, count_twice);
    execv("/bin/true", (char*[]){"true", NULL});
    _exit(127);
  }
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(raise(SIGUSR1) == 0);
  CHECK(calls == 1);
  CHECK(signal(SIGUSR1, SIG_DFL) == count);
}

static void masks(void) {
  sigset_t set;
  sigset_t old;
  take_lock();
  CHECK(signal(SIGUSR1, count) == SIG_DFL);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  RETURNS(0, pthread_sigmask(SIG_BLOCK, &set, &old));
  CHECK(sigismember(&old, SIGUSR1) == 0);
  CHECK(raise(SIGUSR1) == 0);
  CHECK(calls == 0);
  take_lock();
  RETURNS(0, sigprocmask(SIG_SETMASK, &old, &set));
  CHECK(sigismember(&set, SIGUSR1) == 1);
  CHECK(calls == 1);
  RETURNS(EINVAL, pthread_sigmask(99, &set, NULL));
  CHECK(sigprocmask(99, &set, NULL) == -1 && errno == EINVAL);
}

// Unnoticed by what was interrupted, wherever that was.
static void storm(void) {
  struct sigaction action = {.sa_handler = count_twice, .sa_flags = SA_RESTART};
  pid_t child;
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  child = fork();
  if (child == 0) {
    for (int i = 0; i < 2000; ++i) kill(getppid(), SIGUSR1);
    _exit(0);
  }
  do {
    take_lock();
  } while (waitpid(child, NULL, WNOHANG) == 0);
  CHECK(calls != 0);
}

static pthread_mutex_t of_handler = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t of_others = PTHREAD_MUTEX_INITIALIZER;

// The first lock in another context is looked at in any case.
static void take_lock_after(pthread_mutex_t* first) {
  CHECK(pthread_mutex_lock(first) == 0);
  CHECK(pthread_mutex_unlock(first) == 0);
  take_lock();
}

static void take_in_handler(int number) {
  (void)number;
  take_lock_after(&of_handler);
}

static void set_mask(int how) {
  sigset_t set;
  CHECK(sigemptyset(&set) == 0 && sigaddset(&set, SIGUSR1) == 0);
  CHECK(pthread_sigmask(how, &set, NULL) == 0);
}

// What is known of a lock outside of a handler says nothing inside of it.
static void take_often_blocked(void) {
  CHECK(signal(SIGUSR1, take_in_handler) != SIG_ERR);
  set_mask(SIG_BLOCK);
  for (int i = 0; i < 10; ++i) take_lock();
  CHECK(raise(SIGUSR1) == 0);
  set_mask(SIG_UNBLOCK);
  set_mask(SIG_BLOCK);
  for (int i = 0; i < 10; ++i) take_lock();
}

static void take_often_then_unblocked(void) {
  take_often_blocked();
  set_mask(SIG_UNBLOCK);
  take_lock_after(&of_others);
}

static const struct scenario scenarios[] = {
    {"given_back", given_back},
    {"delivered", delivered},
    {"reset", reset},
    {"own_stack", own_stack},
    {"jumps", jumps},
    {"over_exec", over_exec},
    {"masks", masks},
    {"storm", storm},
    {"take_often_blocked", take_often_blocked},
    {"take_often_then_unblocked", take_often_then_unblocked},
    {"take_often_blocked", take_often_blocked},
    {"take_often_then_unblocked", take_often_then_unblocked},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }

// What is no mutex and no rwlock: results and errno are those of libc.

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

#include "check.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

// As Rust's std and std::latch do.
static int word = 1;

static long own_futex(int operation, int value, const struct timespec* timeout) {
  return syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, timeout, NULL,
                 FUTEX_BITSET_MATCH_ANY);
}

static void own_futexes(void) {
  const struct timespec moment = {0, 1000};
  CHECK(pthread_mutex_lock(&m) == 0);
  CHECK(pthread_mutex_unlock(&m) == 0);
  CHECK(own_futex(FUTEX_WAIT, 0, NULL) == -1 && errno == EAGAIN);
  CHECK(own_futex(FUTEX_WAIT, 1, &moment) == -1 && errno == ETIMEDOUT);
  CHECK(own_futex(FUTEX_WAIT_BITSET, 1, &moment) == -1 && errno == ETIMEDOUT);
  CHECK(own_futex(FUTEX_WAKE, 1, NULL) == 0);
  CHECK(syscall(SYS_getpid) == getpid());
  CHECK(syscall(-1) == -1 && errno == ENOSYS);
}

static void nothing(int number) { (void)number; }

static void spin(void) {
  pthread_spinlock_t packed[4];  // Several to a cache line, and to 16 bytes.
  for (int i = 0; i < 4; ++i) RETURNS(0, pthread_spin_init(&packed[i], PTHREAD_PROCESS_PRIVATE));
  for (int i = 0; i < 4; ++i) RETURNS(0, pthread_spin_lock(&packed[i]));
  RETURNS(EBUSY, pthread_spin_trylock(&packed[2]));
  for (int i = 0; i < 4; ++i) RETURNS(0, pthread_spin_unlock(&packed[i]));
  RETURNS(0, pthread_spin_trylock(&packed[2]));
  RETURNS(0, pthread_spin_unlock(&packed[2]));
  for (int i = 0; i < 4; ++i) RETURNS(0, pthread_spin_destroy(&packed[i]));
}

static void semaphore(void) {
  sem_t s;
  struct timespec deadline = soon(CLOCK_REALTIME);
  struct timespec later = soon(CLOCK_MONOTONIC);
  const struct timespec impossible = {0, -1};
  CHECK(pthread_mutex_lock(&m) == 0);
  CHECK(sem_init(&s, 0, 1) == 0);
  CHECK(sem_wait(&s) == 0);
  CHECK(sem_trywait(&s) == -1 && errno == EAGAIN);
  CHECK(sem_timedwait(&s, &deadline) == -1 && errno == ETIMEDOUT);
  CHECK(sem_clockwait(&s, CLOCK_MONOTONIC, &later) == -1 && errno == ETIMEDOUT);
  CHECK(sem_timedwait(&s, &impossible) == -1 && errno == EINVAL);
  errno = ENOENT;
  CHECK(sem_post(&s) == 0 && errno == ENOENT);
  CHECK(sem_trywait(&s) == 0 && errno == ENOENT);
  CHECK(sem_post(&s) == 0 && sem_post(&s) == 0 && sem_wait(&s) == 0 && sem_wait(&s) == 0);
  CHECK(sem_destroy(&s) == 0);
  CHECK(sem_open("/no/such/semaphore", 0) == SEM_FAILED);
  CHECK(pthread_mutex_unlock(&m) == 0);
}

static void* interrupt(void* thread) {
  for (int i = 0; i < 100; ++i) {
    usleep(2000);
    pthread_kill(*(pthread_t*)thread, SIGUSR1);
  }
  return NULL;
}

// A handler without SA_RESTART ends the wait.
static void semaphore_interrupted(void) {
  sem_t s;
  pthread_t self = pthread_self();
  pthread_t other;
  struct sigaction action = {.sa_handler = nothing};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  RETURNS(0, pthread_mutex_lock(&m));
  CHECK(sem_init(&s, 0, 0) == 0);
  CHECK(pthread_create(&other, NULL, interrupt, &self) == 0);
  CHECK(sem_wait(&s) == -1 && errno == EINTR);
  CHECK(pthread_join(other, NULL) == 0);
}

static void* wait_for_ever(void* s) {
  RETURNS(0, pthread_mutex_lock(&m));
  RETURNS(0, pthread_mutex_unlock(&m));
  sem_wait((sem_t*)s);
  return NULL;
}

static void semaphore_cancelled(void) {
  sem_t s;
  pthread_t thread;
  void* result;
  CHECK(sem_init(&s, 0, 0) == 0);
  CHECK(pthread_create(&thread, NULL, wait_for_ever, &s) == 0);
  CHECK(pthread_cancel(thread) == 0);
  CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
}

static int run_count;
static void count_run(void) { ++run_count; }

static void once(void) {
  static pthread_once_t control = PTHREAD_ONCE_INIT;
  static once_flag flag = ONCE_FLAG_INIT;
  for (int i = 0; i < 3; ++i) RETURNS(0, pthread_once(&control, count_run));
  for (int i = 0; i < 3; ++i) call_once(&flag, count_run);
  CHECK(run_count == 2);
}

static int seven(void* argument) { return *(int*)argument + 6; }

static void c11(void) {
  mtx_t lock;
  cnd_t condition;
  thrd_t thread;
  int one = 1;
  int result = 0;
  const struct timespec past = {0, 0};
  CHECK(mtx_init(&lock, mtx_timed) == thrd_success);
  CHECK(cnd_init(&condition) == thrd_success);
  CHECK(mtx_lock(&lock) == thrd_success);
  CHECK(mtx_trylock(&lock) == thrd_busy);
  CHECK(mtx_timedlock(&lock, &past) == thrd_timedout);
  CHECK(cnd_timedwait(&condition, &lock, &past) == thrd_timedout);
  CHECK(cnd_signal(&condition) == thrd_success && cnd_broadcast(&condition) == thrd_success);
  CHECK(mtx_unlock(&lock) == thrd_success);
  CHECK(thrd_create(&thread, seven, &one) == thrd_success);
  CHECK(thrd_join(thread, &result) == thrd_success && result == 7);
  cnd_destroy(&condition);
  mtx_destroy(&lock);
}

static void files(void) {
  errno = 0;
  CHECK(fcntl(0, F_SETLK, NULL) == -1 && errno == EFAULT);
  FILE* memory = fmemopen(NULL, 16, "w");
  CHECK(memory != NULL);
  RETURNS(0, fclose(memory));
  char path[] = "/tmp/lockdep-waits-XXXXXX";
  const int fd = mkstemp(path);
  const int other = open(path, O_RDWR);
  struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  CHECK(pthread_mutex_lock(&m) == 0);
  CHECK(flock(-1, LOCK_EX) == -1 && errno == EBADF);
  CHECK(flock(fd, LOCK_EX) == 0 && flock(fd, LOCK_SH) == 0);
  CHECK(flock(other, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
  CHECK(flock(fd, LOCK_UN) == 0);
  CHECK(fcntl(fd, F_SETLKW, &range) == 0 && fcntl(fd, F_GETFD) == 0);
  CHECK(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
  CHECK(fcntl(-1, F_SETLKW, &range) == -1 && errno == EBADF);
  CHECK(lockf(fd, F_LOCK, 0) == 0 && lockf(fd, F_ULOCK, 0) == 0);
  CHECK(close(fd) == 0 && close(fd) == -1 && errno == EBADF);
  CHECK(pthread_mutex_unlock(&m) == 0);
  close(other);
  unlink(path);
}

static void streams(void) {
  FILE* stream = tmpfile();
  flockfile(stream);
  CHECK(ftrylockfile(stream) == 0);
  funlockfile(stream);
  funlockfile(stream);
  CHECK(fclose(stream) == 0);
}

static void loader(void) {
  CHECK(dlopen("/no/such/library.so", RTLD_NOW) == NULL && dlerror() != NULL);
  CHECK(dlopen("no-such-library.so", RTLD_NOW) == NULL);
  void* self = dlopen(NULL, RTLD_NOW);
  CHECK(self != NULL && dlsym(self, "malloc") != NULL && dlclose(self) == 0);
  CHECK(pthread_mutex_lock(&m) == 0 && pthread_mutex_unlock(&m) == 0);
}

static const struct scenario scenarios[] = {
    {"spin", spin},
    {"semaphore", semaphore},
    {"semaphore_interrupted", semaphore_interrupted},
    {"semaphore_cancelled", semaphore_cancelled},
    {"once", once},
    {"c11", c11},
    {"files", files},
    {"streams", streams},
    {"loader", loader},
    {"own_futexes", own_futexes},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }

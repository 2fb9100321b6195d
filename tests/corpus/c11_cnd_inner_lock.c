// EXPECT: lock-order-inversion
// WHY: cnd_wait takes state again while the waiter holds log_lock; elsewhere log_lock is taken
// under state.

#include <stdatomic.h>
#include <threads.h>
#include <unistd.h>

static mtx_t state;
static mtx_t log_lock;
static cnd_t changed;
static int is_ready;
static atomic_int is_waiting;
static atomic_int is_through;

static int wait_for_change(void* unused) {
  (void)unused;
  mtx_lock(&state);
  mtx_lock(&log_lock);
  is_waiting = 1;
  while (!is_ready) cnd_wait(&changed, &state);
  mtx_unlock(&log_lock);
  mtx_unlock(&state);
  is_through = 1;
  return 0;
}

int main(void) {
  thrd_t waiter;
  mtx_init(&state, mtx_plain);
  mtx_init(&log_lock, mtx_plain);
  cnd_init(&changed);
  thrd_create(&waiter, wait_for_change, NULL);
  while (!is_waiting) usleep(1000);
  mtx_lock(&state);
  is_ready = 1;
  cnd_signal(&changed);
  mtx_unlock(&state);
  while (!is_through) usleep(1000);
  mtx_lock(&state);
  mtx_lock(&log_lock);
  mtx_unlock(&log_lock);
  mtx_unlock(&state);
  thrd_join(waiter, NULL);
  return 0;
}

// EXPECT: wait-while-holding
// WHY: main joins the worker under the mtx_t that the worker takes; here it was done in time.

#include <threads.h>
#include <unistd.h>

static mtx_t mutex;

static int work(void* unused) {
  (void)unused;
  mtx_lock(&mutex);
  mtx_unlock(&mutex);
  return 0;
}

int main(void) {
  thrd_t thread;
  mtx_init(&mutex, mtx_plain);
  thrd_create(&thread, work, NULL);
  usleep(100 * 1000);
  mtx_lock(&mutex);
  thrd_join(thread, NULL);
  mtx_unlock(&mutex);
  mtx_destroy(&mutex);
  return 0;
}

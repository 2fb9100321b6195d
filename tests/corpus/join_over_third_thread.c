// EXPECT: wait-while-holding
// WHY: main holds a and joins the worker, which takes b; a third thread holds b while it takes a.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  usleep(60 * 1000);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  return unused;
}

static void* move(void* unused) {
  pthread_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
  return unused;
}

int main(void) {
  pthread_t worker;
  pthread_t mover;
  pthread_create(&worker, NULL, work, NULL);
  pthread_create(&mover, NULL, move, NULL);
  usleep(120 * 1000);
  pthread_mutex_lock(&a);
  pthread_join(worker, NULL);
  pthread_mutex_unlock(&a);
  pthread_join(mover, NULL);
  return 0;
}

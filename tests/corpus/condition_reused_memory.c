// EXPECT: CLEAN
// WHY: the condition that is waited for under m is freed; the one that is signalled under m is
// another one, which happens to get its place and was never initialised by a call.

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "apart.h"

struct Event {
  pthread_cond_t condition;
  pthread_mutex_t mutex;
  char more[200];
};

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static struct Event* new_event(void) {
  struct Event* event = calloc(1, sizeof(*event));  // As the static initialisers do.
  return event;
}

struct Waiter {
  struct Event* event;
  int ended;
};

static void* wait_for_it(void* argument) {
  struct Waiter* waiter = argument;
  pthread_mutex_lock(&m);
  pthread_mutex_lock(&waiter->event->mutex);
  while (!waiter->ended) pthread_cond_wait(&waiter->event->condition, &waiter->event->mutex);
  pthread_mutex_unlock(&waiter->event->mutex);
  pthread_mutex_unlock(&m);
  return NULL;
}

static void first(void) {
  struct Waiter waiter = {new_event(), 0};
  pthread_t thread;
  pthread_create(&thread, NULL, wait_for_it, &waiter);
  usleep(20 * 1000);
  pthread_mutex_lock(&waiter.event->mutex);
  waiter.ended = 1;
  pthread_cond_signal(&waiter.event->condition);
  pthread_mutex_unlock(&waiter.event->mutex);
  pthread_join(thread, NULL);
  free(waiter.event);
}

static void second(void) {
  struct Event* event = new_event();
  pthread_mutex_lock(&m);
  pthread_mutex_lock(&event->mutex);
  pthread_cond_signal(&event->condition);
  pthread_mutex_unlock(&event->mutex);
  pthread_mutex_unlock(&m);
  free(event);
}

int main(void) {
  first();
  run_apart(second, second);
  return 0;
}

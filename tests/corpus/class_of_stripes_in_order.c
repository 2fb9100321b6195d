// EXPECT: CLEAN
// WHY: a thousand locks share the work of one; who needs two of them takes the one with the lower
// number first, and the list's lock is always the last.

#include <stdlib.h>

#include "apart.h"

enum { kStripes = 1000 };

static pthread_mutex_t* stripes;
static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;

static void move(int from, int to) {
  pthread_mutex_lock(&stripes[from < to ? from : to]);
  pthread_mutex_lock(&stripes[from < to ? to : from]);
  pthread_mutex_lock(&list);
  pthread_mutex_unlock(&list);
  pthread_mutex_unlock(&stripes[from]);
  pthread_mutex_unlock(&stripes[to]);
}

static void forth(void) {
  for (int i = 0; i < 900; i += 7) move(i, i + 97);
}

static void back(void) {
  for (int i = 0; i < 900; i += 11) move(i + 97, i);
}

int main(void) {
  stripes = malloc(kStripes * sizeof(*stripes));
  for (int i = 0; i < kStripes; ++i) pthread_mutex_init(&stripes[i], NULL);
  run_apart(forth, back);
  free(stripes);
  return 0;
}

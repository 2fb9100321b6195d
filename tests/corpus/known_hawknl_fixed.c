// EXPECT: CLEAN
// WHY: closing releases the socket before it takes the table.

#include "apart.h"

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t socket_lock = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&socket_lock);
  pthread_mutex_unlock(&socket_lock);
  pthread_mutex_lock(&table_lock);
  pthread_mutex_unlock(&table_lock);
}

static void second(void) {
  pthread_mutex_lock(&table_lock);
  pthread_mutex_lock(&socket_lock);
  pthread_mutex_unlock(&socket_lock);
  pthread_mutex_unlock(&table_lock);
}

int main(void) {
  run_apart(first, second);
  return 0;
}

// EXPECT: lock-order-inversion
// WHY: closing takes the socket and then the table, shutting down the table and then each
// socket.

#include "apart.h"

// After the shape of the HawkNL bug: nlClose locks the socket and then the table of
// sockets, nlShutdown walks the table and locks each socket.
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t socket_lock = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  // nlClose
  pthread_mutex_lock(&socket_lock);
  pthread_mutex_lock(&table_lock);
  pthread_mutex_unlock(&table_lock);
  pthread_mutex_unlock(&socket_lock);
}

static void second(void) {
  // nlShutdown
  pthread_mutex_lock(&table_lock);
  pthread_mutex_lock(&socket_lock);
  pthread_mutex_unlock(&socket_lock);
  pthread_mutex_unlock(&table_lock);
}

int main(void) {
  run_apart(first, second);
  return 0;
}

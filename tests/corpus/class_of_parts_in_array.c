// EXPECT: CLEAN
// WHY: each lock of the array is that of a part of the program: the cache's comes before the log's,
// and that before the file's, everywhere.

#include <stdlib.h>

#include "apart.h"

enum { kCache, kConfig, kFile, kIndex, kParts = 40 };

static pthread_mutex_t* parts;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static void take(pthread_mutex_t* outer, pthread_mutex_t* inner) {
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

static void store(void) { take(&parts[kCache], &log_lock); }
static void write_log(void) { take(&log_lock, &parts[kFile]); }

int main(void) {
  parts = malloc(kParts * sizeof(*parts));
  for (int i = 0; i < kParts; ++i) pthread_mutex_init(&parts[i], NULL);
  run_apart(store, write_log);
  free(parts);
  return 0;
}

// EXPECT: CLEAN
// WHY: one helper allocates and initialises the locks of all kinds of objects; a queue's comes
// before the table's, and the table's before an entry's, everywhere.

#include <stdlib.h>

#include "apart.h"

struct locked {
  pthread_mutex_t mutex;
  char data[];
};

static struct locked* queue;
static struct locked* entry;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

static struct locked* new_locked(size_t size) {
  struct locked* object = calloc(1, sizeof(*object) + size);
  pthread_mutex_init(&object->mutex, NULL);
  return object;
}

static void make_queue(void) { queue = new_locked(100); }
static void make_entry(void) { entry = new_locked(1000); }

static void take(pthread_mutex_t* outer, pthread_mutex_t* inner) {
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

static void put(void) { take(&queue->mutex, &table); }
static void find(void) { take(&table, &entry->mutex); }

int main(void) {
  make_queue();
  make_entry();
  run_apart(put, find);
  return 0;
}

// EXPECT: CLEAN
// WHY: one function of the program allocates all of its objects, whose mutexes stand at the same
// place in them; a queue's comes before the table's, and the table's before an entry's, everywhere.

#include <cstdlib>
#include <mutex>
#include <new>

#include "apart.h"

struct Queue {
  std::mutex mutex;
  char data[20];
};

struct Entry {
  std::mutex mutex;
  char data[500];
};

static Queue* queue;
static Entry* entry;
static std::mutex table;

__attribute__((noinline)) static void* allocate(size_t size) {
  void* const memory = malloc(size);
  if (memory == nullptr) abort();
  return memory;
}

static void put() {
  const std::lock_guard<std::mutex> outer(queue->mutex);
  const std::lock_guard<std::mutex> inner(table);
}

static void find() {
  const std::lock_guard<std::mutex> outer(table);
  const std::lock_guard<std::mutex> inner(entry->mutex);
}

int main() {
  queue = new (allocate(sizeof(Queue))) Queue;
  entry = new (allocate(sizeof(Entry))) Entry;
  run_apart(put, find);
}

// A program with an allocator of its own, which guards it by a mutex and is
// entered from everywhere, the dynamic loader and the start of our hooks
// included.

#include <stddef.h>

#include "check.h"

static pthread_mutex_t heap_lock = PTHREAD_MUTEX_INITIALIZER;
static _Alignas(16) char heap[64 << 20];
static size_t used;
static unsigned long allocations;

void* malloc(size_t size) {
  if (pthread_mutex_lock(&heap_lock) != 0) abort();
  ++allocations;
  void* result = heap + used;
  used += (size + 15) & ~(size_t)15;
  if (used > sizeof(heap)) abort();
  if (pthread_mutex_unlock(&heap_lock) != 0) abort();
  return result;
}

void* calloc(size_t count, size_t size) { return malloc(count * size); }

void* realloc(void* old, size_t size) {
  void* result = malloc(size);
  if (old != NULL) {
    const size_t available = (size_t)(heap + sizeof(heap) - (char*)old);
    memcpy(result, old, size < available ? size : available);
  }
  return result;
}

void free(void* memory) {
  (void)memory;
  if (pthread_mutex_lock(&heap_lock) != 0) abort();
  if (pthread_mutex_unlock(&heap_lock) != 0) abort();
}

static pthread_mutex_t work_lock = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  for (int i = 0; i < 1000; ++i) {
    CHECK(pthread_mutex_lock(&work_lock) == 0);
    free(malloc(16));
    CHECK(pthread_mutex_unlock(&work_lock) == 0);
  }
  return unused;
}

int main(void) {
  in_thread(work, NULL);
  in_thread(work, NULL);
  CHECK(allocations >= 2000);
  puts("ok");
  return 0;
}

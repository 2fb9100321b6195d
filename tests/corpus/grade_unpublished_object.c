// EXPECT: CLEAN
// NOTE: lock-order-inversion unpublished-object
// WHY: an object is locked before it is put into the registry, when nobody else can know it; all
// others take the registry first.

#include <stdlib.h>

#include "apart.h"

struct Object {
  int value;
  pthread_mutex_t lock;
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct Object* registry;

static void add(void) {
  struct Object* object = (struct Object*)malloc(sizeof(*object));
  pthread_mutex_init(&object->lock, NULL);
  pthread_mutex_lock(&object->lock);
  object->value = 1;
  pthread_mutex_lock(&registry_lock);
  registry = object;
  pthread_mutex_unlock(&registry_lock);
  pthread_mutex_unlock(&object->lock);
}

static void use(void) {
  pthread_mutex_lock(&registry_lock);
  while (registry == NULL) {
    pthread_mutex_unlock(&registry_lock);
    usleep(1000);
    pthread_mutex_lock(&registry_lock);
  }
  pthread_mutex_lock(&registry->lock);
  ++registry->value;
  pthread_mutex_unlock(&registry->lock);
  pthread_mutex_unlock(&registry_lock);
}

int main(void) {
  run_apart(add, use);
  return 0;
}

// EXPECT: CLEAN
// WHY: each parent joins its child under its own mutex; the child takes another one, its own.

#include <pthread.h>
#include <stdlib.h>

struct Node {
  pthread_mutex_t mutex;
  int value;
};

static struct Node* new_node(void) {
  struct Node* node = malloc(sizeof(*node));
  pthread_mutex_init(&node->mutex, NULL);
  node->value = 0;
  return node;
}

static void* work(void* argument) {
  struct Node* node = argument;
  pthread_mutex_lock(&node->mutex);
  ++node->value;
  pthread_mutex_unlock(&node->mutex);
  return NULL;
}

int main(void) {
  struct Node* parent = new_node();
  struct Node* child = new_node();
  pthread_t thread;
  pthread_create(&thread, NULL, work, child);
  pthread_mutex_lock(&parent->mutex);
  pthread_join(thread, NULL);
  pthread_mutex_unlock(&parent->mutex);
  free(child);
  free(parent);
  return 0;
}

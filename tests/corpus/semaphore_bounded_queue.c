// EXPECT: CLEAN
// WHY: a queue of one place: producer and consumer pass two semaphores back and forth and hold
// neither of them while they wait for the other.

#include <pthread.h>
#include <semaphore.h>

static sem_t places;
static sem_t items;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int queue;

static void* produce(void* unused) {
  for (int i = 1; i <= 20; ++i) {
    sem_wait(&places);
    pthread_mutex_lock(&lock);
    queue = i;
    pthread_mutex_unlock(&lock);
    sem_post(&items);
  }
  return unused;
}

static void* consume(void* unused) {
  for (int i = 1; i <= 20; ++i) {
    sem_wait(&items);
    pthread_mutex_lock(&lock);
    queue = 0;
    pthread_mutex_unlock(&lock);
    sem_post(&places);
  }
  return unused;
}

int main(void) {
  pthread_t threads[2];
  sem_init(&places, 0, 1);
  sem_init(&items, 0, 0);
  pthread_create(&threads[0], NULL, produce, NULL);
  pthread_create(&threads[1], NULL, consume, NULL);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}

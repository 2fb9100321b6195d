// EXPECT: CLEAN
// WHY: a thread takes the semaphore and ends; main, which knows of that, gives it back.

#include <pthread.h>
#include <semaphore.h>

static sem_t semaphore;

static void* take(void* unused) {
  sem_wait(&semaphore);
  return unused;
}

static void* take_and_stay(void* unused) {
  sem_wait(&semaphore);
  sem_wait(&semaphore);
  return unused;
}

int main(void) {
  pthread_t thread;
  sem_init(&semaphore, 0, 1);
  pthread_create(&thread, NULL, take, NULL);
  pthread_join(thread, NULL);
  sem_post(&semaphore);
  pthread_create(&thread, NULL, take_and_stay, NULL);
  sem_post(&semaphore);
  pthread_join(thread, NULL);
  sem_destroy(&semaphore);
  return 0;
}

// EXPECT: deadlock
// EXPECT: recursive-lock
// WHY: what runs once asks for itself, and waits for its own end.

#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

// Looks at the result: a call that is the last deed would take the place of this function
// on the stack, and only libc would be left there.
static void initialise(void) {
  if (pthread_once(&once, initialise) != 0) abort();
}

int main(void) {
  pthread_once(&once, initialise);
  return 0;
}

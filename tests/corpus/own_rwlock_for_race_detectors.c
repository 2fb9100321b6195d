// EXPECT: lock-order-inversion
// WHY: by what the program tells race detectors, one writes a and reads b, the other the reverse.

#include "apart.h"

extern void AnnotateRWLockCreate(const char* file, int line, const volatile void* lock)
    __attribute__((weak));
extern void AnnotateRWLockAcquired(const char* file, int line, const volatile void* lock,
                                   long is_write) __attribute__((weak));
extern void AnnotateRWLockReleased(const char* file, int line, const volatile void* lock,
                                   long is_write) __attribute__((weak));

static char a;
static char b;

static void take_both(char* write, char* read) {
  if (AnnotateRWLockAcquired == NULL) return;
  AnnotateRWLockAcquired(__FILE__, __LINE__, write, 1);
  AnnotateRWLockAcquired(__FILE__, __LINE__, read, 0);
  AnnotateRWLockReleased(__FILE__, __LINE__, read, 0);
  AnnotateRWLockReleased(__FILE__, __LINE__, write, 1);
}

static void first(void) { take_both(&a, &b); }
static void second(void) { take_both(&b, &a); }

int main(void) {
  if (AnnotateRWLockCreate != NULL) {
    AnnotateRWLockCreate(__FILE__, __LINE__, &a);
    AnnotateRWLockCreate(__FILE__, __LINE__, &b);
  }
  run_apart(first, second);
  return 0;
}

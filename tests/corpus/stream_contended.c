// EXPECT: CLEAN
// WHY: two threads lock one stream, twice each time, and wait for each other there; both always
// unlock as often as they have locked.

#include <stdio.h>
#include <unistd.h>

#include "apart.h"

static void write_often(void) {
  for (int i = 0; i < 200; ++i) {
    flockfile(stderr);
    flockfile(stderr);
    if (i % 50 == 0) usleep(1000);
    funlockfile(stderr);
    funlockfile(stderr);
  }
}

static void write_for_long(void) {
  for (int i = 0; i < 10; ++i) {
    flockfile(stderr);
    usleep(20 * 1000);
    funlockfile(stderr);
  }
}

int main(void) {
  run_apart3(write_for_long, write_often, write_often);
  return 0;
}

#include "check.h"

int early_library(void);

int main(void) {
  CHECK(early_library() == 0);
  puts("ok");
  return 0;
}

// Prints where its main function is; linked at a fixed address.

#include <cstdio>

int main() {
  std::printf("%p\n", reinterpret_cast<void*>(&main));
  return 0;
}

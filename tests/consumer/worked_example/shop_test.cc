#include "shop.h"

#include <string>

// Runs one operation: that two of them can block each other shows in their recordings together.
int main(int, char** argv) {
  const std::string what = argv[1];
  if (what == "buy") shop::Buy();
  if (what == "restock") shop::Restock();
  if (what == "report") shop::Report();
  if (what == "close") shop::Close();
  return 0;
}

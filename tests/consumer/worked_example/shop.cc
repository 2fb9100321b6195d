#include "shop.h"

#include <mutex>

namespace shop {

std::mutex orders;  // Taken before stock.
std::mutex stock;
std::mutex ledger;
std::mutex printer;

int ordered = 0, left = 10, pages = 0;

void Buy() {
  const std::lock_guard<std::mutex> order(orders);
  const std::lock_guard<std::mutex> shelf(stock);
  ++ordered;
  --left;
}

void Restock() {
  const std::lock_guard<std::mutex> shelf(stock);
  left += 5;
}

void Report() {
  const std::lock_guard<std::mutex> book(ledger);
  const std::lock_guard<std::mutex> paper(printer);
  ++pages;
}

void Close() {
  const std::lock_guard<std::mutex> paper(printer);
  const std::lock_guard<std::mutex> book(ledger);
  ++pages;
}

}  // namespace shop

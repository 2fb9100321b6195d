#include "mm_model/museum/museum.h"

#include <initializer_list>

namespace mm_model {
namespace {

using Family = std::span<const MuseumPiece>;

std::vector<MuseumPiece> Together(std::initializer_list<Family> families) {
  std::vector<MuseumPiece> all;
  for (const Family& family : families) all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace

const std::vector<MuseumPiece>& AllMuseumPieces() {
  static const auto& pieces = *new std::vector<MuseumPiece>(Together(
      {FieldPieces(), LifetimePieces(), PageTablePieces(), OrderPieces(), BalancePieces()}));
  return pieces;
}

const std::vector<MuseumPiece>& AllConsequences() {
  static const auto& pieces =
      *new std::vector<MuseumPiece>(Together({VmaLockConsequences(), PageTableConsequences()}));
  return pieces;
}

}  // namespace mm_model

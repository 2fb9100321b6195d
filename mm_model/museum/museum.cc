#include "mm_model/museum/museum.h"

namespace mm_model {

const std::vector<MuseumPiece>& AllMuseumPieces() {
  static const auto& pieces = *new std::vector<MuseumPiece>([] {
    std::vector<MuseumPiece> all;
    for (const auto& family :
         {FieldPieces(), LifetimePieces(), PageTablePieces(), OrderPieces(), BalancePieces()}) {
      all.insert(all.end(), family.begin(), family.end());
    }
    return all;
  }());
  return pieces;
}

}  // namespace mm_model

#include "mm_model/interned.h"

#include <set>

namespace mm_model {

const char* Interned(const std::string& text) {
  static auto& texts = *new std::set<std::string>;
  return texts.insert(text).first->c_str();
}

}  // namespace mm_model

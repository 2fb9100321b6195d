// The word that a person probably meant.

#ifndef LOCKDEP_CLI_SUGGEST_H_
#define LOCKDEP_CLI_SUGGEST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lockdep::cli {

// Letters to insert, delete, replace or swap with their neighbour to get from
// one word to the other.
size_t EditDistance(absl::string_view from, absl::string_view to);

// Returns the candidate nearest to `word`, the earlier one of equals; empty if
// none is near enough to be a slip of the fingers.
std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_SUGGEST_H_

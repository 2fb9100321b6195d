#include "lockdep/cli/suggest.h"

#include <algorithm>

namespace lockdep::cli {

size_t EditDistance(absl::string_view from, absl::string_view to) {
  // Optimal string alignment; three rows of the table are alive at a time.
  std::vector<size_t> older(to.size() + 1), previous(to.size() + 1), row(to.size() + 1);
  for (size_t j = 0; j <= to.size(); ++j) previous[j] = j;
  for (size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= to.size(); ++j) {
      const size_t replace = previous[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({replace, previous[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
    }
    older.swap(previous);
    previous.swap(row);
  }
  return previous[to.size()];
}

std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates) {
  const size_t limit = std::max<size_t>(1, word.size() / 3);
  std::string nearest;
  size_t best = limit + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace lockdep::cli

// The hash is FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), 64 bits.

#include "lockdep/report/fingerprint.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace lockdep::report {
namespace {

uint64_t Hash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3u;
  }
  return hash;
}

// Turns the cycle so that the least of all possible sequences comes out.
void Canonicalise(std::vector<std::string>& steps) {
  std::vector<std::string> best = steps;
  for (size_t i = 1; i < steps.size(); ++i) {
    std::rotate(steps.begin(), steps.begin() + 1, steps.end());
    best = std::min(best, steps);
  }
  steps = std::move(best);
}

}  // namespace

std::string JoinParts(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) absl::StrAppend(&joined, part.size(), ":", part, ";");
  return joined;
}

std::string Fingerprint(std::string_view kind, std::vector<std::string> steps,
                        const std::vector<std::string>& rest) {
  Canonicalise(steps);
  const uint64_t hash = Hash(JoinParts({std::string(kind), JoinParts(steps), JoinParts(rest)}));
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad16));
}

}  // namespace lockdep::report

#include "mm_model/explore/schedule_shrinker.h"

#include <utility>

namespace mm_model {
namespace {

constexpr int kMostRuns = 600;

std::vector<Stretch> Joined(const std::vector<Stretch>& stretches) {
  std::vector<Stretch> joined;
  for (const Stretch& stretch : stretches) {
    if (stretch.steps == 0) continue;
    if (joined.empty() || joined.back().task != stretch.task) joined.push_back({stretch.task, 0});
    joined.back().steps += stretch.steps;
  }
  return joined;
}

uint64_t StepsOf(const std::vector<Stretch>& stretches) {
  uint64_t steps = 0;
  for (const Stretch& stretch : stretches) steps += stretch.steps;
  return steps;
}

class Shrinker {
 public:
  explicit Shrinker(const Showing& shows) : shows_(shows) {}

  // Whether the candidate shows it and is simpler; it is the best one then.
  bool Try(const std::vector<Stretch>& candidate) {
    if (runs_++ >= kMostRuns) return false;
    const std::vector<uint8_t> choices = shows_(Joined(candidate));
    if (choices.empty()) return false;
    std::vector<Stretch> shown = ToStretches(choices);
    if (!best_.empty() && !IsSimpler(shown, best_)) return false;
    best_ = std::move(shown);
    return true;
  }

  // A stretch less: its steps come later, if at all.
  bool DropOne() {
    for (size_t i = 0; i < best_.size(); ++i) {
      std::vector<Stretch> candidate = best_;
      candidate.erase(candidate.begin() + static_cast<long>(i));
      if (Try(candidate)) return true;
    }
    return false;
  }

  // A shorter stretch, by as much as possible.
  bool ShortenOne() {
    for (size_t i = 0; i < best_.size(); ++i) {
      for (uint64_t less = best_[i].steps / 2; less != 0; less /= 2) {
        std::vector<Stretch> candidate = best_;
        candidate[i].steps -= less;
        if (Try(candidate)) return true;
      }
    }
    return false;
  }

  std::vector<Stretch> TakeBest() { return std::move(best_); }

 private:
  static bool IsSimpler(const std::vector<Stretch>& one, const std::vector<Stretch>& other) {
    return std::pair(one.size(), StepsOf(one)) < std::pair(other.size(), StepsOf(other));
  }

  const Showing& shows_;
  std::vector<Stretch> best_;
  int runs_ = 0;
};

}  // namespace

std::vector<Stretch> ShrinkSchedule(std::vector<Stretch> stretches, const Showing& shows) {
  Shrinker shrinker(shows);
  if (!shrinker.Try(stretches)) return {};
  shrinker.Try({});  // Each task as far as it goes may do.
  while (shrinker.DropOne() || shrinker.ShortenOne()) {
  }
  return shrinker.TakeBest();
}

}  // namespace mm_model

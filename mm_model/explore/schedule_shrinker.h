// Makes a schedule that shows something as simple as it gets: few changes from
// one task to another, then few steps before the last of them.
//
// Thread safety: stateless.

#ifndef MM_MODEL_EXPLORE_SCHEDULE_SHRINKER_H_
#define MM_MODEL_EXPLORE_SCHEDULE_SHRINKER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "mm_model/explore/schedule.h"

namespace mm_model {

// Runs a schedule; returns who did each step until it showed, or nothing.
using Showing = std::function<std::vector<uint8_t>(std::span<const Stretch>)>;

// Returns the simplest schedule that was found to show it; empty if not even
// `stretches` does.  Every stretch of the result is run in full.
std::vector<Stretch> ShrinkSchedule(std::vector<Stretch> stretches, const Showing& shows);

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_SCHEDULE_SHRINKER_H_

#include "mm_model/explore/schedule.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace mm_model {
namespace {

constexpr char kVersion[] = "mm1";

absl::Status Malformed(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("schedule '", std::string(text), "': ", std::string(why),
                   "; take it from 'lockdep mm explore' as it was printed"));
}

// "a12"
bool ParseStretch(absl::string_view text, Stretch* stretch) {
  if (text.size() < 2 || text[0] < 'a' || text[0] >= static_cast<char>('a' + kMaxTasks)) {
    return false;
  }
  stretch->task = static_cast<TaskId>(text[0] - 'a');
  return absl::SimpleAtoi(text.substr(1), &stretch->steps) && stretch->steps != 0;
}

}  // namespace

const char* ToString(VmaLockGeneration generation) {
  return generation == VmaLockGeneration::kRefcount ? "refcount" : "semaphore";
}

bool ParseGeneration(std::string_view word, VmaLockGeneration* generation) {
  for (const auto each : {VmaLockGeneration::kRefcount, VmaLockGeneration::kSemaphore}) {
    if (word != ToString(each)) continue;
    *generation = each;
    return true;
  }
  return false;
}

std::string ToString(const Schedule& schedule) {
  const std::string stretches =
      absl::StrJoin(schedule.stretches, ".", [](std::string* out, const Stretch& stretch) {
        absl::StrAppend(out, std::string(1, static_cast<char>('a' + stretch.task)), stretch.steps);
      });
  return absl::StrFormat("%s:%s:%s:%s:%08x", kVersion, schedule.subject,
                         ToString(schedule.generation), stretches, schedule.check_sum);
}

absl::StatusOr<Schedule> ParseSchedule(std::string_view text) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(text.data(), text.size()), ':');
  if (parts.size() != 5) return Malformed(text, "it does not have five parts");
  if (parts[0] != kVersion) return Malformed(text, absl::StrCat("it is not of ", kVersion));
  Schedule schedule{.subject = parts[1]};
  if (!ParseGeneration(parts[2], &schedule.generation)) {
    return Malformed(text, "no such VMA lock");
  }
  for (const absl::string_view part : absl::StrSplit(parts[3], '.', absl::SkipEmpty())) {
    Stretch stretch;
    if (!ParseStretch(part, &stretch)) {
      return Malformed(text, absl::StrCat("'", part, "' is no stretch of steps"));
    }
    schedule.stretches.push_back(stretch);
  }
  if (parts[4].size() != 8 || !absl::SimpleHexAtoi(parts[4], &schedule.check_sum)) {
    return Malformed(text, "it is cut off");
  }
  return schedule;
}

std::vector<Stretch> ToStretches(std::span<const uint8_t> choices) {
  std::vector<Stretch> stretches;
  for (const uint8_t task : choices) {
    if (stretches.empty() || stretches.back().task != task) stretches.push_back({task, 0});
    ++stretches.back().steps;
  }
  return stretches;
}

void StepCheckSum::OnStep(const Task& task, const Step& step) {
  const auto add = [this](uint64_t byte) { sum_ = (sum_ ^ byte) * 0x100000001b3u; };
  add(task.id());
  add(static_cast<uint64_t>(step.kind));
  for (const char* at = step.what; *at != '\0'; ++at) add(static_cast<unsigned char>(*at));
}

void Replay::BeginExecution() {
  stretch_ = 0;
  done_ = 0;
}

TaskId Replay::ChooseNext(const Situation& situation) {
  while (stretch_ < stretches_.size()) {
    const Stretch& stretch = stretches_[stretch_];
    if (done_ < stretch.steps && Contains(situation.runnable, stretch.task)) {
      ++done_;
      return stretch.task;
    }
    ++stretch_;
    done_ = 0;
  }
  const TaskId last = situation.last;
  return last != kNobody && Contains(situation.runnable, last) ? last : FirstOf(situation.runnable);
}

}  // namespace mm_model

#include "mm_model/mutation.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mm_model {
namespace {

constexpr MutationKind kKinds[] = {MutationKind::kDrop, MutationKind::kWeaken, MutationKind::kDelay,
                                   MutationKind::kWait};

constexpr LockClass kLockClasses[] = {
#define MM_LOCK_CLASS(identifier, name, kind) LockClass::identifier,
#include "mm_model/lock_classes.def"
#undef MM_LOCK_CLASS
};

absl::Status Malformed(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("mutation '", std::string(text), "': ", std::string(why),
                   "; write drop, weaken, delay or wait, a lock class, and #N or @TASK if wanted"));
}

// Cuts off what follows the last `mark`, and returns it.
std::string_view CutOffAfter(std::string_view* text, char mark) {
  const size_t at = text->rfind(mark);
  if (at == text->npos) return {};
  const std::string_view tail = text->substr(at + 1);
  *text = text->substr(0, at);
  return tail;
}

}  // namespace

const char* ToString(MutationKind kind) {
  switch (kind) {
    case MutationKind::kNone:
      return "none";
    case MutationKind::kDrop:
      return "drop";
    case MutationKind::kWeaken:
      return "weaken";
    case MutationKind::kDelay:
      return "delay";
    case MutationKind::kWait:
      return "wait";
  }
  return "";
}

std::string ToString(const MutationSpec& spec) {
  std::string text = absl::StrCat(ToString(spec.kind), " ", NameOf(spec.lock_class));
  if (spec.occurrence != 0) absl::StrAppend(&text, "#", spec.occurrence);
  if (!spec.task.empty()) absl::StrAppend(&text, "@", spec.task);
  return text;
}

absl::StatusOr<MutationSpec> ParseMutation(std::string_view text) {
  std::string_view rest = text;
  MutationSpec spec;
  spec.task = std::string(CutOffAfter(&rest, '@'));
  const std::string number(CutOffAfter(&rest, '#'));
  if (!number.empty() && (!absl::SimpleAtoi(number, &spec.occurrence) || spec.occurrence == 0)) {
    return Malformed(text, "what follows '#' is no number from 1");
  }
  const size_t space = rest.find(' ');
  if (space == rest.npos) return Malformed(text, "the lock class is missing");
  const std::string_view lock = rest.substr(space + 1);
  const auto* const kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](auto each) {
    return rest.substr(0, space) == ToString(each);
  });
  const auto* const lock_class = std::find_if(std::begin(kLockClasses), std::end(kLockClasses),
                                              [&](LockClass each) { return lock == NameOf(each); });
  if (kind == std::end(kKinds)) return Malformed(text, "no such kind");
  if (lock_class == std::end(kLockClasses)) return Malformed(text, "no such lock class");
  spec.kind = *kind;
  spec.lock_class = *lock_class;
  return spec;
}

MutationKind Mutation::OnAcquire(const DepMap& map) {
  if (map.lock_class != spec_.lock_class) return MutationKind::kNone;
  if (!spec_.task.empty() && spec_.task != current().name()) return MutationKind::kNone;
  ++seen_;
  if (spec_.occurrence != 0 && spec_.occurrence != seen_) return MutationKind::kNone;
  struck_ = true;
  return spec_.kind;
}

void Mutation::Skip(const DepMap& map) { skipped_.push_back({&map, &current()}); }

bool Mutation::TakeSkipped(const DepMap& map) {
  const auto found = std::find_if(skipped_.begin(), skipped_.end(), [&](const Skipped& skipped) {
    return skipped.map == &map && skipped.task == &current();
  });
  if (found == skipped_.end()) return false;
  skipped_.erase(found);
  return true;
}

void Mutation::PutOff(std::function<void()> acquire) {
  delayed_ = std::move(acquire);
  delaying_ = &current();
}

void Mutation::TakeDelayed() {
  if (delaying_ != &current()) return;
  delaying_ = nullptr;
  std::exchange(delayed_, nullptr)();
}

}  // namespace mm_model

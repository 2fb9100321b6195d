#include "mm_model/mutation.h"

#include <algorithm>
#include <type_traits>

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

// What only waits cannot be waited for, what only reads cannot be weakened.
bool Mutation::AppliesTo(Attempt how) const {
  switch (spec_.kind) {
    case MutationKind::kNone:
      return false;
    case MutationKind::kDrop:
      return true;
    case MutationKind::kWeaken:
      return how == Attempt::kWrite;
    case MutationKind::kDelay:
      return how == Attempt::kRead || how == Attempt::kWrite;
    case MutationKind::kWait:
      return how == Attempt::kTry;
  }
  return false;
}

bool Mutation::Strikes(LockClass lock_class, const DepMap* map, Attempt how) {
  if (spy_) spy_({current().name(), lock_class, how});
  if (lock_class != spec_.lock_class) return false;
  if (!spec_.task.empty() && spec_.task != current().name()) return false;
  ++seen_;
  if (spec_.occurrence != 0 && spec_.occurrence != seen_) return false;
  if (!AppliesTo(how)) return false;
  struck_ = true;
  sections_.push_back({map, &current()});
  return true;
}

MutationKind Mutation::OnAcquire(const DepMap& map, Attempt how) {
  return Strikes(map.lock_class, &map, how) ? spec_.kind : MutationKind::kNone;
}

bool Mutation::OnFlush() { return Strikes(LockClass::kTlbFlush, nullptr, Attempt::kFlush); }

bool Mutation::OnRelease(const DepMap& map) {
  const auto ends = std::find_if(sections_.begin(), sections_.end(), [&](const Section& section) {
    return section.map == &map && section.task == &current();
  });
  if (ends == sections_.end()) return false;
  sections_.erase(ends);
  const bool never_taken = delaying_ == &current() && delayed_map_ == &map;
  if (never_taken) delaying_ = nullptr;
  return spec_.kind == MutationKind::kDrop || never_taken;
}

void Mutation::OnVmaWriteLocksEnd() {
  std::erase_if(sections_, [](const Section& section) {
    return section.task == &current() && section.map != nullptr &&
           section.map->lock_class == LockClass::kVmaWriteLock;
  });
}

bool Mutation::InSection() const {
  return std::any_of(sections_.begin(), sections_.end(),
                     [](const Section& section) { return section.task == &current(); });
}

static_assert(std::is_trivially_destructible_v<Mutation::Delayed>);

void Mutation::PutOff(const DepMap& map, const Delayed& delayed) {
  delayed_ = delayed;
  delayed_map_ = &map;
  delaying_ = &current();
}

void Mutation::TakeDelayed() {
  if (delaying_ != &current()) return;
  delaying_ = nullptr;
  const Delayed delayed = delayed_;  // Another may be put off meanwhile.
  delayed.acquire(delayed.lock, delayed.mode, delayed.request);
}

}  // namespace mm_model

#include "lockdep/report/grade_meaning.h"

#include <span>

namespace lockdep::report {
namespace {

struct Meaning {
  absl::string_view about;
  absl::string_view text;
};

constexpr Meaning kLevels[] = {
    {"confirmed", "It happened while lockdep watched."},
    {"feasible",
     "It did not happen while lockdep watched, but nothing that was seen rules it out: with "
     "other timing it can."},
    {"note", "Something that was seen rules it out, as far as these runs show:"},
};

constexpr Meaning kReasons[] = {
    {"same-thread", "only one thread ever took the locks in these orders"},
    {"gate-lock", "one outer lock was held around every one of these orders"},
    {"ordered-by-create-join",
     "the orders cannot overlap in time: threads were created or joined in between"},
    {"ordered-by-barrier",
     "the orders cannot overlap in time: the threads met at a barrier in between"},
    {"ordered-by-condition",
     "the orders cannot overlap in time: one thread waited for a condition until the other had "
     "signalled it"},
    {"unpublished-object", "no other thread could reach the object yet"},
    {"announced-end",
     "the thread signalled a condition in its last section of the lock, so that whoever has the "
     "lock can know that it needs it no more"},
    {"reader-preferring", "the lock lets readers pass a waiting writer"},
    {"ended-without-lock", "the wait was also ended by threads that held no lock"},
    {"wait-of-another-run",
     "no run both waited and ended the wait with these locks, and none tells who else could end "
     "it"},
    {"weak-class", "the locks are different ones of a class that is only loosely identified"},
};

absl::string_view Find(std::span<const Meaning> table, absl::string_view about) {
  for (const Meaning& meaning : table) {
    if (meaning.about == about) return meaning.text;
  }
  return "";
}

}  // namespace

absl::string_view LevelMeaning(absl::string_view level) { return Find(kLevels, level); }

absl::string_view ReasonMeaning(absl::string_view reason) {
  return Find(kReasons, reason.substr(0, reason.find_first_of(": ")));
}

}  // namespace lockdep::report

#include "lockdep/violation.h"

namespace lockdep {

const char* ToString(ViolationKind kind) {
  switch (kind) {
#define LOCKDEP_X(name, text) \
  case ViolationKind::name:   \
    return text;
    LOCKDEP_VIOLATION_KINDS(LOCKDEP_X)
#undef LOCKDEP_X
  }
  return "unknown";
}

const char* ToString(Level level) {
  switch (level) {
    case Level::kNote:
      return "note";
    case Level::kFeasible:
      return "feasible";
    case Level::kConfirmed:
      return "confirmed";
  }
  return "unknown";
}

const char* ToString(WaitType type) {
  switch (type) {
    case WaitType::kUnchecked:
      return "unchecked";
    case WaitType::kFree:
      return "free";
    case WaitType::kSpin:
      return "spin";
    case WaitType::kConfig:
      return "config";
    case WaitType::kSleep:
      return "sleep";
    case WaitType::kAny:
      return "any";
  }
  return "unknown";
}

}  // namespace lockdep

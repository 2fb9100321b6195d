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

}  // namespace lockdep

// What a host says to a validator when it makes one, and what it can ask it for.
//
// Thread safety: plain data.

#ifndef LOCKDEP_VALIDATOR_CONFIG_H_
#define LOCKDEP_VALIDATOR_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lockdep/declared_order.h"
#include "lockdep/runtime.h"

namespace lockdep {

struct ValidatorConfig {
  Observer* observer = nullptr;       // Null: nobody listens.
  StackSource* stacks = nullptr;      // Null: sites only.
  DeclaredOrder declared_order = {};  // Must outlive the validator.
  // Name of the context of each bit of a ContextSet, for findings; those of
  // bits beyond the end are "context".  Must outlive the validator.
  std::span<const char* const> context_names = {};
  // The host lets no signal handler use the context of what it interrupted: signals
  // need not be blocked where only such a handler could do harm.
  bool handlers_are_excluded = false;
};

struct ValidatorStats {
  uint64_t acquisitions = 0;
  uint64_t chains = 0;
  uint64_t dependencies = 0;  // Observed ones; declared arcs do not count.
  uint32_t classes = 0;       // Those that were not forgotten.
  uint32_t threads = 0;       // Contexts ever created.
  uint64_t violations = 0;
  size_t memory = 0;  // Bytes asked of the system.
};

}  // namespace lockdep

#endif  // LOCKDEP_VALIDATOR_CONFIG_H_

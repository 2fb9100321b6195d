// The computed table of lock states, for reports.

#ifndef MM_MODEL_CLI_LOCK_STATE_TABLES_H_
#define MM_MODEL_CLI_LOCK_STATE_TABLES_H_

#include <vector>

#include "lockdep/report/report.h"
#include "mm_model/machine.h"

namespace mm_model {

// The lock states, the invalid ones with the rule that they break, and who
// excludes whom on the mmap lock.  Runs the model, for some milliseconds.
std::vector<lockdep::report::AttachedTable> LockStateTables(VmaLockGeneration generation);

}  // namespace mm_model

#endif  // MM_MODEL_CLI_LOCK_STATE_TABLES_H_

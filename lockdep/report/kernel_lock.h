// A lock, a place and a stack as the kernel writes them in its lockdep reports.
//
//   0x7ffd1c20 (lock_A){+.+.}-{4:4}, at: step_ba() lab.c:20
//
// The first braces hold a letter for each of hardirq and softirq, taken for
// writing, then for reading: '.' never, '+' held while it was enabled, '-' taken
// in it, '?' both.  The second ones say where the lock can be taken and how its
// holder may wait: 0 unchecked, 1 free, 2 spin, 3 config, 4 sleep.
//
// Both are those of the whole run.  A class that was taken in a context for
// writing shows that alone: reads add nothing to it.
//
// Source: linux v6.12 kernel/locking/lockdep.c, get_usage_chars(),
// print_lock_name(); Documentation/locking/lockdep-design.rst, "State".

#ifndef LOCKDEP_REPORT_KERNEL_LOCK_H_
#define LOCKDEP_REPORT_KERNEL_LOCK_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

class KernelLocks {
 public:
  explicit KernelLocks(const std::vector<ClassRow>& classes);

  // "(lock_A){+.+.}-{4:4}"
  std::string Class(const std::string& name) const;
  // "0x7ffd1c20 (lock_A){+.+.}-{4:4}, at: step_ba() lab.c:20"
  std::string At(const std::string& name, const std::string& address, const Stack& taken) const;

 private:
  absl::flat_hash_map<std::string, std::string> suffixes_;
};

// "4" for "sleep", and so on.
std::string KernelWaitNumber(const std::string& wait);

// "step_ba() lab.c:20", or as much of it as is known.
std::string KernelPlace(const Frame& frame);

// One line a frame, each after `indent`.
std::string KernelStack(const Stack& stack, const char* indent);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_KERNEL_LOCK_H_

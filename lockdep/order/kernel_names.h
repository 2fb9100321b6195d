// One name for each lock that the lock-order comments of a kernel tree mention
// in several spellings: `lock_page` and `folio_lock` are one lock.
//
// A name that the table does not know is kept as it is, so that comments of
// other kernel versions can be read too.
//
// Thread safety: pure functions.

#ifndef LOCKDEP_ORDER_KERNEL_NAMES_H_
#define LOCKDEP_ORDER_KERNEL_NAMES_H_

#include <span>
#include <string>

#include "absl/strings/string_view.h"

namespace lockdep::order {

// Where a spelling means this lock.
enum class KernelPart { kAnywhere, kHugetlb };

struct KernelName {
  absl::string_view spelling;
  absl::string_view name;
  KernelPart part = KernelPart::kAnywhere;
};

// All spellings that are not the name itself.
std::span<const KernelName> KernelNames();

// The name of the lock that a comment about `part` spells so.
std::string CanonicalKernelName(absl::string_view spelling, KernelPart part);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_KERNEL_NAMES_H_

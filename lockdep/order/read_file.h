// Reads small files whole.

#ifndef LOCKDEP_ORDER_READ_FILE_H_
#define LOCKDEP_ORDER_READ_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace lockdep::order {

// The content of `path`, or an error "cannot read it: REASON" (without the
// path) when it cannot be read, is a directory or exceeds kMaxFileSize.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_READ_FILE_H_

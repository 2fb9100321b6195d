// Source files as code hosts name them: relative to the root of the repository.

#ifndef LOCKDEP_REPORT_SOURCE_PATH_H_
#define LOCKDEP_REPORT_SOURCE_PATH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lockdep::report {

// `file` without "." and ".." steps, relative to `root` if it lies below it.
std::string RelativeSource(absl::string_view file, absl::string_view root);

// The same as a URI reference (RFC 3986): "src/bank.cc", "file:///usr/include/x.h".
std::string SourceUri(absl::string_view file, absl::string_view root);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_SOURCE_PATH_H_

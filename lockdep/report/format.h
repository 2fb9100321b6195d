// The formats of a report, each once: how --format names it, which extensions
// tell it, and who renders it.

#ifndef LOCKDEP_REPORT_FORMAT_H_
#define LOCKDEP_REPORT_FORMAT_H_

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/render.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

struct Format {
  absl::string_view name;
  // With the dot; empty ones at the end are none.  The first is the usual one.
  absl::string_view extensions[2];
  std::string (*render)(const Report& report, const RenderOptions& options);
};

// In the order in which a user should read them.
std::span<const Format> Formats();

// Null if no format has this name.
const Format* FormatNamed(absl::string_view name);

// By the extension of a path.  InvalidArgument: another one, or none.
absl::StatusOr<const Format*> FormatOf(const std::string& path);

// ".txt, .html or ...": for messages.
std::string FormatExtensions();

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_FORMAT_H_

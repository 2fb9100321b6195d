#include "lockdep/cli/step_summary.h"

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/report/render.h"

namespace lockdep::cli {

absl::Status AppendStepSummary(const report::Report& report) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || path[0] == '\0') return absl::OkStatus();
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << report::RenderMarkdown(report, {.source_root = SourceRoot()});
  file.flush();
  if (file.good()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(path, ": the step summary cannot be written; check GITHUB_STEP_SUMMARY"));
}

}  // namespace lockdep::cli

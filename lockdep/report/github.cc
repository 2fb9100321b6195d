// GitHub shows ten annotations of each kind for one step; what comes after them
// would be dropped without a word, so the last notice says how many there are.
//
// A finding that happened is an error, one that can happen a warning, a note a
// notice.  What is suppressed is not shown.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/merge.h"
#include "lockdep/report/render.h"
#include "lockdep/report/source_path.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

constexpr size_t kMostOfAKind = 10;
constexpr size_t kLongestMessage = 4000;

// By LevelRank.
constexpr const char* kCommands[] = {"notice", "warning", "error"};

std::string Data(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}});
}

std::string Property(absl::string_view text) {
  return absl::StrReplaceAll(Data(text), {{":", "%3A"}, {",", "%2C"}});
}

std::string Place(const Frame& frame, const RenderOptions& options) {
  if (frame.file.empty()) return "";
  const std::string file = Inert(RelativeSource(frame.file, options.source_root));
  return absl::StrCat("file=", Property(file), ",line=", frame.line, ",");
}

std::string Annotation(const Finding& finding, const RenderOptions& options) {
  const std::string message = CutTo(
      absl::StrCat(Inert(finding.title), "\n", InertLines(finding.explanation)), kLongestMessage);
  return absl::StrCat("::", kCommands[LevelRank(finding.level)], " ",
                      Place(FindingSource(finding), options),
                      "title=", Property(Inert(absl::StrCat("lockdep: ", finding.kind))),
                      "::", Data(message), "\n");
}

}  // namespace

std::string RenderGithub(const Report& report, const RenderOptions& options) {
  std::string out;
  // One notice is kept for the number of those that are left out.
  size_t room[] = {kMostOfAKind - 1, kMostOfAKind, kMostOfAKind};
  size_t left_out = 0;
  for (const Finding& finding : report.findings) {
    if (finding.suppressed_by.has_value()) continue;
    size_t& of_its_kind = room[LevelRank(finding.level)];
    if (of_its_kind == 0) {
      ++left_out;
      continue;
    }
    --of_its_kind;
    out += Annotation(finding, options);
  }
  if (left_out != 0) {
    absl::StrAppend(&out, "::notice title=lockdep::", left_out,
                    " findings more than GitHub shows here; all are in the step summary\n");
  }
  return out;
}

}  // namespace lockdep::report

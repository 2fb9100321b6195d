#include "lockdep/report/format.h"

#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lockdep::report {
namespace {

std::string Json(const Report& report, const RenderOptions&) { return RenderJson(report); }
std::string Text(const Report& report, const RenderOptions& options) {
  return RenderText(report, {.color = options.color, .brief = options.brief});
}
std::string Kernel(const Report& report, const RenderOptions&) { return RenderKernel(report); }
std::string Dot(const Report& report, const RenderOptions&) { return RenderDot(report); }
std::string GraphMl(const Report& report, const RenderOptions&) { return RenderGraphMl(report); }

constexpr Format kFormats[] = {
    {"text", {".txt"}, Text},
    {"html", {".html"}, RenderHtml},
    {"json", {".json"}, Json},
    {"sarif", {".sarif"}, RenderSarif},
    {"junit", {".xml"}, RenderJunit},
    {"github", {}, RenderGithub},
    {"markdown", {".md"}, RenderMarkdown},
    {"kernel", {}, Kernel},
    {"dot", {".dot", ".gv"}, Dot},
    {"graphml", {".graphml"}, GraphMl},
};

}  // namespace

std::span<const Format> Formats() { return kFormats; }

const Format* FormatNamed(absl::string_view name) {
  for (const Format& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

absl::StatusOr<const Format*> FormatOf(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  for (const Format& format : kFormats) {
    for (const absl::string_view known : format.extensions) {
      if (!extension.empty() && extension == known) return &format;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": ",
                   extension.empty() ? std::string("no extension")
                                     : absl::StrCat("unknown extension '", extension, "'"),
                   "; the format is told by ", FormatExtensions()));
}

std::string FormatExtensions() {
  std::vector<absl::string_view> all;
  for (const Format& format : kFormats) {
    for (const absl::string_view known : format.extensions) {
      if (!known.empty()) all.push_back(known);
    }
  }
  const absl::string_view last = all.back();
  all.pop_back();
  return absl::StrCat(absl::StrJoin(all, ", "), " or ", last);
}

}  // namespace lockdep::report

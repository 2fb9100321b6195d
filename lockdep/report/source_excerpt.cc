#include "lockdep/report/source_excerpt.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace lockdep::report {
namespace {

namespace fs = std::filesystem;

constexpr int kLinesAround = 2;
constexpr size_t kLongestLine = 200;
constexpr uintmax_t kLargestFile = 4 << 20;

bool IsSourceName(const fs::path& path) {
  constexpr absl::string_view kExtensions[] = {".c",   ".cc",  ".cpp", ".cxx", ".C",   ".h",  ".hh",
                                               ".hpp", ".hxx", ".inc", ".ipp", ".tcc", ".rs", ".m"};
  const std::string extension = path.extension().string();
  return std::find(std::begin(kExtensions), std::end(kExtensions), extension) !=
         std::end(kExtensions);
}

// Without links and dots; empty if there is no such file.
std::string RealPath(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? "" : real.string();
}

bool IsReadable(const std::string& path) {
  std::error_code error;
  const fs::path file(path);
  return fs::is_regular_file(file, error) && fs::file_size(file, error) <= kLargestFile && !error;
}

std::string Shown(absl::string_view line) {
  std::string text =
      absl::StrReplaceAll(line.substr(0, kLongestLine), {{"\t", "    "}, {"\r", ""}});
  if (line.size() > kLongestLine) text += " ...";
  return text;
}

}  // namespace

SourceExcerpts::SourceExcerpts(const std::string& root)
    : root_(root.empty() ? "" : RealPath(root)) {}

const std::vector<std::string>& SourceExcerpts::LinesOf(const std::string& file) {
  const auto [at, is_new] = files_.try_emplace(file);
  std::vector<std::string>& lines = at->second;
  if (!is_new || root_.empty() || file.empty()) return lines;
  // A relative path is one below the root; an absolute one stays as it is.
  const std::string path = RealPath(fs::path(root_) / file);
  if (!absl::StartsWith(path, absl::StrCat(root_, "/"))) return lines;
  if (!IsSourceName(path) || !IsReadable(path)) return lines;
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  lines = absl::StrSplit(text, '\n');
  return lines;
}

std::vector<SourceLine> SourceExcerpts::Around(const Frame& frame) {
  const std::vector<std::string>& lines = LinesOf(frame.file);
  const int count = static_cast<int>(lines.size());
  if (frame.line < 1 || frame.line > count) return {};
  std::vector<SourceLine> around;
  const int last = std::min(frame.line + kLinesAround, count);
  for (int line = std::max(frame.line - kLinesAround, 1); line <= last; ++line) {
    around.push_back({line, Shown(lines[static_cast<size_t>(line) - 1])});
  }
  return around;
}

}  // namespace lockdep::report

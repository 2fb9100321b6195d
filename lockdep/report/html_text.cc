#include "lockdep/report/html_text.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "lockdep/record/base_name.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

// Where it was and who called it; more would hide the stack.
constexpr size_t kExcerptsOfAStack = 2;

std::string EscapedByte(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return std::string(1, c);
  }
}

// Where a frame stands, shortly; the full path is for the tooltip.
std::string Where(const Frame& frame) {
  if (!frame.file.empty()) {
    return frame.line > 0 ? absl::StrCat(record::BaseName(frame.file), ":", frame.line)
                          : record::BaseName(frame.file);
  }
  if (frame.module.empty()) return "";
  return ModuleOffset(frame);
}

// The place itself is marked, for eyes and for readers alike.
std::string ExcerptHtml(const std::vector<SourceLine>& lines, int here) {
  if (lines.empty()) return "";
  std::string html = "<pre class=\"source\">";
  for (const SourceLine& line : lines) {
    const bool is_here = line.number == here;
    absl::StrAppend(&html, is_here ? "<mark class=\"here\">" : "", "<span class=\"line-number\">",
                    absl::StrFormat("%5d ", line.number), "</span>", Escaped(line.text),
                    is_here ? "</mark>" : "", "\n");
  }
  return html + "</pre>";
}

}  // namespace

std::string Escaped(absl::string_view text) {
  std::string escaped;
  for (const char c : Inert(std::string_view(text.data(), text.size()))) escaped += EscapedByte(c);
  return escaped;
}

std::string Prose(absl::string_view text) {
  return absl::StrReplaceAll(Escaped(text), {{"-&gt;", "<span class=\"arrow\">-&gt;</span>"}});
}

std::string WithThousands(uint64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

std::string Counted(uint64_t number, absl::string_view singular, absl::string_view plural) {
  return absl::StrCat(WithThousands(number), " ", number == 1 ? singular : plural);
}

std::string FrameHtml(const Frame& frame) {
  const std::string where = Where(frame);
  if (frame.function.empty() && where.empty()) return "";
  const std::string& path = frame.file.empty() ? frame.module : frame.file;
  std::string html =
      frame.function.empty() ? "" : absl::StrCat("<span>", Escaped(frame.function), "</span> ");
  if (!where.empty()) {
    absl::StrAppend(&html, "<span class=\"where\" title=\"", Escaped(path), "\">", Escaped(where),
                    "</span>");
  }
  return html;
}

std::string StackHtml(const Stack& stack, SourceExcerpts* source) {
  if (stack.empty()) return "<p class=\"soft\">No stack was recorded here.</p>";
  std::string html = "<ol class=\"stack\">";
  size_t excerpts = 0;
  for (const Frame& frame : stack) {
    const std::string line = FrameHtml(frame);
    const std::vector<SourceLine> lines =
        excerpts < kExcerptsOfAStack ? source->Around(frame) : std::vector<SourceLine>();
    excerpts += lines.empty() ? 0 : 1;
    absl::StrAppend(&html, "<li>", line.empty() ? "unknown" : line, ExcerptHtml(lines, frame.line),
                    "</li>");
  }
  return html + "</ol>";
}

std::string Heading(absl::string_view text) {
  return absl::StrCat("<th scope=\"col\">", Escaped(text), "</th>");
}

std::string NumberHeading(absl::string_view text) {
  return absl::StrCat("<th scope=\"col\" class=\"number\">", Escaped(text), "</th>");
}

std::string Cell(absl::string_view text) { return absl::StrCat("<td>", Prose(text), "</td>"); }

std::string NumberCell(uint64_t number) {
  return absl::StrCat("<td class=\"number\" data-value=\"", number, "\">", WithThousands(number),
                      "</td>");
}

}  // namespace lockdep::report

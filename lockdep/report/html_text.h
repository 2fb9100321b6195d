// Text inside an HTML page.  Everything that a program or an input file named
// passes through Escaped, for content and attributes alike.

#ifndef LOCKDEP_REPORT_HTML_TEXT_H_
#define LOCKDEP_REPORT_HTML_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lockdep/report/report.h"
#include "lockdep/report/source_excerpt.h"

namespace lockdep::report {

// Cannot leave the place where it stands: neither markup nor anything that Inert
// (utf8.h) shows instead.
std::string Escaped(absl::string_view text);

// The same as content that is read: no line ends inside the "->" of a lock's name.
std::string Prose(absl::string_view text);

// 1234567 as "1,234,567".
std::string WithThousands(uint64_t number);

// "1 lock", "2 locks".
std::string Counted(uint64_t number, absl::string_view singular, absl::string_view plural);

// A frame as "function" and, softly, where it stands; empty if nothing is known.
std::string FrameHtml(const Frame& frame);

// A stack as a list, innermost frame first, with the source of its first frames
// that have any at hand; a sentence if it is empty.
std::string StackHtml(const Stack& stack, SourceExcerpts* source);

// A column heading, and a cell with escaped text.
std::string Heading(absl::string_view text);
std::string NumberHeading(absl::string_view text);
std::string Cell(absl::string_view text);
std::string NumberCell(uint64_t number);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_HTML_TEXT_H_

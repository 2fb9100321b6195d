// A line of words, as baselines and suppressions have them: plain words and
// key=value, with what needs it in double quotes (\" \\ \n \t \xNN inside), and a
// remark that starts with '#' at the end.

#ifndef LOCKDEP_REPORT_WORD_LINE_H_
#define LOCKDEP_REPORT_WORD_LINE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lockdep::report {

// `key` is empty for a plain word.
struct Word {
  std::string key;
  std::string text;
};

struct WordLine {
  std::vector<Word> words;
  std::string remark;  // With its '#'; empty if there is none.
};

// The message says what is wrong and what to do, without file and line.
absl::StatusOr<WordLine> ParseWordLine(absl::string_view line);

// `text` in double quotes; and in quotes only if it needs them.
std::string Quoted(absl::string_view text);
std::string Spelled(absl::string_view text);

// Whether this is a day that there is, as YYYY-MM-DD.
bool IsDate(absl::string_view text);

// InvalidArgument: "WHAT 'WORD'; ADVICE", in one line whatever the word is.
absl::Status InvalidWord(absl::string_view what, absl::string_view word, absl::string_view advice);

// Lines of a text without their ends and trailing blanks.
std::vector<std::string> LinesOf(absl::string_view text);

// Whether version control left this line in an unfinished merge.
bool IsMergeMarker(absl::string_view line);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_WORD_LINE_H_

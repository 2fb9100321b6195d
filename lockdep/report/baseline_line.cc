#include "lockdep/report/baseline_line.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lockdep/report/word_line.h"

namespace lockdep::report {
namespace {

bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

bool IsFingerprint(absl::string_view word) {
  return word.size() == 16 && std::all_of(word.begin(), word.end(), [](char c) {
           return IsHex(c) && !absl::ascii_isupper(static_cast<unsigned char>(c));
         });
}

bool IsKind(absl::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return c == '-' || absl::ascii_islower(static_cast<unsigned char>(c));
  });
}

absl::Status SetField(BaselineEntry& entry, const Word& word) {
  std::string* field = nullptr;
  if (word.key == "reason") field = &entry.reason;
  if (word.key == "owner") field = &entry.owner;
  if (word.key == "expires") field = &entry.expires;
  if (field == nullptr) {
    return InvalidWord("unknown field", word.key, "the fields are reason=, owner= and expires=");
  }
  if (!field->empty()) return InvalidWord("second field", word.key, "keep one of the two");
  if (word.text.empty())
    return InvalidWord("empty field", word.key, "give it a value or remove it");
  if (field == &entry.expires && !IsDate(word.text)) {
    return InvalidWord("no such date", word.text, "write expires=YYYY-MM-DD");
  }
  *field = word.text;
  return absl::OkStatus();
}

absl::Status CheckEntry(const BaselineEntry& entry) {
  if (!IsFingerprint(entry.fingerprint)) {
    return InvalidWord("no fingerprint", entry.fingerprint,
                       "a line starts with the 16 hex digits that the report shows");
  }
  if (!IsKind(entry.kind)) {
    return InvalidWord("no kind of finding", entry.kind,
                       "the second word is a kind such as lock-order-inversion");
  }
  if (entry.reason.empty()) {
    return absl::InvalidArgumentError("no reason; add reason=\"why this is accepted\"");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BaselineEntry> ParseEntry(absl::string_view line) {
  BaselineEntry entry;
  const absl::StatusOr<WordLine> parsed = ParseWordLine(line);
  if (!parsed.ok()) return parsed.status();
  for (size_t index = 0; index < parsed->words.size(); ++index) {
    const Word& word = parsed->words[index];
    if (!word.key.empty()) {
      const absl::Status status = SetField(entry, word);
      if (!status.ok()) return status;
    } else if (index == 0) {
      entry.fingerprint = word.text;
    } else if (index == 1) {
      entry.kind = word.text;
    } else {
      entry.classes.push_back(word.text);
    }
  }
  entry.remark = parsed->remark;
  const absl::Status status = CheckEntry(entry);
  if (!status.ok()) return status;
  return entry;
}

std::string FormatEntry(const BaselineEntry& entry) {
  std::string line = absl::StrCat(entry.fingerprint, " ", entry.kind);
  for (const std::string& name : entry.classes) absl::StrAppend(&line, " ", Spelled(name));
  absl::StrAppend(&line, " reason=", Quoted(entry.reason));
  if (!entry.owner.empty()) absl::StrAppend(&line, " owner=", Spelled(entry.owner));
  if (!entry.expires.empty()) absl::StrAppend(&line, " expires=", entry.expires);
  if (!entry.remark.empty()) absl::StrAppend(&line, "  ", entry.remark);
  return line;
}

}  // namespace lockdep::report

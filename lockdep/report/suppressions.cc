#include "lockdep/report/suppressions.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lockdep/record/base_name.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/function_name.h"
#include "lockdep/report/glob.h"
#include "lockdep/report/rule_help.h"
#include "lockdep/report/word_line.h"

namespace lockdep::report {
namespace {

// What ThreadSanitizer calls a type of report; without kinds: not about locks.
struct ForeignType {
  absl::string_view prefix;
  std::vector<std::string> kinds;
};

const std::vector<ForeignType>& ForeignTypes() {
  static const auto& types = *new std::vector<ForeignType>{
      {"deadlock:", {"lock-order-inversion", "declared-order-violation", "deadlock"}},
      {"mutex:",
       {"recursive-lock", "unlock-unheld", "unlock-by-other-thread", "held-lock-destroyed"}},
      {"race:", {}},
      {"race_top:", {}},
      {"thread:", {}},
      {"signal:", {}},
      {"called_from_lib:", {}}};
  return types;
}

// Its patterns match anywhere unless they are anchored.
std::string ForeignGlob(absl::string_view pattern) {
  const bool from_start = absl::ConsumePrefix(&pattern, "^");
  const bool to_end = absl::ConsumeSuffix(&pattern, "$");
  return absl::StrCat(from_start ? "" : "*", pattern, to_end ? "" : "*");
}

bool IsKnownKind(const std::string& glob) {
  const auto all = AllRuleHelp();
  return std::any_of(all.begin(), all.end(), [&](const RuleHelp& rule) {
    return GlobMatches(glob, std::string_view(rule.kind.data(), rule.kind.size()));
  });
}

absl::Status SetText(std::string* field, const Word& word) {
  if (!field->empty()) return InvalidWord("second field", word.key, "keep one of the two");
  *field = word.text;
  return absl::OkStatus();
}

absl::Status AddWord(const Word& word, Suppression* out) {
  if (word.key.empty()) {
    return InvalidWord("stray word", word.text, "write kind=, class=, function= or module=");
  }
  if (word.text.empty())
    return InvalidWord("empty field", word.key, "give it a value or remove it");
  if (word.key == "reason") return SetText(&out->reason, word);
  if (word.key == "owner") return SetText(&out->owner, word);
  if (word.key == "expires") {
    if (IsDate(word.text)) return SetText(&out->expires, word);
    return InvalidWord("no such date", word.text, "write expires=YYYY-MM-DD");
  }
  std::vector<std::string>* globs = nullptr;
  if (word.key == "kind") globs = &out->kinds;
  if (word.key == "class") globs = &out->classes;
  if (word.key == "function") globs = &out->functions;
  if (word.key == "module") globs = &out->modules;
  if (globs == nullptr) {
    return InvalidWord("unknown field", word.key,
                       "the fields are kind=, class=, function=, module=, reason=, owner= and "
                       "expires=");
  }
  if (globs == &out->kinds && !IsKnownKind(word.text)) {
    return InvalidWord("no kind of finding", word.text, "write one such as lock-order-inversion");
  }
  globs->push_back(word.text);
  return absl::OkStatus();
}

// Whether one of the globs leaves something out.
bool SayAnything(const Suppression& suppression) {
  for (const std::vector<std::string>* globs :
       {&suppression.kinds, &suppression.classes, &suppression.functions, &suppression.modules}) {
    for (const std::string& glob : *globs) {
      if (glob.find_first_not_of('*') != glob.npos) return true;
    }
  }
  return false;
}

absl::StatusOr<Suppression> ParseLine(absl::string_view line) {
  Suppression suppression;
  const absl::StatusOr<WordLine> parsed = ParseWordLine(line);
  if (!parsed.ok()) return parsed.status();
  for (const Word& word : parsed->words) {
    const absl::Status status = AddWord(word, &suppression);
    if (!status.ok()) return status;
  }
  if (!SayAnything(suppression)) {
    return absl::InvalidArgumentError(
        "this would suppress everything; say what: kind=, class=, function= or module=");
  }
  if (suppression.reason.empty()) {
    return absl::InvalidArgumentError("no reason; add reason=\"why this is no problem\"");
  }
  return suppression;
}

class SuppressionParser {
 public:
  explicit SuppressionParser(absl::string_view file) : file_(file) {}

  absl::StatusOr<std::vector<Suppression>> Parse(absl::string_view text) {
    for (const std::string& line : LinesOf(text)) {
      ++line_number_;
      absl::Status status = Line(absl::StripLeadingAsciiWhitespace(line));
      if (!status.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(Place(), ": ", status.message()));
      }
    }
    return std::move(suppressions_);
  }

 private:
  std::string Place() const { return absl::StrCat(file_, ":", line_number_); }

  absl::Status Line(absl::string_view line) {
    if (line.empty() || line.front() == '#') {
      comment_ = std::string(absl::StripAsciiWhitespace(absl::StripPrefix(line, "#")));
      return absl::OkStatus();
    }
    if (IsMergeMarker(line)) {
      return absl::InvalidArgumentError("marker of an unfinished merge; resolve the merge first");
    }
    for (const ForeignType& type : ForeignTypes()) {
      if (absl::ConsumePrefix(&line, type.prefix)) return Foreign(type, line);
    }
    absl::StatusOr<Suppression> suppression = ParseLine(line);
    if (!suppression.ok()) return suppression.status();
    return Add(*std::move(suppression));
  }

  // The comment above such a line is the nearest thing to a reason that it has.
  absl::Status Foreign(const ForeignType& type, absl::string_view pattern) {
    const std::string reason = std::exchange(comment_, "");
    if (type.kinds.empty()) return absl::OkStatus();
    if (pattern.empty()) return absl::InvalidArgumentError("no pattern behind the ':'");
    return Add({.kinds = type.kinds,
                .anything = {ForeignGlob(pattern)},
                .reason = reason.empty() ? "ThreadSanitizer suppression" : reason,
                .is_foreign = true});
  }

  absl::Status Add(Suppression suppression) {
    suppression.place = Place();
    comment_.clear();
    suppressions_.push_back(std::move(suppression));
    return absl::OkStatus();
  }

  std::string file_;
  int line_number_ = 0;
  std::string comment_;  // Of the line above.
  std::vector<Suppression> suppressions_;
};

// The names in a finding that patterns are held against.
class FindingNames {
 public:
  explicit FindingNames(const Finding& finding) : kind_(finding.kind) {
    for (const FindingEdge& edge : finding.edges) {
      classes_.push_back(edge.from);
      classes_.push_back(edge.to);
      AddFrame(edge.from_site);
      AddFrame(edge.to_site);
    }
    for (const FindingLock& lock : finding.locks) {
      classes_.push_back(lock.class_name);
      classes_.push_back(lock.name);
    }
    for (const FindingUsage& usage : finding.usages) {
      classes_.push_back(usage.lock);
      AddFrame(usage.site);
    }
    for (const Stack* stack : StacksOf(finding)) AddStack(*stack);
  }

  bool Match(const Suppression& suppression) const {
    const bool of_kind =
        suppression.kinds.empty() ||
        std::any_of(suppression.kinds.begin(), suppression.kinds.end(),
                    [&](const std::string& glob) { return GlobMatches(glob, kind_); });
    return of_kind && All(suppression.classes, classes_) &&
           All(suppression.functions, functions_) && All(suppression.modules, modules_) &&
           All(suppression.anything, anything_);
  }

 private:
  static bool All(const std::vector<std::string>& globs, const std::vector<std::string>& names) {
    return std::all_of(globs.begin(), globs.end(), [&](const std::string& glob) {
      return std::any_of(names.begin(), names.end(),
                         [&](const std::string& name) { return GlobMatches(glob, name); });
    });
  }

  void AddStack(const Stack& stack) {
    for (const Frame& frame : stack) AddFrame(frame);
  }

  void AddFrame(const Frame& frame) {
    if (!frame.function.empty()) {
      functions_.push_back(frame.function);
      functions_.push_back(ShortFunction(frame.function));
      anything_.push_back(frame.function);
    }
    if (!frame.module.empty()) {
      modules_.push_back(frame.module);
      modules_.push_back(record::BaseName(frame.module));
      anything_.push_back(frame.module);
    }
    if (!frame.file.empty()) anything_.push_back(frame.file);
  }

  std::string kind_;
  std::vector<std::string> classes_, functions_, modules_, anything_;
};

enum class Use { kNone, kExpired, kUsed };

}  // namespace

absl::StatusOr<std::vector<Suppression>> ParseSuppressions(absl::string_view text,
                                                           absl::string_view file) {
  return SuppressionParser(file).Parse(text);
}

SuppressionUse Suppress(const std::vector<Suppression>& suppressions, absl::string_view today,
                        Report* report) {
  std::vector<Use> use(suppressions.size(), Use::kNone);
  for (Finding& finding : report->findings) {
    const FindingNames names(finding);
    for (size_t i = 0; i < suppressions.size(); ++i) {
      const Suppression& suppression = suppressions[i];
      if (!names.Match(suppression)) continue;
      const bool expired = !suppression.expires.empty() && suppression.expires < today;
      use[i] = std::max(use[i], expired ? Use::kExpired : Use::kUsed);
      if (expired || finding.suppressed_by.has_value()) continue;
      finding.suppressed_by = absl::StrCat(suppression.place, ": ", suppression.reason);
    }
  }
  SuppressionUse result;
  for (size_t i = 0; i < suppressions.size(); ++i) {
    if (use[i] == Use::kExpired) result.expired.push_back(i);
    if (use[i] == Use::kNone && !suppressions[i].is_foreign) result.unused.push_back(i);
  }
  return result;
}

}  // namespace lockdep::report

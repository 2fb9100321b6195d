#include "lockdep/options.h"

#include <cstring>

namespace lockdep {
namespace {

// Each Set returns null, or why the value is refused.

const char* Set(std::string_view value, OptionPath& path) {
  if (value.size() > kMaxOptionText) return "the value is longer than 1023 characters";
  memcpy(path.text, value.data(), value.size());
  path.text[value.size()] = '\0';
  return nullptr;
}

const char* Set(std::string_view value, OptionNumber& number) {
  unsigned result = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return "the value must be a number from 0 to 255";
    result = result * 10 + static_cast<unsigned>(c - '0');
    if (result > 255) return "the value must be a number from 0 to 255";
  }
  if (value.empty()) return "the value must be a number from 0 to 255";
  number = result;
  return nullptr;
}

const char* Set(std::string_view value, OptionFlag& flag) {
  if (value != "0" && value != "1") return "the value must be 0 or 1";
  flag = value == "1";
  return nullptr;
}

const char* Set(std::string_view value, OptionFailOn& level) {
  if (value == "note") {
    level = FailOn::kNote;
  } else if (value == "feasible") {
    level = FailOn::kFeasible;
  } else if (value == "confirmed") {
    level = FailOn::kConfirmed;
  } else if (value == "never") {
    level = FailOn::kNever;
  } else {
    return "the value must be confirmed, feasible, note or never";
  }
  return nullptr;
}

const char* Set(std::string_view value, OptionClassBy& class_by) {
  if (value == "instance") {
    class_by = ClassBy::kInstance;
  } else if (value == "init-site") {
    class_by = ClassBy::kInitSite;
  } else if (value == "alloc-site") {
    class_by = ClassBy::kAllocSite;
  } else if (value == "auto") {
    class_by = ClassBy::kAuto;
  } else {
    return "the value must be instance, init-site, alloc-site or auto";
  }
  return nullptr;
}

const char* SetByName(std::string_view name, std::string_view value, Options* options) {
#define LOCKDEP_OPTION(type, field, default_value, help) \
  if (name == #field) return Set(value, options->field);
#include "lockdep/options.def"
#undef LOCKDEP_OPTION
  return "no such option; help=1 lists them";
}

// Not string_view::substr: it can throw, and would bring the C++ runtime along.
std::string_view Slice(std::string_view text, size_t begin, size_t end) {
  return {text.data() + begin, end - begin};
}

// The characters of `text` up to the next ':' outside quotes.
size_t LengthOfPart(std::string_view text) {
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\0' && c == ':') return i;
    if (quote == '\0' && (c == '\'' || c == '"') && i > 0 && text[i - 1] == '=') {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    }
  }
  return text.size();
}

const char* Apply(std::string_view part, Options* options) {
  const size_t equals = part.find('=');
  if (equals == part.npos) return "not of the form key=value";
  std::string_view value = Slice(part, equals + 1, part.size());
  if (!value.empty() && (value.front() == '\'' || value.front() == '"')) {
    if (value.size() < 2 || value.back() != value.front()) return "the closing quote is missing";
    value = Slice(value, 1, value.size() - 1);
  }
  return SetByName(Slice(part, 0, equals), value, options);
}

#define LOCKDEP_OPTION(type, name, default_value, help) {#name, #type, #default_value, help},
constexpr OptionInfo kTable[] = {
#include "lockdep/options.def"
};
#undef LOCKDEP_OPTION

}  // namespace

bool ParseOptions(std::string_view text, Options* options, OptionProblem* problem) {
  bool all_understood = true;
  while (!text.empty()) {
    const std::string_view part = Slice(text, 0, LengthOfPart(text));
    text.remove_prefix(part.size() < text.size() ? part.size() + 1 : part.size());
    if (part.empty()) continue;
    const char* reason = Apply(part, options);
    if (reason == nullptr) continue;
    if (all_understood) *problem = {part, reason};
    all_understood = false;
  }
  return all_understood;
}

std::span<const OptionInfo> OptionTable() { return kTable; }

}  // namespace lockdep

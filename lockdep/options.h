// Options in the sanitizers' habit: one table (options.def) of type, name,
// default and help text; one string "key=value:key=value" that sets them.  A
// value that contains ':' stands in single or double quotes.
//
// Used inside other people's programs before they start: allocates nothing,
// keeps no pointer into the text it parsed.  A bad option never invalidates
// the good ones.
//
// Thread safety: plain data.

#ifndef LOCKDEP_OPTIONS_H_
#define LOCKDEP_OPTIONS_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace lockdep {

// The mildest level of finding that makes a run fail.
enum class FailOn : uint8_t { kNote, kFeasible, kConfirmed, kNever };

// What makes locks of a program one class: each stands alone; the place that
// initialises them; the place that allocates the object around them; or what
// fits best.
enum class ClassBy : uint8_t { kInstance, kInitSite, kAllocSite, kAuto };

// Path: text of up to kMaxOptionText characters.  Number: 0 to 255, decimal.
// Flag: 0 or 1.  FailOn: a level's name.  ClassBy: instance, init-site, ...
inline constexpr unsigned kMaxOptionText = 1023;

struct OptionPath {
  char text[kMaxOptionText + 1] = {};
  bool empty() const { return text[0] == '\0'; }
};
using OptionNumber = unsigned;
using OptionFlag = bool;
using OptionFailOn = FailOn;
using OptionClassBy = ClassBy;

struct Options {
#define LOCKDEP_DEFAULT_Path(value) \
  { value }
#define LOCKDEP_DEFAULT_Number(value) value
#define LOCKDEP_DEFAULT_Flag(value) value
#define LOCKDEP_DEFAULT_FailOn(value) FailOn::value
#define LOCKDEP_DEFAULT_ClassBy(value) ClassBy::value
#define LOCKDEP_OPTION(type, name, default_value, help) \
  Option##type name = LOCKDEP_DEFAULT_##type(default_value);
#include "lockdep/options.def"
#undef LOCKDEP_OPTION
#undef LOCKDEP_DEFAULT_Path
#undef LOCKDEP_DEFAULT_Number
#undef LOCKDEP_DEFAULT_Flag
#undef LOCKDEP_DEFAULT_FailOn
#undef LOCKDEP_DEFAULT_ClassBy
};

// What could not be used: the part of the text, and why in one clause.
struct OptionProblem {
  std::string_view part;
  const char* reason = nullptr;
};

// Sets the options that `text` names.  Returns whether all of it was
// understood; if not, `*problem` is the first part that was not, pointing into
// `text`, and that option keeps its value.
bool ParseOptions(std::string_view text, Options* options, OptionProblem* problem);

// One row of the table, for help texts.
struct OptionInfo {
  const char* name;
  const char* type;
  const char* default_value;
  const char* help;
};
std::span<const OptionInfo> OptionTable();

}  // namespace lockdep

#endif  // LOCKDEP_OPTIONS_H_

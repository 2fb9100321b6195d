// The requirement language: which locks an access needs, in a line.
//
//   requirement  := alternative { "|" alternative }       any one of them suffices
//   alternative  := condition { "&" condition }           all of them must hold
//   condition    := LOCK ":" ("read" | "write") | STATE
//
// A lock held for writing also serves where "read" is asked.  `rmap` stands for
// the reverse-mapping locks that the VMA is reachable through: to write, all of
// them, and none if there are none; to read, any one.
//
//   "mmap:write & vma:write & rmap:write | new"
//
// `any` holds always; `atomic`: the access is one atomic operation; `downgraded`: the
// task holds the mmap lock since it downgraded it, so that no other writes there;
// `speculative`: it is between mmap_lock_speculate_try_begin and the retry; `flushed`: no
// processor has what the task changed as it was before.
//
// Requirements are parsed when the model is compiled: a malformed one in the
// rules does not build.  ParseRequirement says where and why for any other.

#ifndef MM_MODEL_REQUIREMENT_H_
#define MM_MODEL_REQUIREMENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mm_model/requirement_terms.h"

namespace mm_model {

enum class Term : uint8_t {
#define MM_X(identifier, word, is_lock) identifier,
  MM_TERMS(MM_X)
#undef MM_X
};

enum class HoldMode : uint8_t { kState, kRead, kWrite };

struct Condition {
  Term term = Term::kMmap;
  HoldMode mode = HoldMode::kState;
  friend constexpr bool operator==(const Condition&, const Condition&) = default;
};

// At most `kMax` of T, in order.
template <typename T, size_t kMax>
struct ShortList {
  std::array<T, kMax> items = {};
  size_t count = 0;

  constexpr bool Add(const T& item) {
    if (count == kMax) return false;
    items[count++] = item;
    return true;
  }
  constexpr const T* begin() const { return items.data(); }
  constexpr const T* end() const { return items.data() + count; }
  constexpr T& back() { return items[count - 1]; }
};

using Alternative = ShortList<Condition, 4>;
using Requirement = ShortList<Alternative, 8>;

struct ParsedRequirement {
  Requirement requirement;
  const char* error = nullptr;  // Null if it was understood.
  size_t offset = 0;            // Of the word that was not understood.
};

namespace requirement_internal {

struct TermWord {
  std::string_view word;
  bool is_lock;
};

inline constexpr TermWord kTermWords[] = {
#define MM_X(identifier, word, is_lock) {word, is_lock},
    MM_TERMS(MM_X)
#undef MM_X
};

constexpr std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Returns what is wrong with the condition, or null.
constexpr const char* ParseCondition(std::string_view text, Condition* condition) {
  const size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const std::string_view mode = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  if (text.empty()) return "a condition is missing";
  for (size_t i = 0; i < std::size(kTermWords); ++i) {
    if (kTermWords[i].word != word) continue;
    if (!kTermWords[i].is_lock && colon != text.npos) return "a state takes no ':read' or ':write'";
    if (kTermWords[i].is_lock && mode != "read" && mode != "write") {
      return "a lock is followed by ':read' or ':write'";
    }
    condition->term = static_cast<Term>(i);
    condition->mode = !kTermWords[i].is_lock ? HoldMode::kState
                      : mode == "write"      ? HoldMode::kWrite
                                             : HoldMode::kRead;
    return nullptr;
  }
  return "no such lock or state";
}

}  // namespace requirement_internal

constexpr ParsedRequirement ParseRequirement(std::string_view text) {
  ParsedRequirement result;
  result.requirement.Add({});
  size_t begin = 0;
  while (true) {
    const size_t end = text.find_first_of("&|", begin);
    const std::string_view piece = text.substr(begin, end == text.npos ? end : end - begin);
    const std::string_view word = requirement_internal::Trim(piece);
    Condition condition;
    result.offset = word.empty() ? begin : static_cast<size_t>(word.data() - text.data());
    result.error = requirement_internal::ParseCondition(word, &condition);
    if (result.error == nullptr && !result.requirement.back().Add(condition)) {
      result.error = "too many conditions in one alternative";
    }
    if (result.error != nullptr || end == text.npos) return result;
    if (text[end] == '|' && !result.requirement.Add({})) {
      result.error = "too many alternatives";
      return result;
    }
    begin = end + 1;
  }
}

// A requirement and how it was written.  Does not compile if it is malformed.
// An empty text asks for nothing and grants nothing.
struct RequirementText {
  const char* text = "";
  Requirement parsed;

  constexpr RequirementText() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): rules are written as plain texts.
  consteval RequirementText(const char* written) : text(written) {
    if (*written == '\0') return;
    const ParsedRequirement result = ParseRequirement(written);
    if (result.error != nullptr) throw "malformed requirement";
    parsed = result.requirement;
  }

  constexpr bool empty() const { return parsed.count == 0; }
};

constexpr std::string_view WordOf(Term term) {
  return requirement_internal::kTermWords[static_cast<size_t>(term)].word;
}

}  // namespace mm_model

#endif  // MM_MODEL_REQUIREMENT_H_

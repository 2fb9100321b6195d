// A step is one event of a program, in numbers: what the oracle, the simulator
// and the generators work on.  As text it is the mini-language of
// tests/support/event_program.h, with one letter for a class and one digit for
// an instance of it.

#ifndef TESTS_ORACLE_STEP_H_
#define TESTS_ORACLE_STEP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/event_program.h"

namespace lockdep::oracle {

using Op = testing::Event::Op;

inline constexpr uint8_t kLetters = 26;
inline constexpr uint8_t kInstances = 4;  // Of each class: A, A1, A2, A3.
inline constexpr uint8_t kMaxThreads = 8;

struct Lock {
  uint8_t letter = 0;  // 0 is A.
  uint8_t instance = 0;

  friend bool operator==(const Lock&, const Lock&) = default;
};

// A lock class: a letter and a subclass, and how often the letter's key ended before.
struct ClassName {
  uint8_t letter = 0;
  uint8_t subclass = 0;
  uint8_t past = 0;

  friend bool operator==(const ClassName&, const ClassName&) = default;
};

struct Step {
  Op op = Op::kAcquire;
  uint8_t thread = 0;
  Lock lock = {};
  ReadMode mode = ReadMode::kWrite;
  bool trylock = false;
  bool checked = true;
  testing::Context context = testing::Context::kIrq;  // Of kEnter.
  uint8_t subclass = 0;
  // The nest lock.  Of kChangeClass: whose class it gets; of kEndKeys: the last letter.
  std::optional<Lock> nest = std::nullopt;

  // In a program that changes no classes.
  ClassName class_name() const { return {lock.letter, subclass}; }
  // Of kEndKeys.
  bool Ends(uint8_t letter) const {
    return letter >= lock.letter && letter <= (nest.has_value() ? *nest : lock).letter;
  }
  friend bool operator==(const Step&, const Step&) = default;
};

// Whether an event of this kind names a lock.
constexpr bool NamesLock(Op op) { return op != Op::kExit && op != Op::kEnter && op != Op::kLeave; }

using Program = std::vector<Step>;

// "A" or "A/1".
std::string Format(ClassName name);

std::string Format(const Program& program);

// Returns nothing if the text is malformed or names what a Step cannot.
std::optional<Program> TryParse(std::string_view text);

// Aborts the test on what TryParse refuses.
Program Parse(std::string_view text);

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_STEP_H_

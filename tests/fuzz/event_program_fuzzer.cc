// Any event program: engine and oracle agree on it.  The input is a program in
// the mini-language of tests/support/event_program.h; what the fuzzer makes of it
// is again one, so that a failing input reads as the bug report that it is.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "tests/fuzz/require.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/random_program.h"

namespace lockdep::oracle {
namespace {

constexpr Shape kShape = {.threads = 3,
                          .letters = 5,
                          .instances = 2,
                          .subclasses = 2,
                          .nesting = true,
                          .rare_ops = true,
                          .contexts = true,
                          .pins = true,
                          .changes = true,
                          .ends = true,
                          .unchecked = true};
// Of A, B and so on.
const World kWorld = {.waits = {WaitType::kUnchecked, WaitType::kSpin, WaitType::kConfig,
                                WaitType::kSleep, WaitType::kSpin},
                      .contexts = true,
                      .roles = {LockRole::kLock, LockRole::kLock, LockRole::kLock,
                                LockRole::kPerCpu, LockRole::kWaitOverride}};

// The oracle tries all paths, so the number of classes must be small.
bool FitsTheOracle(const Program& program) {
  const auto has = [&program](Op op) {
    return std::any_of(program.begin(), program.end(),
                       [op](const Step& step) { return step.op == op; });
  };
  // Whose cookie it is that comes back can depend on its number then.
  if (has(Op::kUnpin) && (has(Op::kEnter) || has(Op::kChangeClass) || has(Op::kEndKeys))) {
    return false;
  }
  return program.size() <= 60 && std::all_of(program.begin(), program.end(), [](const Step& step) {
           return step.thread < kShape.threads && step.lock.letter < kShape.letters &&
                  step.subclass < kShape.subclasses;
         });
}

std::optional<Program> ProgramOf(const uint8_t* data, size_t size) {
  std::optional<Program> program = TryParse({reinterpret_cast<const char*>(data), size});
  if (program.has_value() && !FitsTheOracle(*program)) program.reset();
  return program;
}

// Inserts, replaces, takes away, or repeats what is there.
void Mutate(Program& program, Random& random) {
  const auto at = [&](size_t bound) { return static_cast<std::ptrdiff_t>(random() % bound); };
  const size_t choice = program.empty() ? 0 : random() % 4;
  if (choice == 0) {
    program.insert(program.begin() + at(program.size() + 1), RandomStep(random, kShape));
  } else if (choice == 1) {
    program[random() % program.size()] = RandomStep(random, kShape);
  } else if (choice == 2) {
    program.erase(program.begin() + at(program.size()));
  } else {
    const std::ptrdiff_t first = at(program.size());
    const Program part(
        program.begin() + first,
        program.begin() +
            std::min<std::ptrdiff_t>(first + 4, static_cast<std::ptrdiff_t>(program.size())));
    program.insert(program.end(), part.begin(), part.end());
  }
}

}  // namespace
}  // namespace lockdep::oracle

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  using namespace lockdep::oracle;
  Random random(seed);
  Program program = ProgramOf(data, size).value_or(Program());
  for (uint64_t times = random() % 4 + 1; times > 0; --times) Mutate(program, random);
  std::string text = Format(program);
  while (text.size() > max_size || program.size() > 60) {
    program.pop_back();
    text = Format(program);
  }
  memcpy(data, text.data(), text.size());
  return text.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lockdep::oracle;
  const std::optional<Program> program = ProgramOf(data, size);
  if (!program.has_value() || program->empty()) return -1;
  FUZZ_REQUIRE(Parse(Format(*program)) == *program);
  const std::optional<std::string> disagreement = FindDisagreement(*program, kWorld);
  if (disagreement.has_value()) std::fprintf(stderr, "%s\n", disagreement->c_str());
  FUZZ_REQUIRE(!disagreement.has_value());
  return 0;
}

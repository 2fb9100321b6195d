#include "tests/oracle/step.h"

#include <cstdlib>
#include <iostream>

namespace lockdep::oracle {
namespace {

using testing::Event;

std::string FormatLock(Lock lock) {
  std::string name(1, static_cast<char>('A' + lock.letter));
  if (lock.instance != 0) name += std::to_string(lock.instance);
  return name;
}

std::optional<Lock> ParseLock(const std::string& name) {
  if (name.empty() || name.size() > 2 || name[0] < 'A' || name[0] > 'Z') return std::nullopt;
  Lock lock{.letter = static_cast<uint8_t>(name[0] - 'A')};
  if (name.size() == 1) return lock;
  if (name[1] < '0' || name[1] >= '0' + kInstances) return std::nullopt;
  lock.instance = static_cast<uint8_t>(name[1] - '0');
  return lock;
}

Event ToEvent(const Step& step) {
  Event event{.op = step.op, .mode = step.mode, .thread = step.thread, .lock = {}};
  event.context = step.context;
  if (step.trylock) event.trylock = TryLock::kYes;
  if (!step.checked) event.check = Check::kNone;
  if (NamesLock(step.op)) event.lock = FormatLock(step.lock);
  event.subclass = step.subclass;
  if (step.nest.has_value()) event.nest_lock = FormatLock(*step.nest);
  return event;
}

// Only what an event of its kind needs, so that equal events are equal steps.
std::optional<Step> ToStep(const Event& event) {
  if (event.thread >= kMaxThreads) return std::nullopt;
  Step step{.op = event.op, .thread = static_cast<uint8_t>(event.thread)};
  if (event.op == Op::kEnter) step.context = event.context;
  if (!NamesLock(event.op)) return step;
  const std::optional<Lock> lock = ParseLock(event.lock);
  if (!lock.has_value()) return std::nullopt;
  step.lock = *lock;
  if (event.op == Op::kAcquire || event.op == Op::kSync) {
    step.mode = event.mode;
    step.checked = event.check == Check::kFull;
    step.trylock = event.trylock == TryLock::kYes;
  } else if (event.op != Op::kChangeClass && event.op != Op::kEndKeys) {
    return step;
  }
  if (event.op != Op::kEndKeys) step.subclass = event.subclass;
  if (event.nest_lock.empty()) return step;
  step.nest = ParseLock(event.nest_lock);
  return step.nest.has_value() ? std::optional(step) : std::nullopt;
}

}  // namespace

std::string Format(ClassName name) {
  std::string text(1, static_cast<char>('A' + name.letter));
  if (name.subclass != 0) text += "/" + std::to_string(name.subclass);
  if (name.past != 0) text += " after " + std::to_string(name.past);
  return text;
}

std::string Format(const Program& program) {
  std::vector<Event> events;
  events.reserve(program.size());
  for (const Step& step : program) events.push_back(ToEvent(step));
  return testing::FormatEvents(events);
}

std::optional<Program> TryParse(std::string_view text) {
  const std::optional<std::vector<Event>> events = testing::TryParseEvents(text, nullptr);
  if (!events.has_value()) return std::nullopt;
  Program program;
  for (const Event& event : *events) {
    const std::optional<Step> step = ToStep(event);
    if (!step.has_value()) return std::nullopt;
    program.push_back(*step);
  }
  return program;
}

Program Parse(std::string_view text) {
  if (std::optional<Program> program = TryParse(text)) return *program;
  std::cerr << "not a program of the oracle's: " << text << "\n";
  std::abort();
}

}  // namespace lockdep::oracle

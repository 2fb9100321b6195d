#include "tests/oracle/exhaustion.h"

#include <algorithm>
#include <span>

namespace lockdep::oracle {
namespace {

constexpr ReadMode kModes[] = {ReadMode::kWrite, ReadMode::kRead, ReadMode::kRecursiveRead};
constexpr Op kOthers[] = {Op::kRelease, Op::kDowngrade, Op::kCancel, Op::kDestroy};

Program Acquisitions(uint8_t thread, uint8_t letters, const Bound& bound) {
  Program steps;
  for (uint8_t letter = 0; letter < letters; ++letter) {
    for (const ReadMode mode : std::span(kModes, bound.modes)) {
      for (const bool tried : {false, true}) {
        if (tried && !bound.trylock) continue;
        steps.push_back({.thread = thread, .lock = {letter}, .mode = mode, .trylock = tried});
      }
    }
  }
  return steps;
}

Program Releases(uint8_t thread, uint8_t letters) {
  Program steps;
  for (uint8_t letter = 0; letter < letters; ++letter) {
    steps.push_back({.op = Op::kRelease, .thread = thread, .lock = {letter}});
  }
  return steps;
}

Program ContextEvents(uint8_t thread, uint8_t letters) {
  Program steps = Releases(thread, letters);
  steps.push_back({.op = Op::kLeave, .thread = thread});
  for (const testing::Context context : {testing::Context::kIrq, testing::Context::kIrqSave}) {
    steps.push_back({.op = Op::kEnter, .thread = thread, .context = context});
  }
  return steps;
}

// Each lock to a subclass, and to the class of each other; the end of each key; hardirqs.
Program ClassEvents(uint8_t thread, uint8_t letters) {
  Program steps = Releases(thread, letters);
  steps.push_back({.op = Op::kEnter, .thread = thread});
  steps.push_back({.op = Op::kLeave, .thread = thread});
  for (uint8_t letter = 0; letter < letters; ++letter) {
    steps.push_back({.op = Op::kEndKeys, .thread = thread, .lock = {letter}});
    Step change{.op = Op::kChangeClass, .thread = thread, .lock = {letter}, .subclass = 1};
    steps.push_back(change);
    change.subclass = 0;
    for (uint8_t other = 0; other < letters; ++other) {
      change.nest = Lock{other};
      if (other != letter) steps.push_back(change);
    }
  }
  return steps;
}

Program OtherEvents(uint8_t thread, uint8_t letters) {
  Program steps = {{.op = Op::kExit, .thread = thread}};
  for (uint8_t letter = 0; letter < letters; ++letter) {
    for (const Op op : kOthers) steps.push_back({.op = op, .thread = thread, .lock = {letter}});
  }
  return steps;
}

Program EventsOf(Events events, uint8_t thread, uint8_t letters) {
  switch (events) {
    case Events::kUsual:
      return OtherEvents(thread, letters);
    case Events::kContexts:
      return ContextEvents(thread, letters);
    case Events::kClasses:
      return ClassEvents(thread, letters);
  }
  return {};
}

}  // namespace

Bound RolesBound(uint8_t length) {
  return {
      .unit = Unit::kEvents,
      .length = length,
      .trylock = false,
      .threads = 1,
      .letters = 4,
      .events = Events::kContexts,
      .modes = 1,
      .world = {
          .waits = {WaitType::kSpin, WaitType::kConfig, WaitType::kSleep, WaitType::kSleep},
          .contexts = true,
          .roles = {LockRole::kLock, LockRole::kPerCpu, LockRole::kLock, LockRole::kWaitOverride}}};
}

Bound ClassesBound(uint8_t length) {
  return {.unit = Unit::kEvents,
          .length = length,
          .trylock = false,
          .threads = 1,
          .events = Events::kClasses,
          .modes = 1,
          .world = {.contexts = true}};
}

std::optional<std::string> Exhaustion::Run() {
  Extend(0, 0, 0);
  return disagreement_;
}

// Returns false to stop.
bool Exhaustion::Extend(uint8_t length, uint8_t letters, uint8_t threads) {
  if (length == bound_.length) return Compare();
  const std::vector<Program> units = NextUnits(letters, threads);
  return std::all_of(units.begin(), units.end(), [&](const Program& steps) {
    return ExtendBy(steps, length, letters, threads);
  });
}

bool Exhaustion::ExtendBy(const Program& steps, uint8_t length, uint8_t letters, uint8_t threads) {
  const size_t size = path_.size();
  for (const Step& step : steps) {
    Node node{.step = step, .verdict = {}, .after = now()};
    node.verdict = node.after.Apply(step);
    path_.push_back(std::move(node));
    if (NamesLock(step.op)) letters = std::max<uint8_t>(letters, step.lock.letter + 1);
    if (step.nest.has_value()) letters = std::max<uint8_t>(letters, step.nest->letter + 1);
    threads = std::max<uint8_t>(threads, step.thread + 1);
  }
  ++programs_;
  const bool go_on = Extend(static_cast<uint8_t>(length + 1), letters, threads);
  path_.erase(path_.begin() + static_cast<std::ptrdiff_t>(size), path_.end());
  return go_on;
}

// `letters` and `threads` are in use; the next of each may be.
std::vector<Program> Exhaustion::NextUnits(uint8_t letters, uint8_t threads) const {
  const uint8_t usable_letters = bound_.world.TellsLettersApart()
                                     ? bound_.letters
                                     : std::min<uint8_t>(bound_.letters, letters + 1);
  const uint8_t usable_threads = std::min<uint8_t>(bound_.threads, threads + 1);
  std::vector<Program> units;
  for (uint8_t thread = 0; thread < usable_threads; ++thread) {
    Program acquisitions = Acquisitions(thread, usable_letters, bound_);
    if (bound_.unit == Unit::kAcquisitions) {
      AddReleases(thread, std::move(acquisitions), units);
      continue;
    }
    for (const Step& step : acquisitions) units.push_back({step});
    for (const Step& step : EventsOf(bound_.events, thread, usable_letters)) {
      units.push_back({step});
    }
  }
  return units;
}

// Each set of held locks released, then each of the acquisitions.
void Exhaustion::AddReleases(uint8_t thread, Program acquisitions,
                             std::vector<Program>& units) const {
  const std::vector<Oracle::Held>& held = now().held(thread);
  for (uint32_t set = 0; set < 1u << held.size(); ++set) {
    Program steps;
    for (size_t i = 0; i < held.size(); ++i) {
      if ((set >> i & 1) == 0) continue;
      steps.push_back({.op = Op::kRelease, .thread = thread, .lock = held[i].lock});
    }
    for (const Step& acquisition : acquisitions) {
      units.push_back(steps);
      units.back().push_back(acquisition);
    }
  }
}

bool Exhaustion::Compare() {
  ++longest_;
  engine_.Restart();
  return bound_.events == Events::kClasses ? CompareAnew() : CompareWithPath();
}

bool Exhaustion::CompareWithPath() {
  bool silent = true;
  const bool looks_inside = LooksInside();
  for (size_t i = 0; i < path_.size(); ++i) {
    const Node& node = path_[i];
    const Told& told = engine_.Apply(node.step);
    if (looks_inside) engine_.validator().CheckInvariants();
    silent = silent && told.silent();
    if (const auto wrong = oracle::Compare(node.verdict, node.after, told)) {
      disagreement_ = Describe(Steps(), i, *wrong);
      return false;
    }
  }
  guilty_ += silent ? 0 : 1;
  return true;
}

// What the oracle may forget with a class depends on the engine: it cannot be ahead.
bool Exhaustion::CompareAnew() {
  SideBySide both(bound_.world, engine_);
  const bool looks_inside = LooksInside();
  for (size_t i = 0; i <= path_.size(); ++i) {
    const auto wrong = i == path_.size() ? both.Finish() : both.Apply(path_[i].step);
    if (looks_inside) engine_.validator().CheckInvariants();
    if (!wrong.has_value()) continue;
    disagreement_ = Describe(Steps(), std::min(i, path_.size() - 1), *wrong);
    return false;
  }
  guilty_ += both.silent() ? 0 : 1;
  return true;
}

Program Exhaustion::Steps() const {
  Program steps;
  for (const Node& node : path_) steps.push_back(node.step);
  return steps;
}

}  // namespace lockdep::oracle

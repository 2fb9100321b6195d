#include "tests/oracle/exhaustion.h"

#include <algorithm>

namespace lockdep::oracle {
namespace {

constexpr ReadMode kModes[] = {ReadMode::kWrite, ReadMode::kRead, ReadMode::kRecursiveRead};
constexpr Op kOthers[] = {Op::kRelease, Op::kDowngrade, Op::kCancel, Op::kDestroy};

Program Acquisitions(uint8_t thread, uint8_t letters, bool trylock) {
  Program steps;
  for (uint8_t letter = 0; letter < letters; ++letter) {
    for (const ReadMode mode : kModes) {
      for (const bool tried : {false, true}) {
        if (tried && !trylock) continue;
        steps.push_back({.thread = thread, .lock = {letter}, .mode = mode, .trylock = tried});
      }
    }
  }
  return steps;
}

Program ContextEvents(uint8_t thread, uint8_t letters) {
  Program steps = {{.op = Op::kLeave, .thread = thread}};
  for (const testing::Context context : {testing::Context::kIrq, testing::Context::kIrqSave}) {
    steps.push_back({.op = Op::kEnter, .thread = thread, .context = context});
  }
  for (uint8_t letter = 0; letter < letters; ++letter) {
    steps.push_back({.op = Op::kRelease, .thread = thread, .lock = {letter}});
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

}  // namespace

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
    threads = std::max<uint8_t>(threads, step.thread + 1);
  }
  ++programs_;
  const bool go_on = Extend(static_cast<uint8_t>(length + 1), letters, threads);
  path_.erase(path_.begin() + static_cast<std::ptrdiff_t>(size), path_.end());
  return go_on;
}

// `letters` and `threads` are in use; the next of each may be.
std::vector<Program> Exhaustion::NextUnits(uint8_t letters, uint8_t threads) const {
  const uint8_t usable_letters = std::min<uint8_t>(bound_.letters, letters + 1);
  const uint8_t usable_threads = std::min<uint8_t>(bound_.threads, threads + 1);
  std::vector<Program> units;
  for (uint8_t thread = 0; thread < usable_threads; ++thread) {
    Program acquisitions = Acquisitions(thread, usable_letters, bound_.trylock);
    if (bound_.unit == Unit::kAcquisitions) {
      AddReleases(thread, std::move(acquisitions), units);
      continue;
    }
    for (const Step& step : acquisitions) units.push_back({step});
    const Program others = bound_.contexts ? ContextEvents(thread, usable_letters)
                                           : OtherEvents(thread, usable_letters);
    for (const Step& step : others) units.push_back({step});
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
  bool silent = true;
  for (size_t i = 0; i < path_.size(); ++i) {
    const Node& node = path_[i];
    const Told& told = engine_.Apply(node.step);
    silent = silent && told.silent();
    const std::optional<std::string> wrong = oracle::Compare(node.verdict, node.after, told);
    if (!wrong.has_value()) continue;
    Program program;
    for (size_t step = 0; step <= i; ++step) program.push_back(path_[step].step);
    disagreement_ = *wrong + "\n  at the end of: " + Format(program);
    return false;
  }
  guilty_ += silent ? 0 : 1;
  return true;
}

}  // namespace lockdep::oracle

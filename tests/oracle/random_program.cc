#include "tests/oracle/random_program.h"

#include <algorithm>
#include <array>

namespace lockdep::oracle {
namespace {

// 0 .. bound - 1.  Plain modulo: the same on every standard library.
uint8_t Below(Random& random, unsigned bound) { return static_cast<uint8_t>(random() % bound); }

bool OneIn(Random& random, unsigned n) { return Below(random, n) == 0; }

Lock RandomLock(Random& random, const Shape& shape) {
  return {.letter = Below(random, shape.letters), .instance = Below(random, shape.instances)};
}

Step RandomAcquire(Random& random, const Shape& shape) {
  Step step{.op = Op::kAcquire, .lock = RandomLock(random, shape)};
  step.mode = static_cast<ReadMode>(Below(random, 3));
  step.trylock = OneIn(random, 4);
  if (OneIn(random, 3)) step.subclass = Below(random, shape.subclasses);
  if (shape.nesting && OneIn(random, 4)) step.nest = RandomLock(random, shape);
  if (!shape.unchecked || !OneIn(random, 6)) return step;
  // The language has no words for other modes of these.
  step.mode = ReadMode::kWrite;
  step.trylock = false;
  if (OneIn(random, 2)) {
    step.op = Op::kSync;
  } else {
    step.checked = false;
  }
  return step;
}

Step RandomMove(Random& random) {
  if (OneIn(random, 2)) return {.op = Op::kLeave};
  return {.op = Op::kEnter, .context = static_cast<testing::Context>(Below(random, 5))};
}

Op RandomRareOp(Random& random) {
  constexpr std::array kOps = {Op::kRelease, Op::kDowngrade, Op::kCancel, Op::kDestroy, Op::kExit};
  return kOps[Below(random, kOps.size())];
}

// Of `lock`, if only for another subclass.
Step RandomChange(Random& random, const Shape& shape, Lock lock) {
  Step step{.op = Op::kChangeClass, .lock = lock, .subclass = Below(random, shape.subclasses)};
  if (OneIn(random, 2)) step.nest = RandomLock(random, shape);
  return step;
}

Step RandomEnd(Random& random, const Shape& shape) {
  Step step{.op = Op::kEndKeys, .lock = {.letter = Below(random, shape.letters)}};
  if (OneIn(random, 3)) step.nest = Lock{.letter = Below(random, shape.letters)};
  return step;
}

Step WithoutLock(Step step) {
  if (!NamesLock(step.op)) step.lock = {};
  return step;
}

// What each thread holds, so that most releases are of something held.
using Held = std::array<std::vector<Lock>, kMaxThreads>;

Step NextStep(Random& random, const Shape& shape, const Held& held) {
  const uint8_t thread = Below(random, shape.threads);
  const std::vector<Lock>& mine = held[thread];
  Step step;
  if (!mine.empty() && (mine.size() >= shape.held || OneIn(random, 3))) {
    // Half of all releases are in the usual order.
    const bool newest = OneIn(random, 2);
    step = {.op = Op::kRelease, .lock = newest ? mine.back() : mine[Below(random, mine.size())]};
  } else {
    step = RandomAcquire(random, shape);
  }
  if (shape.rare_ops && OneIn(random, 10)) {
    step = {.op = RandomRareOp(random), .lock = step.lock};
    step = WithoutLock(step);
  }
  if (shape.pins && OneIn(random, 5)) {
    step = {.op = OneIn(random, 2) ? Op::kPin : Op::kUnpin, .lock = step.lock};
  }
  if (shape.changes && OneIn(random, 8)) step = RandomChange(random, shape, step.lock);
  if (shape.ends && OneIn(random, 12)) step = RandomEnd(random, shape);
  if (shape.contexts && OneIn(random, 4)) step = RandomMove(random);
  step.thread = thread;
  return step;
}

void Note(const Step& step, Held& held) {
  std::vector<Lock>& mine = held[step.thread];
  if (step.op == Op::kAcquire) mine.push_back(step.lock);
  if (step.op == Op::kExit) mine.clear();
  if (step.op != Op::kRelease) return;
  const auto newest = std::find(mine.rbegin(), mine.rend(), step.lock);
  if (newest != mine.rend()) mine.erase(std::next(newest).base());
}

// Ways to say less with a step.
constexpr std::array<void (*)(Step&), 8> kSimplifications = {
    [](Step& step) { step.checked = true; },
    [](Step& step) { step.context = testing::Context::kIrq; },
    [](Step& step) { step.nest.reset(); },
    [](Step& step) { step.trylock = false; },
    [](Step& step) { step.mode = ReadMode::kWrite; },
    [](Step& step) { step.subclass = 0; },
    [](Step& step) { step.lock.instance = 0; },
    [](Step& step) { step.thread = 0; },
};

bool DropSteps(Program& program, size_t count, const std::function<bool(const Program&)>& fails) {
  bool smaller = false;
  for (size_t at = program.size(); at-- > 0;) {
    if (at + count > program.size()) continue;
    Program shorter = program;
    const auto first = shorter.begin() + static_cast<std::ptrdiff_t>(at);
    shorter.erase(first, first + static_cast<std::ptrdiff_t>(count));
    if (!fails(shorter)) continue;
    program = shorter;
    smaller = true;
  }
  return smaller;
}

bool SimplifySteps(Program& program, const std::function<bool(const Program&)>& fails) {
  bool simpler = false;
  for (size_t at = 0; at < program.size(); ++at) {
    for (const auto simplify : kSimplifications) {
      Program candidate = program;
      simplify(candidate[at]);
      if (candidate == program || !fails(candidate)) continue;
      program = candidate;
      simpler = true;
    }
  }
  return simpler;
}

bool SimplifyAll(Program& program, const std::function<bool(const Program&)>& fails) {
  bool simpler = false;
  for (const auto simplify : kSimplifications) {
    Program candidate = program;
    for (Step& step : candidate) simplify(step);
    if (candidate == program || !fails(candidate)) continue;
    program = candidate;
    simpler = true;
  }
  return simpler;
}

// Letters and threads in the order of their first use.
Program Renamed(Program program) {
  std::vector<uint8_t> letters;
  std::vector<uint8_t> threads;
  const auto rename = [](uint8_t& name, std::vector<uint8_t>& known) {
    const auto found = std::find(known.begin(), known.end(), name);
    const auto number = static_cast<uint8_t>(found - known.begin());
    if (found == known.end()) known.push_back(name);
    name = number;
  };
  for (Step& step : program) {
    rename(step.thread, threads);
    if (NamesLock(step.op)) rename(step.lock.letter, letters);
    if (step.nest.has_value()) rename(step.nest->letter, letters);
  }
  return program;
}

}  // namespace

Shape RandomShape(Random& random, const Shape& most) {
  const auto up_to = [&random](uint8_t least, uint8_t bound) {
    return static_cast<uint8_t>(least + Below(random, bound - least + 1u));
  };
  return {.threads = up_to(1, most.threads),
          .letters = up_to(2, most.letters),
          .instances = up_to(1, most.instances),
          .subclasses = up_to(1, most.subclasses),
          .steps = up_to(4, most.steps),
          .held = up_to(2, most.held),
          .nesting = most.nesting && OneIn(random, 2),
          .rare_ops = most.rare_ops && OneIn(random, 2),
          .contexts = most.contexts,
          .pins = most.pins && OneIn(random, 2),
          .changes = most.changes && OneIn(random, 2),
          .ends = most.ends && OneIn(random, 2),
          .unchecked = most.unchecked && OneIn(random, 2)};
}

Program RandomProgram(Random& random, const Shape& shape) {
  Program program(shape.steps);
  Held held;
  for (Step& step : program) {
    step = NextStep(random, shape, held);
    Note(step, held);
  }
  return program;
}

Step RandomStep(Random& random, const Shape& shape) {
  Step step = RandomAcquire(random, shape);
  if (OneIn(random, 2)) {
    step = WithoutLock(
        {.op = OneIn(random, 2) ? Op::kRelease : RandomRareOp(random), .lock = step.lock});
  }
  if (shape.contexts && OneIn(random, 4)) step = RandomMove(random);
  if (shape.pins && OneIn(random, 8)) {
    step = {.op = OneIn(random, 2) ? Op::kPin : Op::kUnpin, .lock = RandomLock(random, shape)};
  }
  if (shape.changes && OneIn(random, 10)) {
    step = RandomChange(random, shape, RandomLock(random, shape));
  }
  if (shape.ends && OneIn(random, 12)) step = RandomEnd(random, shape);
  step.thread = Below(random, shape.threads);
  return step;
}

std::vector<WaitType> RandomWaits(Random& random, const Shape& shape) {
  std::vector<WaitType> waits;
  for (uint8_t letter = 0; letter < shape.letters; ++letter) {
    waits.push_back(static_cast<WaitType>(Below(random, static_cast<uint8_t>(WaitType::kAny))));
  }
  return waits;
}

std::vector<LockRole> RandomRoles(Random& random, const Shape& shape) {
  std::vector<LockRole> roles;
  for (uint8_t letter = 0; letter < shape.letters; ++letter) {
    roles.push_back(OneIn(random, 2) ? LockRole::kLock : static_cast<LockRole>(Below(random, 3)));
  }
  return roles;
}

std::vector<DeclaredLetters> RandomOrder(Random& random, const Shape& shape) {
  std::array<std::array<bool, kLetters>, kLetters> before{};
  std::vector<DeclaredLetters> order;
  for (uint8_t to = 0; to < shape.letters; ++to) {
    for (uint8_t from = to; from-- > 0;) {
      bool& declared = before[from][to];
      declared = OneIn(random, 4);
      for (uint8_t middle = from; middle < to; ++middle) {
        declared = declared || (before[from][middle] && before[middle][to]);
      }
      if (declared) order.push_back({from, to});
    }
  }
  return order;
}

Program Shrink(Program program, const std::function<bool(const Program&)>& fails) {
  bool progress = true;
  while (progress) {
    progress = false;
    for (size_t count = std::max<size_t>(program.size() / 2, 1); count > 0; count /= 2) {
      progress = DropSteps(program, count, fails) || progress;
    }
    progress = SimplifyAll(program, fails) || progress;
    progress = SimplifySteps(program, fails) || progress;
  }
  const Program renamed = Renamed(program);
  return fails(renamed) ? renamed : program;
}

}  // namespace lockdep::oracle

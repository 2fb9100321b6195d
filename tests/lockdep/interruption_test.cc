// Signal handlers that take locks, at every instruction of what they interrupt.
// Nobody holds them off here: they use the engine context of the interrupted code.

#include <signal.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lockdep/validator.h"
#include "tests/support/stepped_child.h"

namespace lockdep::testing {
namespace {

constexpr int kManyLocks = 40;  // More than there is room for at first.

class Findings final : public Observer {
 public:
  void OnViolation(const Violation& violation) override { kinds.push_back(violation.kind); }

  std::vector<ViolationKind> kinds;
};

// A thread that takes a, then b, and what a handler takes meanwhile.
struct World {
  explicit World(bool is_told_of_contexts) : contexts(is_told_of_contexts) {}

  void Take(const LockMap& lock) { validator.Acquire(thread, {.lock = &lock}); }
  void Drop(const LockMap& lock) { validator.Release(thread, lock, {}); }
  void Pin(const LockMap& lock) { cookie = validator.Pin(thread, lock, {}); }
  void Unpin(const LockMap& lock) { validator.Unpin(thread, lock, cookie, {}); }
  void TakeAndDrop(const LockMap& lock) {
    Take(lock);
    Drop(lock);
  }

  Findings findings;
  Validator validator{Validator::Config{.observer = &findings}};
  ThreadContext& thread = *validator.CreateThread("interrupted");
  LockMap a{{1}, "a", LockKind::kMutex};
  LockMap b{{2}, "b", LockKind::kMutex};
  LockMap c{{3}, "c", LockKind::kMutex};
  LockMap handler_lock{{4}, "handler", LockKind::kMutex};
  LockMap other_handler_lock{{5}, "other", LockKind::kMutex};
  std::vector<LockMap> many = std::vector<LockMap>(kManyLocks);
  const bool contexts;
  bool is_handled = false;
  PinCookie cookie;
};

using Step = std::function<void(World&)>;

void Nothing(World& /*world*/) {}
void HoldA(World& world) { world.Take(world.a); }
void HoldAB(World& world) {
  world.Take(world.a);
  world.Take(world.b);
}
void HoldABAndPinB(World& world) {
  HoldAB(world);
  world.Pin(world.b);
}

World* world_of_handler = nullptr;
const Step* work_of_handler = nullptr;

void Handle(int /*signal*/) {
  World& world = *world_of_handler;
  world.is_handled = true;
  if (world.contexts) world.validator.SetContexts(world.thread, {.in = 1}, {});
  (*work_of_handler)(world);
  if (world.contexts) world.validator.SetContexts(world.thread, {}, {});
}

// What the thread holds, and whether its keys are those of what it holds.  Classes have
// other numbers if a handler was first.
std::string StateOf(const World& world) {
  std::string state = "floor " + std::to_string(world.thread.held.floor());
  ChainKey key = kEmptyChainKey;
  for (const HeldLock& held : world.thread.held) {
    state += std::string(" ") + held.lock->name + (held.use.reads() ? " read" : "") +
             (held.pins == 0 ? "" : " pinned");
    if (held.previous_chain_key != key) state += " upon something else";
    key = NextChainKey(key, held.use);
  }
  return state + (world.thread.chain_key == key ? "" : " with another chain's key");
}

// Whether b upon a, and the handler's lock upon both, were judged: each is reported when
// it is taken the other way round.
std::string Judge(World& world) {
  while (world.thread.held.depth() != 0) {
    if (world.thread.held.newest().pins != 0) world.Unpin(*world.thread.held.newest().lock);
    world.Drop(*world.thread.held.newest().lock);
  }
  if (world.thread.chain_key != kEmptyChainKey) return "a chain is left of nothing";
  if (!world.findings.kinds.empty()) return "something was found that is not there";
  world.Take(world.a);
  world.Take(world.handler_lock);
  world.Drop(world.handler_lock);
  world.Drop(world.a);
  world.Take(world.handler_lock);
  world.Take(world.a);
  if (world.findings.kinds.size() != 1) return "a chain counts as proved that was not";
  world.validator.CheckInvariants();
  return "";
}

struct Case {
  const char* name;
  Step before;
  Step interrupted;
};

const Case kCases[] = {
    {"AcquireOfAKnownChain",
     [](World& world) {
       HoldAB(world);
       world.Drop(world.b);
     },
     [](World& world) { world.Take(world.b); }},
    {"AcquireOfTheFirstKnownLock", [](World& world) { world.TakeAndDrop(world.a); }, HoldA},
    {"AcquireOfANewChain", HoldA, [](World& world) { world.Take(world.b); }},
    {"AcquireOfTheVeryFirstLock", Nothing, HoldA},
    {"ReleaseOfTheNewest", HoldAB, [](World& world) { world.Drop(world.b); }},
    {"ReleaseOfTheOnlyOne", HoldA, [](World& world) { world.Drop(world.a); }},
    {"ReleaseFromTheMiddle",
     [](World& world) {
       HoldAB(world);
       world.Take(world.c);
     },
     [](World& world) { world.Drop(world.b); }},
    {"AcquireUponAPinnedLock", HoldABAndPinB, [](World& world) { world.Take(world.c); }},
    {"ReleaseUponAPinnedLock",
     [](World& world) {
       HoldABAndPinB(world);
       world.Take(world.c);
     },
     [](World& world) { world.Drop(world.c); }},
    {"Pin", HoldAB, [](World& world) { world.Pin(world.b); }},
    {"Unpin", HoldABAndPinB, [](World& world) { world.Unpin(world.b); }},
};

struct Work {
  const char* name;
  Step done;
};

const Work kWorks[] = {
    {"TakesALock", [](World& world) { world.TakeAndDrop(world.handler_lock); }},
    {"TakesTwoAndDropsTheFirstFirst",
     [](World& world) {
       world.Take(world.handler_lock);
       world.Take(world.other_handler_lock);
       world.Drop(world.handler_lock);
       world.Drop(world.other_handler_lock);
     }},
    {"TakesMoreThanThereIsRoomFor",
     [](World& world) {
       for (int i = 0; i < kManyLocks; ++i) {
         world.many[i].key = {uint64_t{100} + static_cast<uint64_t>(i)};
         world.many[i].name = "many";
         world.Take(world.many[i]);
       }
       for (int i = kManyLocks; i-- > 0;) world.Drop(world.many[i]);
     }},
};

using Parameters = std::tuple<int, int, bool, bool>;  // Case, work, known, contexts.

class InterruptionTest : public ::testing::TestWithParam<Parameters> {
 protected:
  const Case& case_ = kCases[std::get<0>(GetParam())];
  const Step& work_ = kWorks[std::get<1>(GetParam())].done;
  const bool is_known_ = std::get<2>(GetParam());
  const bool contexts_ = std::get<3>(GetParam());

  std::unique_ptr<World> Prepare() const {
    auto world = std::make_unique<World>(contexts_);
    world_of_handler = world.get();
    work_of_handler = &work_;
    case_.before(*world);
    if (is_known_) Handle(0);
    return world;
  }
};

TEST_P(InterruptionTest, LeavesBothRight) {
  const std::unique_ptr<World> undisturbed = Prepare();
  case_.interrupted(*undisturbed);
  const std::string expected = StateOf(*undisturbed);
  struct sigaction action = {};
  action.sa_handler = Handle;
  struct sigaction old = {};
  sigaction(SIGUSR1, &action, &old);

  const auto result = InterruptEverywhere([&]() -> std::string {
    const std::unique_ptr<World> world = Prepare();
    LOCKDEP_STEP_MARK();
    case_.interrupted(*world);
    LOCKDEP_STEP_MARK();
    const std::string state = StateOf(*world);
    if (state != expected) return "expected " + expected + ", is " + state;
    return Judge(*world);
  });

  sigaction(SIGUSR1, &old, nullptr);
  if (!result.has_value()) GTEST_SKIP() << "this system does not allow tracing";
  EXPECT_EQ(result->failure, "");
  EXPECT_GT(result->places, 10);
}

void HandleFirst(int /*signal*/) { world_of_handler->TakeAndDrop(world_of_handler->handler_lock); }
void HandleSecond(int /*signal*/) {
  world_of_handler->TakeAndDrop(world_of_handler->other_handler_lock);
}

// What both handlers do, each by itself and the second within the first.
void LearnHandlers(World& world) {
  world.TakeAndDrop(world.other_handler_lock);
  world.Take(world.handler_lock);
  world.TakeAndDrop(world.other_handler_lock);
  world.Drop(world.handler_lock);
}

struct Twice {
  const char* name;
  Step before;
  Step interrupted;
  Step undone;
};

const Twice kTwice[] = {
    {"Acquire", HoldA, [](World& world) { world.Take(world.b); },
     [](World& world) { world.Drop(world.b); }},
    {"Release", HoldAB, [](World& world) { world.Drop(world.b); },
     [](World& world) { world.Take(world.b); }},
};

class TwoHandlersTest : public ::testing::TestWithParam<int> {
 protected:
  const Twice& case_ = kTwice[GetParam()];

  // Everything is known, so that no instruction is one of a proof.
  std::unique_ptr<World> Prepare() const {
    auto world = std::make_unique<World>(/*is_told_of_contexts=*/false);
    world_of_handler = world.get();
    case_.before(*world);
    LearnHandlers(*world);
    case_.interrupted(*world);
    LearnHandlers(*world);
    case_.undone(*world);
    return world;
  }
};

// The second comes within the first, or after it within what is left.
TEST_P(TwoHandlersTest, LeaveAllRight) {
  const std::unique_ptr<World> undisturbed = Prepare();
  case_.interrupted(*undisturbed);
  const std::string expected = StateOf(*undisturbed);
  struct sigaction action = {};
  action.sa_handler = HandleFirst;
  struct sigaction old = {};
  sigaction(SIGUSR1, &action, &old);
  action.sa_handler = HandleSecond;
  struct sigaction old_second = {};
  sigaction(SIGUSR2, &action, &old_second);

  const auto result = InterruptTwiceEverywhere([&]() -> std::string {
    const std::unique_ptr<World> world = Prepare();
    LOCKDEP_STEP_MARK();
    case_.interrupted(*world);
    LOCKDEP_STEP_MARK();
    const std::string state = StateOf(*world);
    if (state != expected) return "expected " + expected + ", is " + state;
    return Judge(*world);
  });

  sigaction(SIGUSR1, &old, nullptr);
  sigaction(SIGUSR2, &old_second, nullptr);
  if (!result.has_value()) GTEST_SKIP() << "this system does not allow tracing";
  EXPECT_EQ(result->failure, "");
  EXPECT_GT(result->places, 1000);
  RecordProperty("places", static_cast<int>(result->places));
}

INSTANTIATE_TEST_SUITE_P(Handlers, TwoHandlersTest,
                         ::testing::Range(0, static_cast<int>(std::size(kTwice))),
                         [](const auto& one) { return std::string(kTwice[one.param].name); });

std::string NameOf(const ::testing::TestParamInfo<Parameters>& info) {
  const auto [one, work, known, contexts] = info.param;
  return std::string(kCases[one].name) + kWorks[work].name + (known ? "Known" : "New") +
         (contexts ? "InItsContext" : "");
}

INSTANTIATE_TEST_SUITE_P(
    Handlers, InterruptionTest,
    ::testing::Combine(::testing::Range(0, static_cast<int>(std::size(kCases))),
                       ::testing::Range(0, static_cast<int>(std::size(kWorks))), ::testing::Bool(),
                       ::testing::Bool()),
    NameOf);

}  // namespace
}  // namespace lockdep::testing

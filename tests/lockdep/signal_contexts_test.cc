// Unix signals as contexts, one bit each, with real signals and their real handlers.

#include <signal.h>

#include <array>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lockdep/validator.h"

namespace lockdep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kSignals = 64;
constexpr ContextSet BitOf(int signal) { return ContextSet{1} << (signal - 1); }

class Words final : public Observer {
 public:
  void OnViolation(const Violation& violation) override {
    heard.push_back(std::string(ToString(violation.kind)) + " " + violation.context);
  }

  std::vector<std::string> heard;
};

// A host whose handlers say where they run, and whose masks say what cannot come.
class SignalContextsTest : public ::testing::Test {
 protected:
  SignalContextsTest() {
    the_test = this;
    validator_.SetContexts(thread_, {.enabled = ~ContextSet{0}}, {});
  }

  void HandleWith(int signal, const LockMap& lock) {
    lock_of_handler_ = &lock;
    struct sigaction action = {};
    action.sa_handler = [](int number) { the_test->Handle(number); };
    sigaction(signal, &action, nullptr);
    raise(signal);
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
  }

  // Until Unblock, the signal cannot come.
  void Block(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    validator_.SetContexts(thread_, {.enabled = ~BitOf(signal)}, {});
  }
  void Unblock(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    validator_.SetContexts(thread_, {.enabled = ~ContextSet{0}}, {});
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
  }

  void Take(const LockMap& lock) { validator_.Acquire(thread_, {.lock = &lock}); }
  void Drop(const LockMap& lock) { validator_.Release(thread_, lock, {}); }
  void TakeAndDrop(const LockMap& lock) {
    Take(lock);
    Drop(lock);
  }

  const std::vector<std::string>& heard() const { return words_.heard; }

  const LockMap queue_{{1}, "queue", LockKind::kMutex};
  const LockMap log_{{2}, "log", LockKind::kMutex};

 private:
  void Handle(int signal) {
    const ContextState interrupted = thread_.contexts;
    ContextState here = interrupted;
    here.in |= BitOf(signal);
    here.enabled &= ~BitOf(signal);
    validator_.SetContexts(thread_, here, {});
    TakeAndDrop(*lock_of_handler_);
    validator_.SetContexts(thread_, interrupted, {});
  }

  static std::array<const char*, kSignals> MakeNames() {
    static std::array<std::string, kSignals> texts;
    std::array<const char*, kSignals> names{};
    for (int signal = 1; signal <= kSignals; ++signal) {
      const char* name = sigabbrev_np(signal);
      std::string& text = texts[static_cast<size_t>(signal) - 1];
      text = "SIG" + (name != nullptr ? std::string(name) : std::to_string(signal));
      names[static_cast<size_t>(signal) - 1] = text.c_str();
    }
    return names;
  }

  static SignalContextsTest* the_test;

  const LockMap* lock_of_handler_ = nullptr;
  Words words_;
  const std::array<const char*, kSignals> names_ = MakeNames();
  Validator validator_{Validator::Config{.observer = &words_, .context_names = names_}};
  ThreadContext& thread_ = *validator_.CreateThread("main");
};

SignalContextsTest* SignalContextsTest::the_test = nullptr;

TEST_F(SignalContextsTest, ALockOfAHandlerIsNotHeldWhereTheSignalMayCome) {
  HandleWith(SIGUSR1, queue_);
  EXPECT_THAT(heard(), IsEmpty());

  TakeAndDrop(queue_);

  EXPECT_THAT(heard(), ElementsAre("inconsistent-context SIGUSR1"));
}

TEST_F(SignalContextsTest, ItIsRightWhereTheSignalIsBlocked) {
  HandleWith(SIGUSR1, queue_);

  Block(SIGUSR1);
  TakeAndDrop(queue_);
  Unblock(SIGUSR1);

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(SignalContextsTest, EachSignalIsItsOwn) {
  HandleWith(SIGUSR1, queue_);
  HandleWith(SIGUSR2, log_);

  Block(SIGUSR1);
  TakeAndDrop(queue_);
  TakeAndDrop(log_);
  Unblock(SIGUSR1);

  EXPECT_THAT(heard(), ElementsAre("inconsistent-context SIGUSR2"));
}

// The last of them all: no bit is left out.
TEST_F(SignalContextsTest, AHandlerWaitsForAllThatItsLockMayWaitFor) {
  const int last = SIGRTMAX;
  HandleWith(last, queue_);
  Block(last);
  Take(queue_);
  TakeAndDrop(log_);
  Drop(queue_);
  Unblock(last);
  EXPECT_THAT(heard(), IsEmpty());

  TakeAndDrop(log_);

  EXPECT_THAT(heard(), ElementsAre("context-inversion SIG64"));
}

}  // namespace
}  // namespace lockdep

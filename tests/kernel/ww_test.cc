#include "lockdep/kernel/ww.h"

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

DEFINE_WD_CLASS(account);
DEFINE_WW_CLASS(other);

// A lock of a host: what it has to keep beside its map.
struct WwLock {
  lockdep_map dep_map;
  ww_acquire_ctx* context = nullptr;

  WwLock() { lockdep_init_map(&dep_map, account.mutex_name, &account.mutex_key, 0); }
};

void Take(WwLock& lock, ww_acquire_ctx* context) {
  ww_lock_acquire(&lock.dep_map, context, 0, _THIS_IP_);
  if (context != nullptr) ww_lock_acquired(&lock, &account, lock.context, context);
  lock.context = context;
}

void LetGo(WwLock& lock) {
  ww_lock_release(&lock.dep_map, lock.context, _THIS_IP_);
  lock.context = nullptr;
}

class WwTest : public KernelTest {
 protected:
  std::vector<std::string> Rules() const {
    std::vector<std::string> rules;
    for (const Heard& one : heard()) rules.push_back(one.rule);
    return rules;
  }

  WwLock a_, b_;
  ww_acquire_ctx context_;
};

TEST_F(WwTest, UnderAContextAnyOrderIsRight) {
  for (const bool turned : {false, true}) {
    ww_acquire_init(&context_, &account);
    Take(turned ? b_ : a_, &context_);
    Take(turned ? a_ : b_, &context_);
    ww_acquire_done(&context_);
    LetGo(a_);
    LetGo(b_);
    ww_acquire_fini(&context_);
  }
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(WwTest, WithoutAContextTwoOfAClassAreARecursion) {
  Take(a_, nullptr);
  Take(b_, nullptr);
  LetGo(b_);
  LetGo(a_);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(WwTest, NothingIsTakenAfterDone) {
  ww_acquire_init(&context_, &account);
  ww_acquire_done(&context_);
  Take(a_, &context_);
  LetGo(a_);
  ww_acquire_fini(&context_);
  EXPECT_THAT(Rules(), ElementsAre("no lock is taken after ww_acquire_done()"));
}

TEST_F(WwTest, DoneIsCalledOnceAndUnderTheContext) {
  ww_acquire_init(&context_, &account);
  ww_acquire_done(&context_);
  ww_acquire_done(&context_);
  ww_acquire_fini(&context_);
  EXPECT_THAT(Rules(), ElementsAre("ww_acquire_done() is called once"));
}

TEST_F(WwTest, AContextIsOfTheClassOfItsLocks) {
  ww_acquire_init(&context_, &other);
  Take(a_, &context_);
  LetGo(a_);
  ww_acquire_fini(&context_);
  EXPECT_THAT(Rules(), ElementsAre("a context is of the class of its locks"));
}

TEST_F(WwTest, AContextEndsAfterItsLocks) {
  ww_acquire_init(&context_, &account);
  Take(a_, &context_);
  ww_acquire_fini(&context_);
  LetGo(a_);
  EXPECT_THAT(Rules(), ElementsAre("a context ends after all locks taken under it"));
}

TEST_F(WwTest, WhoReleasesMoreThanItTookIsTold) {
  ww_acquire_init(&context_, &account);
  Take(a_, nullptr);
  a_.context = &context_;
  LetGo(a_);
  ww_acquire_fini(&context_);
  EXPECT_THAT(Rules(), ElementsAre("a context releases no more locks than it took"));
}

TEST_F(WwTest, TheYoungerGoesBackIfItHoldsAny) {
  ww_acquire_ctx younger;
  ww_acquire_init(&context_, &account);
  ww_acquire_init(&younger, &account);
  EXPECT_FALSE(ww_lock_must_die(&younger, &context_));
  Take(a_, &younger);
  EXPECT_TRUE(ww_lock_must_die(&younger, &context_));
  EXPECT_FALSE(ww_lock_must_die(&context_, &younger));
  LetGo(a_);
  ww_acquire_fini(&younger);
  ww_acquire_fini(&context_);
}

TEST_F(WwTest, WhoWentBackTakesThatLockFirst) {
  ww_acquire_init(&context_, &account);
  ww_lock_contends(&b_, &context_);
  Take(b_, &context_);
  Take(a_, &context_);
  LetGo(a_);
  LetGo(b_);
  EXPECT_THAT(heard(), IsEmpty());

  ww_lock_contends(&b_, &context_);
  Take(a_, &context_);
  LetGo(a_);
  ww_acquire_fini(&context_);
  EXPECT_THAT(Rules(), ElementsAre("the lock that a context went back for is taken first"));
}

TEST_F(WwTest, WhoGoesBackReleasesAll) {
  ww_acquire_init(&context_, &account);
  Take(a_, &context_);
  ww_lock_contends(&b_, &context_);
  Take(b_, &context_);
  LetGo(b_);
  LetGo(a_);
  ww_acquire_fini(&context_);
  EXPECT_THAT(Rules(), ElementsAre("a context that goes back releases all"));
}

}  // namespace
}  // namespace lockdep::kernel

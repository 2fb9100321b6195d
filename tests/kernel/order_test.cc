#include "lockdep/kernel/order.h"

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

lock_class_key key;
lock_class_key other_key;

int ByAddress(const lockdep_map* a, const lockdep_map* b) { return a < b ? -1 : a > b; }
int Never(const lockdep_map*, const lockdep_map*) { return 1; }

class ClassOrderTest : public KernelTest {
 protected:
  ClassOrderTest() {
    for (Lock& node : nodes_) lock_set_cmp_fn(&node, ByAddress, nullptr);
  }

  Lock nodes_[3] = {{"node", &key}, {"node", &key}, {"node", &key}};
  Lock other_{"other", &other_key};
};

TEST_F(ClassOrderTest, AsTheOrderSaysAtAnyDepth) {
  for (Lock& node : nodes_) Take(node);
  for (Lock& node : nodes_) Release(node);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ClassOrderTest, AgainstItIsARecursion) {
  Take(nodes_[1]);
  Take(nodes_[0]);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

// Whether the order holds is no function of the classes held.
TEST_F(ClassOrderTest, EveryAcquisitionIsHeldAgainstIt) {
  TakeBoth(nodes_[0], nodes_[1]);
  TakeBoth(nodes_[0], nodes_[1]);
  EXPECT_THAT(heard(), IsEmpty());
  TakeBoth(nodes_[1], nodes_[0]);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(ClassOrderTest, EachHeldLockCounts) {
  Take(nodes_[0]);
  Take(nodes_[2]);
  EXPECT_THAT(heard(), IsEmpty());
  Take(nodes_[1]);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(ClassOrderTest, OrdersNothingBetweenClasses) {
  Take(nodes_[0]);
  Take(other_);
  Take(nodes_[1]);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(ClassOrderTest, StaysWhenTheLocksAreProvedAnewUnderEachOther) {
  Take(other_);
  Take(nodes_[0]);
  Take(nodes_[1]);
  lock_set_class(&other_.dep_map, "other", &other_key, 1, _THIS_IP_);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ClassOrderTest, AClassHasOneOrder) {
  lock_set_cmp_fn(&nodes_[0], ByAddress, nullptr);
  EXPECT_THAT(heard(), IsEmpty());
  lock_set_cmp_fn(&nodes_[0], Never, nullptr);
  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_EQ(heard()[0].rule, "a class has one order");
}

TEST_F(ClassOrderTest, EndsWithItsKeyOrWhenItIsTakenAway) {
  lock_set_cmp_fn(&nodes_[0], nullptr, nullptr);
  TakeBoth(nodes_[0], nodes_[1]);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));

  lock_set_cmp_fn(&nodes_[0], ByAddress, nullptr);
  lockdep_free_key_range(&key, 1);
  Take(nodes_[1]);
  Take(nodes_[2]);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock", "recursive-lock"));
}

TEST_F(ClassOrderTest, ComesAndGoesWithAnyNumberOfClasses) {
  static lock_class_key keys[500];
  for (lock_class_key& one : keys) {
    Lock locks[2] = {{"one", &one}, {"one", &one}};
    lock_set_cmp_fn(&locks[0], ByAddress, nullptr);
    TakeBoth(locks[0], locks[1]);
    lockdep_free_key_range(&one, 1);
  }
  EXPECT_THAT(heard(), IsEmpty());

  for (lock_class_key& one : keys) {
    Lock locks[2] = {{"one", &one}, {"one", &one}};
    TakeBoth(locks[0], locks[1]);
  }
  EXPECT_EQ(heard().size(), std::size(keys));
}

TEST_F(ClassOrderTest, OfALockThatWasNeverInitialisedIsReported) {
  auto* lock = static_cast<lockdep_map*>(calloc(1, sizeof(lockdep_map)));
  lockdep_set_lock_cmp_fn(lock, ByAddress, nullptr);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  free(lock);
}

}  // namespace
}  // namespace lockdep::kernel

#include "lockdep/internal/order_list.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace lockdep::internal {
namespace {

constexpr uint32_t kClasses = 3000;

class OrderListTest : public ::testing::Test {
 protected:
  OrderListTest() {
    EXPECT_TRUE(list_.Reserve(ClassId{kClasses}));
    for (uint32_t i = 2; i < 2 * kClasses; ++i) free_.push_back(static_cast<Element>(i));
  }

  std::vector<Element> Take(size_t count) {
    std::vector<Element> taken(free_.end() - static_cast<ptrdiff_t>(count), free_.end());
    free_.resize(free_.size() - count);
    return taken;
  }

  // Behind position `index` of the model; 0 is the front.
  void Place(size_t index, size_t count) {
    const std::vector<Element> elements = Take(count);
    list_.PlaceAfter(index == 0 ? Element::kFront : model_[index - 1], elements);
    model_.insert(model_.begin() + static_cast<ptrdiff_t>(index), elements.begin(), elements.end());
  }

  void Remove(size_t index) {
    list_.Remove(model_[index]);
    free_.push_back(model_[index]);
    model_.erase(model_.begin() + static_cast<ptrdiff_t>(index));
  }

  void ExpectTheModelsOrder() {
    list_.CheckInvariants();
    for (size_t i = 1; i < model_.size(); ++i) {
      ASSERT_TRUE(list_.Precedes(model_[i - 1], model_[i]));
      ASSERT_EQ(list_.Before(model_[i]), model_[i - 1]);
    }
    EXPECT_EQ(list_.last(), model_.empty() ? Element::kFront : model_.back());
  }

  Arena arena_;
  OrderList list_{arena_};
  std::vector<Element> model_;
  std::vector<Element> free_;
};

TEST_F(OrderListTest, NobodyIsPlacedAtFirst) {
  EXPECT_FALSE(list_.IsPlaced(free_.front()));
  Place(0, 1);
  EXPECT_TRUE(list_.IsPlaced(model_.front()));
  const Element removed = model_.front();
  Remove(0);
  EXPECT_FALSE(list_.IsPlaced(removed));
  EXPECT_EQ(list_.last(), Element::kFront);
}

// Each of these takes half of the room that is left, until there is none.
TEST_F(OrderListTest, ThereIsAlwaysRoomBetweenTwo) {
  Place(0, 2);
  for (int i = 0; i < 1000; ++i) Place(1, 1);
  ExpectTheModelsOrder();
}

TEST_F(OrderListTest, ThereIsAlwaysRoomAtTheFrontAndTheEnd) {
  for (int i = 0; i < 1000; ++i) {
    Place(0, 1);
    Place(model_.size(), 1);
  }
  ExpectTheModelsOrder();
}

TEST_F(OrderListTest, ManyComeAtOnce) {
  Place(0, 2);
  for (int i = 0; i < 10; ++i) Place(1, 400);
  ExpectTheModelsOrder();
}

TEST_F(OrderListTest, AgreesWithAVectorOverRandomOperations) {
  std::mt19937 random(5);
  for (int i = 0; i < 3000; ++i) {
    const size_t index = random() % (model_.size() + 1);
    const size_t count = std::min<size_t>(random() % 20, free_.size());
    if (random() % 2 == 0 || model_.size() == index) {
      Place(index, count);
    } else {
      for (size_t j = 0; j < count && index < model_.size(); ++j) Remove(index);
    }
    if (i % 50 == 0) ExpectTheModelsOrder();
  }
  ExpectTheModelsOrder();
}

}  // namespace
}  // namespace lockdep::internal

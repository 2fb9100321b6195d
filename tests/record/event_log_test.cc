#include "lockdep/record/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "lockdep/record/event_reader.h"

namespace lockdep::record {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// What a log said, in words that can be compared.
class Told final : public EventVisitor {
 public:
  std::string OnLock(const LoggedLock& lock) override {
    locks.push_back(lock);
    return {};
  }
  std::string OnEvent(const Event& event, std::span<const StackFrame> stack) override {
    steps.push_back(event.step);
    frames.push_back(event.frame);
    stacks.emplace_back(stack.begin(), stack.end());
    return {};
  }

  std::vector<LoggedLock> locks;
  std::vector<EventStep> steps;
  std::vector<uint64_t> frames;
  std::vector<std::vector<StackFrame>> stacks;
};

Event Take(uint32_t thread, uint64_t lock, uint64_t pc, uint64_t frame = 0x7ffe0000) {
  Event event;
  event.step.op = EventOp::kAcquire;
  event.step.thread = ThreadId{thread};
  event.step.lock = lock;
  event.step.pcs[0] = pc;
  event.frame = frame;
  return event;
}

class EventLogTest : public testing::Test {
 protected:
  EventLogTest() { EXPECT_TRUE(log_.Start()); }

  std::string TakeAll() {
    const std::span<const unsigned char> payload = log_.Take();
    return {payload.begin(), payload.end()};
  }
  std::string Read(const std::string& payload) { return reader_.Read(payload, told_); }

  EventLog log_;
  EventReader reader_;
  Told told_;
};

TEST_F(EventLogTest, WhatIsReadIsWhatWasWritten) {
  std::mt19937 random(5);
  LockMap locks[3000];
  Told wanted;
  for (int i = 0; i < 50000; ++i) {
    // Mostly few locks, as in a loop; at times more of them than there is room for.
    const size_t index = random() % (random() % 4 == 0 ? std::size(locks) : 3);
    LockMap& lock = locks[index];
    if (lock.key == ClassKey{} || random() % 100 == 0) lock.SetClass(ClassKey{random() | 1u}, "l");
    Event event = Take(random() % 3 + 1, reinterpret_cast<uintptr_t>(&lock), 0x401000 + index);
    event.step.mode = static_cast<ReadMode>(random() % 3);
    event.step.is_tried = random() % 2 != 0;
    event.step.host_orders_class = random() % 2 != 0;
    event.frame += random() % 3 * 64;
    if (log_.is_full()) {
      EXPECT_EQ(Read(TakeAll()), "");
    }
    log_.Add(event, &lock, lock.name);
    std::vector<StackFrame> stack(random() % 50 == 0 ? random() % 65 : 0);
    for (StackFrame& frame : stack) frame = {random(), random()};
    if (!stack.empty()) log_.AddStack(stack);
    wanted.OnEvent(event, stack);
  }
  ASSERT_EQ(Read(TakeAll()), "");
  ASSERT_EQ(told_.steps, wanted.steps);
  EXPECT_EQ(told_.frames, wanted.frames);
  for (size_t i = 0; i < wanted.stacks.size(); ++i) {
    ASSERT_EQ(told_.stacks[i].size(), wanted.stacks[i].size());
    for (size_t at = 0; at < wanted.stacks[i].size(); ++at) {
      ASSERT_EQ(told_.stacks[i][at].pc, wanted.stacks[i][at].pc);
      ASSERT_EQ(told_.stacks[i][at].sp, wanted.stacks[i][at].sp);
    }
  }
}

TEST_F(EventLogTest, LocksAreDefinedBeforeTheyAreNamedAndWhenTheyChange) {
  LockMap lock(ClassKey{7}, "first", LockKind::kRwLock);
  log_.Add(Take(1, 99, 1), &lock, lock.name);
  log_.Add(Take(1, 99, 1), &lock, lock.name);
  lock.SetClass(ClassKey{8}, "second");
  log_.Add(Take(1, 99, 1), &lock, lock.name);
  ASSERT_EQ(Read(TakeAll()), "");
  ASSERT_EQ(told_.locks.size(), 2u);
  EXPECT_EQ(told_.locks[0].name, "first");
  EXPECT_EQ(told_.locks[0].kind, LockKind::kRwLock);
  EXPECT_EQ(told_.locks[1].key, ClassKey{8});
  EXPECT_EQ(told_.steps.size(), 3u);
}

TEST_F(EventLogTest, ALoopCostsAlmostNothing) {
  size_t bytes = 0;
  constexpr int kRounds = 10000;
  for (int i = 0; i < kRounds; ++i) {
    for (const uint64_t pc : {0x401000, 0x401010, 0x401020, 0x401030}) {
      if (log_.is_full()) bytes += TakeAll().size();
      log_.Add(Take(1, pc, pc), nullptr, nullptr);
    }
  }
  bytes += TakeAll().size();
  EXPECT_LT(bytes, kRounds * 4 / 100) << "of 4 events in a loop";
}

TEST_F(EventLogTest, IsFullBeforeARecordGrowsBeyondItsLimits) {
  int events = 0;
  while (!log_.is_full()) {
    log_.Add(Take(1, 1, 1), nullptr, nullptr);
    ++events;
  }
  EXPECT_EQ(events, static_cast<int>(kMostEventsInRecord));
  TakeAll();
  const std::vector<StackFrame> stack(kMostStackFrames, StackFrame{~uintptr_t{0}, 1});
  for (uint64_t i = 0; !log_.is_full(); ++i) {
    LockMap lock(ClassKey{i + 1}, nullptr, LockKind::kMutex);
    log_.Add(Take(1, i + 1, ~i, ~uint64_t{0}), &lock, std::string(1000, 'x').c_str());
    log_.AddStack(stack);
  }
  EXPECT_LE(TakeAll().size(), 32768u);
}

TEST_F(EventLogTest, StartingAgainForgetsEverything) {
  log_.Add(Take(1, 1, 1), nullptr, nullptr);
  ASSERT_TRUE(log_.Start());
  EXPECT_THAT(TakeAll(), IsEmpty());
  log_.Add(Take(1, 1, 1), nullptr, nullptr);
  EXPECT_EQ(Read(TakeAll()), "") << "in full, for a reader that knows nothing";
}

// Items by hand: the kind in three bits, and an argument.
std::string Item(EventItem kind, unsigned argument = 0) {
  return std::string(1, static_cast<char>(argument << kEventItemBits | static_cast<int>(kind)));
}

TEST_F(EventLogTest, WhatMakesNoSenseIsRefused) {
  EXPECT_THAT(Read(Item(EventItem::kRepeat, 3)), HasSubstr("not told before"));
  EXPECT_THAT(Read(Item(EventItem::kKnown, 3) + '\0'), HasSubstr("not told before"));
  EXPECT_THAT(Read(std::string("\xff\xff\xff", 3)), HasSubstr("ends inside"));
  EXPECT_THAT(Read(std::string(11, '\xff')), HasSubstr("too long"));
  EXPECT_THAT(Read(Item(EventItem::kStack, 1)), HasSubstr("no known kind"));
  EXPECT_THAT(Read(Item(EventItem::kNew) + '\x63'), HasSubstr("event 99 is not known"));
  EXPECT_THAT(Read(Item(EventItem::kLock) + std::string(6, '\0')), HasSubstr("lock 0"));
  EXPECT_THAT(told_.steps, IsEmpty());
}

TEST_F(EventLogTest, ARecordYieldsNoMoreEventsThanItMay) {
  log_.Add(Take(1, 1, 1), nullptr, nullptr);
  log_.Add(Take(1, 1, 1), nullptr, nullptr);
  ASSERT_EQ(Read(TakeAll()), "");
  const std::string many = "\xf8\xff\xff\xff\x7f";  // kRepeat, and a very large number.
  EXPECT_THAT(Read(many), HasSubstr("more events than a record may have"));
  EXPECT_LE(told_.steps.size(), kMostEventsInRecord + 2);
}

// Cut anywhere, it yields a part of what it says and no more.
TEST_F(EventLogTest, EveryPrefixYieldsAPrefix) {
  LockMap lock(ClassKey{7}, "name", LockKind::kMutex);
  for (uint64_t i = 0; i < 20; ++i) {
    log_.Add(Take(1, 5, i % 3), &lock, lock.name);
    const StackFrame stack[] = {{0x401000, 0x7ffe0000}, {0x402000, 0x7ffe0100}};
    if (i % 7 == 0) log_.AddStack(stack);
  }
  const std::string whole = TakeAll();
  ASSERT_EQ(Read(whole), "");
  for (size_t size = 0; size < whole.size(); ++size) {
    EventReader reader;
    Told part;
    reader.Read(whole.substr(0, size), part);
    ASSERT_LE(part.steps.size(), told_.steps.size());
    for (size_t i = 0; i < part.steps.size(); ++i) EXPECT_EQ(part.steps[i], told_.steps[i]);
  }
}

}  // namespace
}  // namespace lockdep::record

#include "lockdep/native_stack.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/event_program.h"

namespace lockdep::testing {
namespace {

uintptr_t return_address;

[[gnu::noinline]] size_t Inner(std::span<StackFrame> frames) {
  return_address = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
  NativeStack stack;
  const size_t count = stack.Capture(frames);
  asm volatile("");  // Not a tail call.
  return count;
}

[[gnu::noinline]] size_t Outer(std::span<StackFrame> frames) {
  const size_t count = Inner(frames);
  asm volatile("");
  return count;
}

TEST(NativeStackTest, HoldsTheCallersInOrder) {
  StackFrame frames[64];

  const size_t count = Outer(frames);

  ASSERT_GT(count, 2u);
  EXPECT_EQ(frames[1].pc, return_address);
  for (size_t i = 1; i < count; ++i) EXPECT_GT(frames[i].sp, frames[i - 1].sp);
}

TEST(NativeStackTest, NeverWritesMoreThanAsked) {
  StackFrame frames[3] = {{}, {}, {7, 7}};

  EXPECT_EQ(Outer(std::span(frames, 2)), 2u);
  EXPECT_EQ(frames[2].pc, 7u);
}

StackFrame seen_frames[8];
size_t seen_count;
extern "C" void CaptureForTest() { seen_count = Inner(seen_frames); }

// A function of which no table says how to leave it.
extern "C" void CallWithoutTables();
asm(R"(
  .text
  .globl CallWithoutTables
CallWithoutTables:
  sub $8, %rsp
  call CaptureForTest
  add $8, %rsp
  ret
)");

TEST(NativeStackTest, EndsWithTheFirstCodeThatHasNoTables) {
  CallWithoutTables();

  ASSERT_GE(seen_count, 1u);
  const uintptr_t last = seen_frames[seen_count - 1].pc;
  const auto start = reinterpret_cast<uintptr_t>(&CallWithoutTables);
  EXPECT_GT(last, start);
  EXPECT_LT(last, start + 32);
}

[[gnu::noinline]] void TakeOne(Machine& machine, const char* name, CallSite* site) {
  *site = LOCKDEP_CALL_SITE();
  machine.validator().Acquire(machine.Thread(0), {.lock = &machine.Lock(name), .site = *site});
  asm volatile("");
}

[[gnu::noinline]] void TakeBoth(Machine& machine, CallSite* first, CallSite* second) {
  TakeOne(machine, "A", first);
  TakeOne(machine, "B", second);
  asm volatile("");
}

TEST(NativeStackTest, ADependencyHasTheStacksOfBothSides) {
  NativeStack stacks;
  Machine machine({}, &stacks);
  CallSite first;
  CallSite second;

  TakeBoth(machine, &first, &second);
  const Dependency* edge = machine.validator().graph().Successors(ClassId{1});

  ASSERT_NE(edge, nullptr);
  const auto stack = [&](StackId id) {
    return machine.listener().stacks.at(static_cast<uint32_t>(id) - 1);
  };
  const std::vector<uintptr_t> from = stack(edge->witnesses->from_stack);
  const std::vector<uintptr_t> to = stack(edge->witnesses->to_stack);
  EXPECT_EQ(from.at(0), first.pcs[0]);
  EXPECT_EQ(to.at(0), second.pcs[0]);
  ASSERT_GT(from.size(), 2u);
  EXPECT_TRUE(std::equal(from.begin() + 1, from.end(), to.begin() + 1, to.end()))
      << "both calls were made by one activation";
}

}  // namespace
}  // namespace lockdep::testing

#include "tests/support/event_program.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace lockdep::testing {
namespace {

TEST(EventProgramTest, EveryWordIsReadAndWritten) {
  for (const char* text :
       {"L(A) R(A) RR(A) T(A) TR(A) TRR(A) U(A)", "L(A1/3,N2)", "down(A) cancel(A) free(A) exit()",
        "irq{ L(A) softirq{ irqsave{ } bh{ } irqon{ } } } N(A) S(B)", "pin(A) unpin(A)",
        "L(A) | L(B) |0 U(A) |7 L(long_name)"}) {
    EXPECT_EQ(FormatEvents(ParseEvents(text)), text);
  }
}

TEST(EventProgramTest, ReadsAllPartsOfALock) {
  const std::vector<Event> events = ParseEvents("| TR(A1/3,N2)");

  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].op, Event::Op::kAcquire);
  EXPECT_EQ(events[0].mode, ReadMode::kRead);
  EXPECT_EQ(events[0].trylock, TryLock::kYes);
  EXPECT_EQ(events[0].thread, 1u);
  EXPECT_EQ(events[0].lock, "A1");
  EXPECT_EQ(events[0].subclass, 3);
  EXPECT_EQ(events[0].nest_lock, "N2");
}

TEST(EventProgramTest, SaysWhereAProgramIsMalformed) {
  const std::pair<const char*, size_t> rows[] = {
      {"L(A) X(B)", 6}, {"L(A", 1}, {"L()", 1},    {"L(A/x)", 1}, {"exit(A)", 1},
      {"L(A,)", 1},     {"A", 1},   {"L(A B)", 1}, {")L(A)", 1},  {"nmi{ }", 1},
  };
  for (const auto& [text, column] : rows) {
    size_t at = 0;
    EXPECT_FALSE(TryParseEvents(text, &at).has_value()) << text;
    EXPECT_EQ(at, column) << text;
  }
}

}  // namespace
}  // namespace lockdep::testing

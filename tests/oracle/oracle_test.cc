// The oracle's own verdicts, by hand: what it is worth rests on these rows.

#include "tests/oracle/oracle.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace lockdep::oracle {
namespace {

struct Row {
  const char* name;
  const char* program;
  std::vector<std::string> said = {};  // Over the whole program.
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.program; }

std::vector<std::string> Words(const Verdict& verdict) {
  std::vector<std::string> words;
  for (const Finding& finding : verdict.findings) {
    words.push_back(std::string(ToString(finding.kind)) + " " + Format(finding.name));
  }
  for (const Closing& closing : verdict.closing) {
    words.push_back(Format(closing.edge) + (closing.cycles.some_declared ? " declared" : ""));
  }
  return words;
}

class OracleRowTest : public ::testing::TestWithParam<Row> {};

TEST_P(OracleRowTest, SaysWhatTheRulesSay) {
  Oracle oracle;
  std::vector<std::string> said;
  for (const Step& step : Parse(GetParam().program)) {
    for (const std::string& word : Words(oracle.Apply(step))) said.push_back(word);
  }
  EXPECT_EQ(said, GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(
    , OracleRowTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"OneOrder", "L(A) L(B) U(B) U(A) | L(A) L(B)"},
        {"ABBA", "L(A) L(B) U(B) U(A) | L(B) L(A)", {"B -EN-> A"}},
        {"CycleOfThree", "L(A) L(B) U(A) L(C) U(B) L(A)", {"C -EN-> A"}},
        {"TwoAtOnce", "L(C) L(A) U(A) L(B) U(B) U(C) L(A) L(B) L(C)", {"A -EN-> C", "B -EN-> C"}},
        {"TriedIsNotWaitedFor", "L(A) L(B) U(B) U(A) | L(B) T(A)"},
        {"TriedIsHeld", "T(A) L(B) U(B) U(A) | L(B) L(A)", {"B -EN-> A"}},
        {"RecursiveReaders", "RR(A) L(B) U(B) U(A) | L(B) RR(A)"},
        {"PlainReaders", "R(A) R(B) U(B) U(A) | R(B) R(A)", {"B -SN-> A"}},
        {"RecursiveReaderUnderAWriter", "L(A) L(B) U(B) U(A) | R(B) RR(A)", {"B -SR-> A"}},
        {"ToldOnce",
         "L(A) L(B) U(B) U(A) L(B) R(A) U(A) L(A) U(A) U(B) R(B) L(A) U(A) U(B) L(A) L(B)",
         {"B -EN-> A"}},
        {"Again", "L(A) L(A)", {"recursive-lock A"}},
        {"AnotherInstance", "L(A) L(A1)", {"recursive-lock A"}},
        {"AnotherSubclass", "L(A) L(A1/1)"},
        {"ReadAgain", "R(A) R(A)", {"read-recursion A"}},
        {"ReadAgainRecursively", "R(A) RR(A)"},
        {"WrittenThenRead", "L(A) RR(A)", {"recursive-lock A"}},
        {"Serialised", "L(B) L(A,B) L(A1,B)"},
        {"SerialisedByItself", "L(A) L(A1,A)"},
        {"SerialisedTooLate", "L(A) L(B) L(A1,B)", {"recursive-lock A", "B -EN-> A"}},
        {"NestLockMissing", "L(A,B)", {"nest-lock-missing A"}},
        {"NeverTaken", "U(A)", {"unlock-unheld A"}},
        {"TakenByAnother", "L(A) | U(A)", {"unlock-by-other-thread A"}},
        {"GivenUp", "L(A) cancel(A) U(A)", {"unlock-unheld A"}},
        {"Destroyed", "L(A/1) free(A)", {"held-lock-destroyed A/1"}},
        {"DestroyedFree", "L(A) U(A) free(A)"},
        {"Exit", "L(A) L(B) exit()", {"held-at-exit A", "held-at-exit B"}},
        {"ExitEmpty", "L(A) U(A) exit()"},
        {"Downgraded", "L(A) down(A) L(B) U(B) U(A) | L(B) RR(A)"},
        {"NotDowngraded", "L(A) L(B) U(B) U(A) | L(B) RR(A)", {"B -ER-> A"}},
    }),
    [](const auto& row) { return row.param.name; });

TEST(OracleTest, ADeclaredStepMakesTheCycleADeclaredOne) {
  Oracle oracle({.declared = {{0, 1}}});
  const Program program = Parse("L(B) L(A)");

  EXPECT_TRUE(oracle.Apply(program[0]).silent());
  EXPECT_THAT(Words(oracle.Apply(program[1])), ::testing::ElementsAre("B -EN-> A declared"));
}

// B can be crossed from A by a recursive reader alone, or, arriving later, by a
// writer that may go on as a reader: a search that marks classes misses it.
TEST(OracleTest, TriesEveryWayThroughAClass) {
  Oracle oracle;
  for (const Step& step : Parse("L(A) RR(B) U(B) L(C) L(B) U(B) U(C) U(A) R(B) L(D) U(D) U(B)")) {
    EXPECT_TRUE(oracle.Apply(step).silent());
  }
  const Program closing = Parse("L(D) L(A)");
  oracle.Apply(closing[0]);
  EXPECT_THAT(Words(oracle.Apply(closing[1])), ::testing::ElementsAre("D -EN-> A"));
}

}  // namespace
}  // namespace lockdep::oracle

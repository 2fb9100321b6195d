// Scenario x kind of lock.  Each scenario that must be reported has a neighbour
// that differs in what makes it right; each cell is a test:
// --gtest_filter=*/ABBA_mutex runs one.
//
// A cell says which findings there must be, in order, one letter each:
//   .  none                         I  lock-order-inversion
//   R  recursive-lock               r  read-recursion
//   C  inconsistent-context         c  context-inversion
//   W  invalid-wait-context         N  nest-lock-missing
//   U  unlock-unheld                O  unlock-by-other-thread
//   D  held-lock-destroyed          E  held-at-exit
//   S  invalid-lock-state
// or, with -, that the kind has no such cell: it lacks an operation, or the
// scenario is undefined behaviour of a real pthread lock.

#include <ostream>
#include <string>
#include <vector>

#include "tests/kernel/kernel_test.h"
#include "tests/selftest/cxx_lock_kinds.h"
#include "tests/selftest/lock_kinds.h"
#include "tests/selftest/lock_program.h"

namespace lockdep {
namespace {

// In the order of the cells below.
std::vector<lock_kind> Columns() {
  std::vector<lock_kind> columns(kernel_lock_kinds, kernel_lock_kinds + kernel_lock_kind_count);
  columns.insert(columns.end(), CxxLockKinds().begin(), CxxLockKinds().end());
  return columns;
}

struct Row {
  const char* name;
  const char* program;
  const char* cells;
};

// clang-format off
const Row kRows[] = {
    //                                      raw_spinlock, spinlock, rwlock_write, rwlock_read, mutex,
    //                                      rwsem_write, rwsem_read, rt_mutex, local_lock, ww_mutex,
    //                                      pthread: mutex, recursive_mutex, rwlock_write, rwlock_read
    {"AA",       "L(A1) L(A2)",                               "R R R r R R r R R .  R R R ."},
    {"AALevels", "L(A1) L(A2/1)",                             ". . . - . . . . - -  . - - -"},
    {"AATried",  "L(A1) T(A2)",                               ". . . . . . . . . .  . . . ."},

    {"ABBA", "L(A) L(B) U(B) U(A) L(B) L(A)",                 "I I I I I I I I I .  I I I ."},
    {"ABAB", "L(A) L(B) U(B) U(A) L(A) L(B)",                 ". . . . . . . . . .  . . . ."},
    {"ABBATwoThreads", "L(A) L(B) U(B) U(A) | L(B) L(A)",     "I I I I I I I I I .  I I I ."},
    {"ABABTwoThreads", "L(A) L(B) U(B) U(A) | L(A) L(B)",     ". . . . . . . . . .  . . . ."},
    {"ABBATried", "L(A) L(B) U(B) U(A) L(B) T(A)",            ". . . . . . . . . .  . . . ."},
    {"ABBAOtherInstances", "L(A1) L(B1) U(B1) U(A1) | L(B2) L(A2)",
                                                              "I I I I I I I I I .  I I I ."},
    {"ABABOtherInstances", "L(A1) L(B1) U(B1) U(A1) | L(A2) L(B2)",
                                                              ". . . . . . . . . .  . . . ."},

    {"ABBCCA", "L(A) L(B) U(B) U(A) L(B) L(C) U(C) U(B) L(C) L(A)",
                                                              "I I I I I I I I I .  I I I ."},
    {"ABBCAC", "L(A) L(B) U(B) U(A) L(B) L(C) U(C) U(B) L(A) L(C)",
                                                              ". . . . . . . . . .  . . . ."},

    // The first lock is gone when the third is taken.
    {"HandOverHandCB", "L(A) L(B) U(A) L(C) U(B) U(C) L(C) L(B)",
                                                              "I I I I I I I I I .  I I I ."},
    {"HandOverHandBC", "L(A) L(B) U(A) L(C) U(B) U(C) L(B) L(C)",
                                                              ". . . . . . . . . .  . . . ."},

    {"UnlockTwice", "L(A) U(A) U(A)",                         "U U U U US U U U SU US  - - - -"},
    {"UnlockOnce",  "L(A) U(A)",                              ". . . . . . . . . .  . . . ."},
    {"UnlockByOther",   "L(A) | U(A)",                        "O O O O OS O O O SO OS  - - - -"},
    {"UnlockByOneself", "L(A) U(A) | L(A) U(A)",              ". . . . . . . . . .  . . . ."},

    {"FreedHeld",   "L(A) free(A)",                           "D D D D D D D D D D  D D - -"},
    {"FreedUnheld", "L(A) U(A) free(A)",                      ". . . . . . . . . .  . . . ."},
    {"ExitHeld",    "L(A) exit()",                            "E E E E E E E E E EE  E E E E"},
    {"ExitUnheld",  "L(A) U(A) exit()",                       ". . . . . . . . . E  . . . ."},

    // With interrupts on, a lock of theirs deadlocks unless it only reads upon readers.
    {"HardirqOn",  "irq{ L(A) U(A) } L(A) U(A)",              "C C C . WC WC WC WC C -  - - - -"},
    {"HardirqOff", "irq{ L(A) U(A) } irqsave{ L(A) U(A) }",   ". . . . W W W W . -  - - - -"},
    {"SoftirqOn",  "softirq{ L(A) U(A) } L(A) U(A)",          "C C C . WC WC WC WC C -  - - - -"},
    {"SoftirqOff", "softirq{ L(A) U(A) } bh{ L(A) U(A) }",    ". . . . W W W W . -  - - - -"},
    {"HardirqWaitsForOneHeldWithHardirqsOn",
     "irq{ L(A) U(A) } irqsave{ L(A) L(B) U(B) U(A) } L(B) U(B)",
                                                              "c c c . Wc Wc Wc Wc . -  - - - -"},
    {"HardirqWaitsForOneHeldWithHardirqsOff",
     "irq{ L(A) U(A) } irqsave{ L(A) L(B) U(B) U(A) } irqsave{ L(B) U(B) }",
                                                              ". . . . W W W W . -  - - - -"},

    {"UnderRawSpinlock", "L(Z) L(A)",                         ". W W W W W W W W -  W W W W"},
    {"UnderSpinlock",    "L(S) L(A)",                         ". . . . W W W W . -  W W W W"},
    {"UnderMutex",       "L(M) L(A)",                         ". . . . . . . . . -  . . . ."},
    {"TriedUnderRawSpinlock", "L(Z) T(A)",                    ". . . . . . . . . -  . . . ."},
    {"MutexUnder",       "L(A) L(M)",                         "W W W W . . . . W -  . . . ."},

    {"NestLockHeld",    "L(N) L(A1,N) L(A2,N)",               ". . - - - - - - - -  - - - -"},
    {"NestLockMissing", "L(A1,N)",                            "N N - - - - - - - -  - - - -"},
    {"NestLockTooLate", "L(A1) L(N) L(A2,N)",                 "WRI RI - - - - - - - -  - - - -"},

    {"DowngradeOnce",  "L(A) down(A) U(A)",                   "- - - - - . - - - -  - - - -"},
    {"DowngradeTwice", "L(A) down(A) down(A)",                "- - - - - S - - - -  - - - -"},
};
// clang-format on

const char* KindOf(char letter) {
  switch (letter) {
    case 'I':
      return "lock-order-inversion";
    case 'R':
      return "recursive-lock";
    case 'r':
      return "read-recursion";
    case 'C':
      return "inconsistent-context";
    case 'c':
      return "context-inversion";
    case 'W':
      return "invalid-wait-context";
    case 'N':
      return "nest-lock-missing";
    case 'U':
      return "unlock-unheld";
    case 'O':
      return "unlock-by-other-thread";
    case 'D':
      return "held-lock-destroyed";
    case 'E':
      return "held-at-exit";
    case 'S':
      return "invalid-lock-state";
    default:
      return nullptr;
  }
}

struct Cell {
  std::string name;  // "ABBA_mutex".
  std::string program;
  lock_kind kind;
  std::vector<std::string> expected;
};

void PrintTo(const Cell& cell, std::ostream* out) { *out << cell.program; }

std::vector<std::string> Words(const char* text) {
  std::vector<std::string> words(1);
  for (; *text != '\0'; ++text) {
    if (*text != ' ') {
      words.back() += *text;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

std::vector<Cell> Cells() {
  std::vector<Cell> cells;
  const std::vector<lock_kind> columns = Columns();
  for (const Row& row : kRows) {
    const std::vector<std::string> texts = Words(row.cells);
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string text = i < texts.size() ? texts[i] : "?";
      if (text == "-") continue;
      Cell cell{.name = std::string(row.name) + "_" + columns[i].name,
                .program = row.program,
                .kind = columns[i],
                .expected = {}};
      for (const char letter : text) {
        if (letter == '.') continue;
        const char* kind = KindOf(letter);
        cell.expected.push_back(kind == nullptr ? "a cell that the table does not have" : kind);
      }
      cells.push_back(cell);
    }
  }
  return cells;
}

class MatrixTest : public kernel::KernelTest, public ::testing::WithParamInterface<Cell> {};

TEST_P(MatrixTest, GivesItsVerdict) {
  const Cell& cell = GetParam();
  ASSERT_TRUE(LockProgram::CanRun(cell.kind, cell.program));
  LockProgram program(cell.kind);
  program.Run(cell.program);
  EXPECT_EQ(Kinds(), cell.expected) << cell.program;
}

INSTANTIATE_TEST_SUITE_P(Matrix, MatrixTest, ::testing::ValuesIn(Cells()),
                         [](const auto& cell) { return cell.param.name; });

// A table must not hide what it leaves out: a cell is missing only where the kind cannot.
TEST(MatrixTableTest, EveryRowHasACellForEachColumn) {
  for (const Row& row : kRows) EXPECT_EQ(Words(row.cells).size(), Columns().size()) << row.name;
}

}  // namespace
}  // namespace lockdep

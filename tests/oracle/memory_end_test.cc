// Memory that ends at each allocation that a program makes, one after the other:
// validation stops with one line, what was told before stands, and the host goes on.

#include <algorithm>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/oracle/engine_subject.h"

namespace lockdep::oracle {
namespace {

// Every rule broken, so that every part of the engine asks for memory.
constexpr const char* kProgram =
    "L(A) L(B) RR(C) U(C) U(B) U(A) | L(B) L(A) U(A) R(A) U(A) U(B) "
    "|0 L(A) L(A1) U(A1) U(A) R(A) R(A1) U(A1) U(A) L(D/1) T(E) L(F) L(G) U(G) U(F) U(E) U(D) "
    "L(G) L(D/1) U(D) U(G) L(H,A) U(H) L(A) L(H,A) L(H1,A) U(H1) U(H) U(A) U(I) | U(I) L(I) "
    "|0 U(I) L(J) free(J) L(K) exit() |2 L(L) L(M) L(N) L(O) L(P) L(Q) L(R) L(S) L(T) L(U) "
    "L(V) L(W) L(X) L(Y) L(Z) L(L1) L(M1) down(Z) L(A) exit() "
    "|3 S(A) irq{ L(M1) U(M1) L(N1) U(N1) } L(M1) U(M1) class(M1/1) L(O1) L(R1) class(O1/1,P) "
    "U(R1) U(O1) irqsave{ L(N1) L(P1) U(P1) U(N1) } L(P1) U(P1) L(Q1) end(Q) L(Q1) U(Q1) "
    "L(A) end(A,C) L(A) L(B) pin(B) U(B) exit()";

// The engine's arena grows by this much at a time.
constexpr size_t kBlock = size_t{1} << 18;

struct Outcome {
  std::vector<std::string> words;
  std::vector<std::string> stopped;
};

void Note(const Told& told, Outcome& outcome) {
  for (const Finding& finding : told.findings) {
    outcome.words.push_back(std::string(ToString(finding.kind)) + " " + Format(finding.name));
  }
  for (const ToldCycle& cycle : told.cycles) {
    outcome.words.push_back(std::string(ToString(cycle.kind)) + " " +
                            Format(cycle.steps.back().edge()));
  }
  for (const ToldInterruption& one : told.interruptions) {
    outcome.words.push_back(std::string(ToString(one.kind)) + " " + Format(one.connection.used) +
                            " " + Format(one.connection.enabled));
  }
}

// Runs the program with so much of the only block in use already.
Outcome RunAfter(size_t used) {
  EngineSubject engine({.declared = {{0, 1}, {0, 6}, {1, 6}}, .contexts = true});
  engine.validator().FailMemoryAfter(2);
  engine.validator().CreateThread(std::string(used, 'x').c_str());
  Outcome outcome;
  for (const Step& step : Parse(kProgram)) Note(engine.Apply(step), outcome);
  outcome.stopped = engine.stopped();
  engine.validator().CheckInvariants();
  EXPECT_EQ(engine.validator().stopped(), !outcome.stopped.empty());
  return outcome;
}

TEST(MemoryEndTest, EveryAllocationMayBeTheOneThatFails) {
  const Outcome whole = RunAfter(0);
  ASSERT_TRUE(whole.stopped.empty());
  ASSERT_GT(whole.words.size(), 20u);

  std::set<size_t> told;  // How much was told before memory ended.
  for (size_t left = 64; left < kBlock && (told.empty() || *told.rbegin() < whole.words.size());
       left += 16) {
    const Outcome outcome = RunAfter(kBlock - left);
    if (outcome.stopped.empty()) {
      EXPECT_EQ(outcome.words, whole.words);
    } else {
      EXPECT_EQ(outcome.stopped, std::vector<std::string>{"out of memory"}) << left;
    }
    ASSERT_LE(outcome.words.size(), whole.words.size()) << left;
    EXPECT_TRUE(std::equal(outcome.words.begin(), outcome.words.end(), whole.words.begin()))
        << left;
    told.insert(outcome.words.size());
  }
  // Nothing, everything, and nearly every length between.
  EXPECT_EQ(*told.begin(), 0u);
  EXPECT_EQ(*told.rbegin(), whole.words.size());
  EXPECT_GT(told.size(), whole.words.size() / 2);
}

}  // namespace
}  // namespace lockdep::oracle

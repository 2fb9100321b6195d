#include "lockdep/dependency_graph.h"

#include <map>
#include <random>

#include "gtest/gtest.h"

namespace lockdep {
namespace {

ClassId Id(uint32_t n) { return static_cast<ClassId>(n); }

Witness EnWitness() {
  Witness witness{};
  witness.kind = DependencyKind::kEN;
  return witness;
}

TEST(DependencyGraphTest, AnEdgeIsMadeOnce) {
  internal::Arena arena;
  DependencyGraph graph(arena);

  Dependency* edge = graph.Add(Id(1), Id(2));

  EXPECT_EQ(graph.Add(Id(1), Id(2)), edge);
  EXPECT_EQ(graph.Find(Id(1), Id(2)), edge);
  EXPECT_EQ(graph.Find(Id(2), Id(1)), nullptr);
  EXPECT_EQ(graph.size(), 1u);
}

TEST(DependencyGraphTest, EachKindKeepsItsFirstWitness) {
  internal::Arena arena;
  DependencyGraph graph(arena);
  Dependency* edge = graph.Add(Id(1), Id(2));
  Witness witness = EnWitness();
  witness.thread = ThreadId{1};

  EXPECT_TRUE(graph.AddWitness(*edge, witness));
  witness.thread = ThreadId{2};
  EXPECT_FALSE(graph.AddWitness(*edge, witness));

  EXPECT_EQ(edge->witnesses->thread, ThreadId{1});
  EXPECT_EQ(edge->witnesses->next, nullptr);
  graph.CheckInvariants();
}

TEST(DependencyGraphTest, AgreesWithAMapOverRandomEdges) {
  internal::Arena arena;
  DependencyGraph graph(arena);
  std::map<std::pair<uint32_t, uint32_t>, const Dependency*> model;
  std::mt19937 random(7);

  for (int i = 0; i < 20000; ++i) {
    const uint32_t from = random() % 500 + 1;
    const uint32_t to = random() % 500 + 1;
    EXPECT_EQ(graph.Find(Id(from), Id(to)) != nullptr, model.contains({from, to}));
    Dependency* edge = graph.Add(Id(from), Id(to));
    graph.AddWitness(*edge, EnWitness());
    const auto [it, is_new] = model.try_emplace({from, to}, edge);
    EXPECT_EQ(it->second, edge);
  }

  EXPECT_EQ(graph.size(), model.size());
  graph.CheckInvariants();
}

}  // namespace
}  // namespace lockdep

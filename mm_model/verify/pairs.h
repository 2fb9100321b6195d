// Every pair of operations over one shared address space, explored.
//
// Thread safety: none; used by one thread.

#ifndef MM_MODEL_VERIFY_PAIRS_H_
#define MM_MODEL_VERIFY_PAIRS_H_

#include <utility>
#include <vector>

#include "mm_model/explore/explorer.h"
#include "mm_model/scenario.h"

namespace mm_model {

// What some task of the scenarios does, each once, as a scenario of one task: of
// the scenario's name, or "scenario.task" where there are several.  The one that
// ends the address space is none: nobody else may use that any more.
std::vector<Scenario> OperationsOf(const std::vector<const Scenario*>& scenarios);

using OperationPair = std::pair<const Scenario*, const Scenario*>;

// Each goes with each, and with itself too.
std::vector<OperationPair> PairsOf(const std::vector<Scenario>& operations);

struct PairExploration {
  Exploration in_depth;
  Exploration sampled;  // Of what that left; nothing if it left nothing.
};

// Depth first, up to so many executions.  What these leave is where early steps come in
// another order: a quarter as many more go under random priorities, which change any step.
PairExploration ExplorePair(const OperationPair& pair, lockdep::DeclaredOrder order,
                            uint64_t max_executions);

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_PAIRS_H_

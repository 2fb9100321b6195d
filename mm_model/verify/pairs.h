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

using OperationPair = std::pair<const Scenario*, const Scenario*>;

// The operations are the scenarios of one task; each goes with itself too;
// the one that ends the address space goes with nobody.
std::vector<OperationPair> PairsOf(const std::vector<const Scenario*>& scenarios);

// Depth first, up to so many executions.
Exploration ExplorePair(const OperationPair& pair, lockdep::DeclaredOrder order,
                        uint64_t max_executions);

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_PAIRS_H_

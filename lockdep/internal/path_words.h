// A path of the graph as steps of a Violation, each with the witness that shows
// why it can be gone.

#ifndef LOCKDEP_INTERNAL_PATH_WORDS_H_
#define LOCKDEP_INTERNAL_PATH_WORDS_H_

#include "lockdep/cycle_search.h"
#include "lockdep/dependency_graph.h"
#include "lockdep/violation.h"

namespace lockdep::internal {

// `witness` may be null: the step is only declared.
ViolationEdge Tell(const Dependency& edge, const Witness* witness);

// Writes one step for each edge of a path that goes forwards.  `weak`: whether
// it may leave its start only from a writer.
void Tell(CycleSearch::Path path, bool weak, ViolationEdge* steps);

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_PATH_WORDS_H_

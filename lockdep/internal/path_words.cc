#include "lockdep/internal/path_words.h"

namespace lockdep::internal {
namespace {

// A path goes through an edge in one of its kinds; this is the one to show.
const Witness* ChooseWitness(const Dependency& edge, bool weak) {
  const DependencyMask open = StrongContinuations(SearchedKinds(edge), weak);
  const DependencyMask best = ReachesWeakly(open) ? open : open & kNonRecursiveKinds;
  for (const Witness* witness = edge.witnesses; witness != nullptr; witness = witness->next) {
    if ((MaskOf(witness->kind) & best) != 0) return witness;
  }
  return nullptr;
}

}  // namespace

ViolationEdge Tell(const Dependency& edge, const Witness* witness) {
  ViolationEdge step{.from = edge.from, .to = edge.to};
  if (edge.declared != nullptr) step.declaration = edge.declared->declaration;
  if (witness == nullptr) return step;
  step.from_mode = witness->from_mode;
  step.to_mode = witness->to_mode;
  step.thread = witness->thread;
  step.from_lock = witness->from_lock;
  step.to_lock = witness->to_lock;
  step.from_stack = witness->from_stack;
  step.to_stack = witness->to_stack;
  return step;
}

void Tell(CycleSearch::Path path, bool weak, ViolationEdge* steps) {
  for (const Dependency* edge : path) {
    *steps++ = Tell(*edge, ChooseWitness(*edge, weak));
    weak = ReachesWeakly(StrongContinuations(SearchedKinds(*edge), weak));
  }
}

}  // namespace lockdep::internal

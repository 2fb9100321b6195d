// The validator's rules for a chain that was never seen: run once for each.
//
// Source: linux v6.12 kernel/locking/lockdep.c, check_deadlock(),
// check_prevs_add(), check_prev_add(), check_noncircular().

#include <cstring>

#include "lockdep/internal/held_chain.h"
#include "lockdep/internal/path_words.h"
#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {
namespace {

bool SameName(const char* a, const char* b) {
  return a != nullptr && b != nullptr && strcmp(a, b) == 0;
}

}  // namespace

// Of a held lock, or what the event is about.
struct Validator::End {
  static End Of(const HeldLock& held) {
    return {held.use.class_id(), held.use.mode(), held.lock, &held};
  }
  static End Of(const Scene& scene, ReadMode mode) {
    return {scene.lock_class->id, mode, scene.acquisition->lock, nullptr};
  }

  ClassId class_id;
  ReadMode mode;
  const LockMap* lock;
  const HeldLock* held;
};

void Validator::LinkDeclaredArcs(const LockClass& lock_class) {
  for (const DeclaredArc& arc : config_.declared_order) {
    const bool is_from = SameName(arc.from, lock_class.name);
    if (!is_from && !SameName(arc.to, lock_class.name)) continue;
    const char* wanted = is_from ? arc.to : arc.from;
    for (uint32_t i = 1; i <= classes_.size(); ++i) {
      const LockClass& other = classes_.Get(static_cast<ClassId>(i));
      if (other.IsForgotten() || !SameName(other.name, wanted)) continue;
      is_from ? AddDeclaredArcs(lock_class, other, arc) : AddDeclaredArcs(other, lock_class, arc);
    }
  }
}

void Validator::AddDeclaredArcs(const LockClass& from, const LockClass& to,
                                const DeclaredArc& arc) {
  Dependency* edge = graph_.Add(from.id, to.id);
  if (edge == nullptr) return StopLocked("out of memory");
  if (edge->declared != nullptr) return;
  edge->declared = &arc;
  // A declaration speaks of every way of taking both locks.
  edge->kinds |= MaskOf(DependencyKind::kEN);
  if (!order_.Insert(graph_, from.id, to.id, DependencyKind::kEN)) order_.GiveUp();
  LearnReach(*edge);
  if (config_.observer != nullptr) config_.observer->OnDeclaredArc(from.id, to.id, arc);
}

// Rule 5.
void Validator::CheckNestLock(Scene& scene) {
  const Acquisition& acquisition = *scene.acquisition;
  if (IsHeld(scene.thread, *acquisition.nest_lock, HeldMode::kAny)) return;
  Violation violation{.kind = ViolationKind::kNestLockMissing, .level = Level::kConfirmed};
  violation.lock = {scene.lock_class->id, acquisition.mode, acquisition.lock->address,
                    LiveStack(scene)};
  violation.subject = acquisition.nest_lock->name;
  if (IsNews(violation.kind, static_cast<uint64_t>(scene.lock_class->id), scene.site)) {
    Emit(scene, violation);
  }
}

// Proves the chain that the acquisition makes, if that was not done before.
ChainKey Validator::Prove(Scene& scene) {
  const internal::HeldChain chain(scene.thread, contexts_);
  // Its key was taken away while it was held: nothing is proved of it, so that a lock
  // which still has it in its cache is looked at.
  if (scene.lock_class->IsForgotten()) {
    return internal::KeyAfter(chain.Key(), scene.use, chain.Below());
  }
  if (scene.acquisition->nest_lock != nullptr) {
    CheckNestLock(scene);
    // No function of the chain: the same classes may be held with the nest lock or without.
    if (!scene.use.tried() && FindRecursion(scene).serialised) scene.use = scene.use.Serialised();
  }
  const ChainKey held = chain.Key();
  const ChainKey key = internal::KeyAfter(held, scene.use, chain.Below());
  if (key == held || chains_.Contains(key)) return key;
  ValidateNewChain(scene);
  KeepChain(scene, {key, held, scene.use});
  InsertChain(key);
  return key;
}

// With what it continues, if that is no chain that was proved: a lock was released
// from its middle, or its proof was forgotten while it was held.
void Validator::KeepChain(Scene& scene, const ChainLink& chain) {
  const HeldLocks& held = scene.thread.held;
  ChainKey key = kEmptyChainKey;
  for (uint32_t i = held.floor(); i < held.depth() && !chains_.Contains(chain.previous); ++i) {
    const HeldLock* below = i == held.floor() ? nullptr : &held[i - 1];
    const ChainLink link{internal::KeyAfter(key, held[i].use, below), key, held[i].use};
    if (!chains_.Contains(link.key)) KeepLink(link);
    key = link.key;
  }
  KeepLink(chain);
}

void Validator::KeepLink(const ChainLink& link) {
  if (link.key == link.previous) return;  // It counts once (KeyAfter).
  ChainLink* kept = chain_links_.Append();
  if (kept == nullptr) return StopLocked("out of memory");
  *kept = link;
  const ContextSet in = contexts_.Get(link.use.context()).in;
  TellContexts(in & ~told_contexts_);
  if (config_.observer != nullptr) config_.observer->OnChain(link, in);
}

void Validator::ForgetChains() {
  chains_.Clear();
  chain_links_.Clear();
}

void Validator::InsertChain(ChainKey key) {
  if (chains_.Insert(key) == ChainCache::InsertResult::kOutOfMemory) StopLocked("out of memory");
}

void Validator::ValidateNewChain(Scene& scene) {
  CheckWaitContext(scene);
  if (!scene.use.checked()) return;
  MarkAcquisition(scene);
  if (scene.use.tried() || scene.use.serialised()) return;  // It cannot wait, or waits in order.
  CheckRecursion(scene);
  CheckDependencies(scene);
}

// Whether the thread waits for a class that it holds in this way.  Readers that
// recurse never wait for readers.
bool Validator::Recurses(const Scene& scene, const HeldLock& held) {
  if (scene.use.host_ordered() && held.lock != scene.acquisition->lock) return false;
  return held.use.class_id() == scene.use.class_id() &&
         (!held.use.reads() || scene.use.mode() != ReadMode::kRecursiveRead);
}

// The newest lock that rule 1 finds in the way, and whether a nest lock makes up
// for all of them: it serialises what was taken after it, and itself.
Validator::Recursion Validator::FindRecursion(const Scene& scene) const {
  const ThreadContext& thread = scene.thread;
  Recursion result{nullptr, true};
  bool nest_is_held = false;
  for (uint32_t i = 0; i < thread.held.depth(); ++i) {
    const HeldLock& held = thread.held[i];
    nest_is_held = nest_is_held || held.lock == scene.acquisition->nest_lock;
    // What was interrupted is the business of the context rules.
    if (i < thread.held.floor() || !Recurses(scene, held)) continue;
    result = {&held, result.serialised && nest_is_held};
  }
  return result.held == nullptr ? Recursion{nullptr, false} : result;
}

// Rule 1.
void Validator::CheckRecursion(Scene& scene) {
  const HeldLock* held = FindRecursion(scene).held;
  if (held == nullptr) return;
  StopCovering(scene.lock_class->id);
  ReportRecursion(scene, *held);
}

void Validator::ReportRecursion(Scene& scene, const HeldLock& held) {
  const Acquisition& next = *scene.acquisition;
  const bool both_read = held.use.reads() && next.mode == ReadMode::kRead;
  Violation violation{.kind = both_read ? ViolationKind::kReadRecursion
                                        : ViolationKind::kRecursiveLock};
  if (!IsNews(violation.kind, static_cast<uint64_t>(held.use.class_id()), scene.site)) return;
  if (held.lock == next.lock && !both_read) violation.level = Level::kConfirmed;
  violation.lock = {scene.lock_class->id, next.mode, next.lock->address, LiveStack(scene)};
  const ViolationEdge edge = StepFrom(scene, held);
  violation.edges = {&edge, 1};
  Emit(scene, violation);
}

// The step that the acquisition takes from a held lock.
ViolationEdge Validator::StepFrom(Scene& scene, const HeldLock& held) {
  const Acquisition& next = *scene.acquisition;
  return {.from = held.use.class_id(),
          .to = scene.lock_class->id,
          .from_mode = held.use.mode(),
          .to_mode = next.mode,
          .thread = scene.thread.id,
          .from_lock = held.lock->address,
          .to_lock = next.lock->address,
          .from_stack = StackOf(scene, held),
          .to_stack = LiveStack(scene),
          .declaration = nullptr};
}

// Rule 2.  A lock that covers those below it has dependencies of its own on all
// of them, and each path through it stays strong: the walk can end there, if
// its dependency to the new lock may be used.
void Validator::CheckDependencies(Scene& scene) {
  for (uint32_t i = scene.thread.held.depth(); i-- > scene.thread.held.floor() && !stopped();) {
    const HeldLock& held = scene.thread.held[i];
    if (!held.use.checked() || held.use.class_id() == scene.lock_class->id) continue;
    // Another thread took the key away from a lock that is held here.
    if (classes_.Get(held.use.class_id()).IsForgotten()) continue;
    if (AddDependency(scene, held) && Covers(scene.thread, i)) break;
  }
}

bool Validator::Covers(ThreadContext& thread, uint32_t index) const {
  const LockUse use = thread.held[index].use;
  const ChainKey key = NextChainKey(kEmptyChainKey, static_cast<uint64_t>(use.class_id()));
  // A path over a local lock counts for some rules only.
  if (!use.CarriesOrder() || classes_.Get(use.class_id()).role != LockRole::kLock ||
      not_covering_.Contains(key)) {
    return false;
  }
  // Its own dependencies may lead over a class that ended since it was taken.
  return classes_.live() == classes_.size() ||
         chains_.Contains(internal::HeldChain(thread, contexts_).KeyUpTo(index));
}

void Validator::StopCovering(ClassId id) {
  const ChainKey key = NextChainKey(kEmptyChainKey, static_cast<uint64_t>(id));
  if (not_covering_.Insert(key) == ChainCache::InsertResult::kOutOfMemory) {
    StopLocked("out of memory");
  }
}

bool Validator::AddDependency(Scene& scene, const HeldLock& held) {
  return Observe(scene, End::Of(held), End::Of(scene, scene.acquisition->mode));
}

bool Validator::AddWake(Scene& scene, const HeldLock& held) {
  return Observe(scene, End::Of(scene, ReadMode::kWrite), End::Of(held));
}

StackId Validator::StackOf(Scene& scene, const End& end) {
  return end.held == nullptr ? LiveStack(scene) : StackOf(scene, *end.held);
}

// Returns whether searches may use the dependency.
bool Validator::Observe(Scene& scene, const End& from, const End& to) {
  Dependency* edge = graph_.Add(from.class_id, to.class_id);
  if (edge == nullptr) {
    StopLocked("out of memory");
    return false;
  }
  const DependencyKind kind = Classify(from.mode, to.mode);
  if ((edge->observed & MaskOf(kind)) != 0) return (ContextKinds(*edge) & MaskOf(kind)) != 0;

  const Witness witness{.kind = kind,
                        .from_mode = from.mode,
                        .to_mode = to.mode,
                        .thread = scene.thread.id,
                        .from_lock = from.lock->address,
                        .to_lock = to.lock->address,
                        .from_stack = StackOf(scene, from),
                        .to_stack = StackOf(scene, to),
                        .next = nullptr};
  return Learn(scene, *edge, witness);
}

// The same of one that is new.
bool Validator::Learn(Scene& scene, Dependency& edge, const Witness& witness) {
  if (!graph_.AddWitness(edge, witness)) {
    StopLocked("out of memory");
    return false;
  }
  if (config_.observer != nullptr) config_.observer->OnDependency(edge, witness);
  if (ClosesCycle(scene, edge, witness)) return false;
  LearnReach(edge);
  CheckInterruptions(scene, edge, witness);
  return (edge.context_reported & MaskOf(witness.kind)) == 0;
}

// Tells of the cycle that a new kind of dependency closes, unless its two classes
// were told of before or another cycle of this event crosses them both.
bool Validator::ClosesCycle(Scene& scene, Dependency& edge, const Witness& closing) {
  if (order_.Insert(graph_, edge.from, edge.to, closing.kind)) return false;
  const CycleSearch::Query query{.start = edge.to,
                                 .start_recursive = closing.to_mode == ReadMode::kRecursiveRead,
                                 .goal = edge.from,
                                 .goal_exclusive = closing.from_mode == ReadMode::kWrite};
  const auto path = search_.FindPath(graph_, query, classes_.size());
  if (search_.out_of_memory()) {
    StopLocked("out of memory");
  } else if (path.empty()) {
    return false;  // The order gave up, and could not tell.
  }
  const bool is_news = !path.empty() && edge.reported == 0 && !scene.IsOnToldCycle(edge.from);
  edge.reported |= MaskOf(closing.kind);
  StopCovering(edge.to);
  if (is_news) ReportCycle(scene, edge, closing, path);
  return true;
}

void Validator::ReportCycle(Scene& scene, const Dependency& edge, const Witness& closing,
                            CycleSearch::Path path) {
  ViolationEdge* edges = NewEdges(path.size() + 1);
  auto* told = arena_.New<Scene::ToldCycle>();
  if (edges == nullptr || told == nullptr) return StopLocked("out of memory");
  Violation violation{.kind = ViolationKind::kLockOrderInversion};
  internal::Tell(path, closing.to_mode == ReadMode::kRecursiveRead, edges);
  bool is_declared = false;
  bool waits = IsWait(classes_.Get(edge.from).kind);
  for (const Dependency* step : path) {
    is_declared = is_declared || step->declared != nullptr;
    waits = waits || IsWait(classes_.Get(step->from).kind);
  }
  if (is_declared) {
    violation.kind = ViolationKind::kDeclaredOrderViolation;
  } else if (waits) {
    violation.kind = ViolationKind::kWaitWhileHolding;
  }
  edges[path.size()] = internal::Tell(edge, &closing);
  violation.edges = {edges, path.size() + 1};
  violation.lock = {edge.to, closing.to_mode, closing.to_lock, closing.to_stack};
  *told = {violation.edges, scene.told_cycles};
  scene.told_cycles = told;
  Emit(scene, violation);
}

}  // namespace lockdep

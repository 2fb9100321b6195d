// The validator's rules for a chain that was never seen: run once for each.
//
// Source: linux v6.12 kernel/locking/lockdep.c, check_deadlock(),
// check_prevs_add(), check_prev_add(), check_noncircular().

#include <algorithm>
#include <cstring>

#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {
namespace {

// A path goes through an edge in one of its kinds; this is the one to show.
const Witness* ChooseWitness(const Dependency& edge, bool arrived_recursive) {
  const DependencyMask open = StrongContinuations(SearchedKinds(edge), arrived_recursive);
  const DependencyMask best = ArrivesOnlyRecursive(open) ? open : open & kNonRecursiveKinds;
  for (const Witness* witness = edge.witnesses; witness != nullptr; witness = witness->next) {
    if ((MaskOf(witness->kind) & best) != 0) return witness;
  }
  return nullptr;
}

ViolationEdge ToViolationEdge(const Dependency& edge, const Witness* witness) {
  ViolationEdge result{.from = edge.from, .to = edge.to};
  if (edge.declared != nullptr) result.declaration = edge.declared->declaration;
  if (witness == nullptr) return result;
  result.from_mode = witness->from_mode;
  result.to_mode = witness->to_mode;
  result.thread = witness->thread;
  result.from_lock = witness->from_lock;
  result.to_lock = witness->to_lock;
  result.from_stack = witness->from_stack;
  result.to_stack = witness->to_stack;
  return result;
}

bool SameName(const char* a, const char* b) {
  return a != nullptr && b != nullptr && strcmp(a, b) == 0;
}

}  // namespace

void Validator::LinkDeclaredArcs(const LockClass& lock_class) {
  for (const DeclaredArc& arc : config_.declared_order) {
    const bool is_from = SameName(arc.from, lock_class.name);
    if (!is_from && !SameName(arc.to, lock_class.name)) continue;
    const char* wanted = is_from ? arc.to : arc.from;
    for (uint32_t i = 1; i <= classes_.size(); ++i) {
      const LockClass& other = classes_.Get(static_cast<ClassId>(i));
      if (!SameName(other.name, wanted)) continue;
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
  if (config_.observer != nullptr) config_.observer->OnDeclaredArc(from.id, to.id, arc);
}

// Rule 3.  Returns whether the nest lock is held.
bool Validator::CheckNestLock(Scene& scene) {
  const Acquisition& acquisition = *scene.acquisition;
  if (IsHeld(scene.thread, *acquisition.nest_lock, HeldMode::kAny)) return true;
  Violation violation{.kind = ViolationKind::kNestLockMissing, .level = Level::kConfirmed};
  violation.lock = {scene.lock_class->id, acquisition.mode, acquisition.lock->address,
                    LiveStack(scene)};
  violation.subject = acquisition.nest_lock->name;
  if (IsNews(violation.kind, static_cast<uint64_t>(scene.lock_class->id), scene.site)) {
    Emit(scene, violation);
  }
  return false;
}

// Whether the thread waits for a class that it holds in this way.  Readers that
// recurse never wait for readers.
bool Validator::Recurses(const Scene& scene, const HeldLock& held) {
  return held.class_id == scene.lock_class->id &&
         (held.mode == ReadMode::kWrite || scene.acquisition->mode != ReadMode::kRecursiveRead);
}

// Whether a nest lock makes up for rule 1: it serialises what was taken after
// it, and itself.
bool Validator::IsSerialised(Scene& scene) {
  if (!CheckNestLock(scene) || scene.acquisition->trylock == TryLock::kYes) return false;
  bool nest_is_held = false;
  bool recurses = false;
  for (const HeldLock& held : scene.thread.held) {
    nest_is_held = nest_is_held || held.lock == scene.acquisition->nest_lock;
    if (!Recurses(scene, held)) continue;
    if (!nest_is_held) return false;
    recurses = true;
  }
  // No dependencies are made, so this class says nothing of what is held below it.
  if (recurses) StopCovering(scene.lock_class->id);
  return recurses;
}

void Validator::ValidateNewChain(Scene& scene) {
  if (scene.acquisition->trylock == TryLock::kYes) return;  // It cannot wait.
  CheckRecursion(scene);
  CheckDependencies(scene);
}

// Rule 1.
void Validator::CheckRecursion(Scene& scene) {
  for (uint32_t i = scene.thread.held.depth(); i-- > 0;) {
    const HeldLock& held = scene.thread.held[i];
    if (!Recurses(scene, held)) continue;
    StopCovering(scene.lock_class->id);
    return ReportRecursion(scene, held);
  }
}

void Validator::ReportRecursion(Scene& scene, const HeldLock& held) {
  const Acquisition& next = *scene.acquisition;
  const bool both_read = held.mode != ReadMode::kWrite && next.mode == ReadMode::kRead;
  Violation violation{.kind = both_read ? ViolationKind::kReadRecursion
                                        : ViolationKind::kRecursiveLock};
  if (!IsNews(violation.kind, static_cast<uint64_t>(held.class_id), scene.site)) return;
  if (held.lock == next.lock && !both_read) violation.level = Level::kConfirmed;
  violation.lock = {scene.lock_class->id, next.mode, next.lock->address, LiveStack(scene)};
  ViolationEdge edge{.from = held.class_id,
                     .to = scene.lock_class->id,
                     .from_mode = held.mode,
                     .to_mode = next.mode,
                     .thread = scene.thread.id,
                     .from_lock = held.lock->address,
                     .to_lock = next.lock->address,
                     .from_stack = StackOf(scene, held),
                     .to_stack = LiveStack(scene)};
  violation.edges = {&edge, 1};
  Emit(scene, violation);
}

// Rule 2.  A lock that covers those below it has dependencies of its own on all
// of them, and each path through it stays strong: the walk can end there, if
// its dependency to the new lock may be used.
void Validator::CheckDependencies(Scene& scene) {
  for (uint32_t i = scene.thread.held.depth(); i-- > 0 && !stopped();) {
    const HeldLock& held = scene.thread.held[i];
    if (held.class_id == scene.lock_class->id) continue;
    if (AddDependency(scene, held) && Covers(held)) break;
  }
}

bool Validator::Covers(const HeldLock& held) const {
  return held.trylock == TryLock::kNo && held.mode != ReadMode::kRecursiveRead &&
         !not_covering_.Contains(
             NextChainKey(kEmptyChainKey, static_cast<uint64_t>(held.class_id)));
}

void Validator::StopCovering(ClassId id) {
  const ChainKey key = NextChainKey(kEmptyChainKey, static_cast<uint64_t>(id));
  if (not_covering_.Insert(key) == ChainCache::InsertResult::kOutOfMemory) {
    StopLocked("out of memory");
  }
}

// Returns whether searches may use the dependency.
bool Validator::AddDependency(Scene& scene, const HeldLock& held) {
  const Acquisition& next = *scene.acquisition;
  Dependency* edge = graph_.Add(held.class_id, scene.lock_class->id);
  if (edge == nullptr) {
    StopLocked("out of memory");
    return false;
  }
  const DependencyKind kind = Classify(held.mode, next.mode);
  if ((edge->observed & MaskOf(kind)) != 0) return (edge->reported & MaskOf(kind)) == 0;

  const Witness witness{.kind = kind,
                        .from_mode = held.mode,
                        .to_mode = next.mode,
                        .thread = scene.thread.id,
                        .from_lock = held.lock->address,
                        .to_lock = next.lock->address,
                        .from_stack = StackOf(scene, held),
                        .to_stack = LiveStack(scene),
                        .next = nullptr};
  if (edge->observed == 0) ++observed_dependencies_;
  if (!graph_.AddWitness(*edge, witness)) {
    StopLocked("out of memory");
    return false;
  }
  if (config_.observer != nullptr) config_.observer->OnDependency(*edge, witness);
  return !ClosesCycle(scene, *edge, witness);
}

// Tells of the cycle that a new kind of dependency closes, unless its two classes
// were told of before or another cycle of this event crosses them both.
bool Validator::ClosesCycle(Scene& scene, Dependency& edge, const Witness& closing) {
  const CycleSearch::Query query{.start = edge.to,
                                 .start_recursive = closing.to_mode == ReadMode::kRecursiveRead,
                                 .goal = edge.from,
                                 .goal_exclusive = closing.from_mode == ReadMode::kWrite};
  const auto path = search_.FindPath(graph_, query, classes_.size());
  if (search_.out_of_memory()) StopLocked("out of memory");
  if (path.empty()) return false;
  const bool is_news = edge.reported == 0 && !scene.IsOnToldCycle(edge.from);
  edge.reported |= MaskOf(closing.kind);
  StopCovering(edge.to);
  if (is_news) ReportCycle(scene, edge, closing, path);
  return true;
}

void Validator::ReportCycle(Scene& scene, const Dependency& edge, const Witness& closing,
                            std::span<const Dependency* const> path) {
  auto* edges = arena_.NewArray<ViolationEdge>(path.size() + 1);
  auto* told = arena_.New<Scene::ToldCycle>();
  if (edges == nullptr || told == nullptr) return StopLocked("out of memory");
  Violation violation{.kind = ViolationKind::kLockOrderInversion};
  bool recursive = closing.to_mode == ReadMode::kRecursiveRead;
  for (size_t i = 0; i < path.size(); ++i) {
    edges[i] = ToViolationEdge(*path[i], ChooseWitness(*path[i], recursive));
    recursive = ArrivesOnlyRecursive(StrongContinuations(SearchedKinds(*path[i]), recursive));
    if (path[i]->declared != nullptr) violation.kind = ViolationKind::kDeclaredOrderViolation;
  }
  edges[path.size()] = ToViolationEdge(edge, &closing);
  violation.edges = {edges, path.size() + 1};
  violation.lock = {edge.to, closing.to_mode, closing.to_lock, closing.to_stack};
  *told = {violation.edges, scene.told_cycles};
  scene.told_cycles = told;
  Emit(scene, violation);
}

StackId Validator::PutStack(std::span<const uintptr_t> pcs) {
  if (pcs.empty()) return StackId::kNone;
  const internal::StackDepot::PutResult put = stacks_.Put(pcs);
  if (put.id == StackId::kNone) StopLocked("out of memory");
  if (put.is_new && config_.observer != nullptr) config_.observer->OnStack(put.id, pcs);
  return put.id;
}

StackId Validator::LiveStack(Scene& scene) {
  if (scene.live_stack != StackId::kNone) return scene.live_stack;
  uintptr_t pcs[Scene::kMaxFrames];
  size_t count = 0;
  for (const StackFrame& frame : scene.live()) pcs[count++] = frame.pc;
  for (int i = 0; scene.frame_count == 0 && i < CallSite::kMaxFrames && scene.site.pcs[i] != 0;
       ++i) {
    pcs[count++] = scene.site.pcs[i];
  }
  scene.live_stack = PutStack({pcs, count});
  return scene.live_stack;
}

// The stack of an earlier acquisition: what was noted then, and below it the
// frames of the live stack that were active already.
StackId Validator::StackOf(Scene& scene, const HeldLock& held) {
  uintptr_t pcs[CallSite::kMaxFrames + Scene::kMaxFrames];
  size_t count = 0;
  while (count < CallSite::kMaxFrames && held.site.pcs[count] != 0) {
    pcs[count] = held.site.pcs[count];
    ++count;
  }
  // `frame` lies two words (saved frame pointer, return address) under the
  // stack pointer of the outermost noted frame.
  const uintptr_t noted_sp = held.site.frame + 2 * sizeof(uintptr_t);
  const std::span<const StackFrame> live = scene.live();
  size_t outer = 0;
  while (outer < live.size() && live[outer].sp <= noted_sp) ++outer;
  for (size_t i = outer; i < live.size(); ++i) pcs[count++] = live[i].pc;
  return PutStack({pcs, count});
}

ViolationLock Validator::Describe(Scene& scene, const HeldLock& held) {
  return {held.class_id, held.mode, held.lock->address, StackOf(scene, held)};
}

bool Validator::IsNews(ViolationKind kind, uint64_t what, const CallSite& site) {
  ChainKey key = NextChainKey(kEmptyChainKey, what << 8 | static_cast<uint64_t>(kind));
  for (const uintptr_t pc : site.pcs) key = NextChainKey(key, pc);
  const ChainCache::InsertResult result = reported_.Insert(key);
  if (result == ChainCache::InsertResult::kOutOfMemory) StopLocked("out of memory");
  return result == ChainCache::InsertResult::kInserted;
}

void Validator::Emit(Scene& scene, Violation& violation) {
  const HeldLocks& held = scene.thread.held;
  const uint32_t depth = held.depth();
  auto* locks = arena_.NewArray<ViolationLock>(depth);
  if (locks == nullptr && depth != 0) return StopLocked("out of memory");
  for (uint32_t i = 0; i < depth; ++i) locks[i] = Describe(scene, held[i]);
  violation.held = {locks, depth};
  violation.thread = scene.thread.id;
  violation.stack = LiveStack(scene);
  ++violations_;
  if (config_.observer != nullptr) config_.observer->OnViolation(violation);
}

}  // namespace lockdep

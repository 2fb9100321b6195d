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
  const DependencyMask open = StrongContinuations(edge.kinds, arrived_recursive);
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

void Validator::ValidateNewChain(Scene& scene) {
  if (scene.acquisition->trylock == TryLock::kYes) return;  // It cannot wait.
  if (CheckRecursion(scene) == Recursion::kSerialised) return;
  CheckDependencies(scene);
}

// Rule 1.
Validator::Recursion Validator::CheckRecursion(Scene& scene) {
  const Acquisition& next = *scene.acquisition;
  const HeldLock* nest = nullptr;
  for (uint32_t i = scene.thread.held.depth(); i-- > 0;) {
    const HeldLock& held = scene.thread.held[i];
    if (held.lock == next.nest_lock) nest = &held;
    if (held.class_id != scene.lock_class->id) continue;
    const bool held_for_read = held.mode != ReadMode::kWrite;
    // Readers that recurse never wait for readers.
    if (next.mode == ReadMode::kRecursiveRead && held_for_read) continue;
    if (nest != nullptr ||
        (next.nest_lock != nullptr && IsHeld(scene.thread, *next.nest_lock, HeldMode::kAny))) {
      return Recursion::kSerialised;
    }
    const bool both_read = held_for_read && next.mode == ReadMode::kRead;
    Violation violation{.kind = both_read ? ViolationKind::kReadRecursion
                                          : ViolationKind::kRecursiveLock};
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
    if (IsNews(violation.kind, static_cast<uint64_t>(held.class_id), scene.site)) {
      Emit(scene, violation);
    }
    return Recursion::kNone;
  }
  return Recursion::kNone;
}

// Rule 2.  A held lock that was waited for, and not as a recursive read, has
// its own dependencies on everything held before it, and every path through it
// stays strong: the walk can end there.
void Validator::CheckDependencies(Scene& scene) {
  for (uint32_t i = scene.thread.held.depth(); i-- > 0 && !stopped();) {
    const HeldLock& held = scene.thread.held[i];
    if (held.class_id != scene.lock_class->id) AddDependency(scene, held);
    if (held.trylock == TryLock::kNo && held.mode != ReadMode::kRecursiveRead) break;
  }
}

void Validator::AddDependency(Scene& scene, const HeldLock& held) {
  const Acquisition& next = *scene.acquisition;
  Dependency* edge = graph_.Add(held.class_id, scene.lock_class->id);
  if (edge == nullptr) return StopLocked("out of memory");
  const DependencyKind kind = Classify(held.mode, next.mode);
  if ((edge->observed & MaskOf(kind)) != 0) return;

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
  if (!graph_.AddWitness(*edge, witness)) return StopLocked("out of memory");
  if (config_.observer != nullptr) config_.observer->OnDependency(*edge, witness);
  if (!edge->reported) CheckCycle(scene, *edge, witness);
}

void Validator::CheckCycle(Scene& scene, Dependency& edge, const Witness& closing) {
  const CycleSearch::Query query{.start = edge.to,
                                 .start_recursive = closing.to_mode == ReadMode::kRecursiveRead,
                                 .goal = edge.from,
                                 .goal_exclusive = closing.from_mode == ReadMode::kWrite,
                                 .through_reported = false};
  const auto path = search_.FindPath(graph_, query, classes_.size());
  if (search_.out_of_memory()) return StopLocked("out of memory");
  if (path.empty()) return;

  auto* edges = arena_.NewArray<ViolationEdge>(path.size() + 1);
  if (edges == nullptr) return StopLocked("out of memory");
  Violation violation{.kind = ViolationKind::kLockOrderInversion};
  bool recursive = query.start_recursive;
  for (size_t i = 0; i < path.size(); ++i) {
    edges[i] = ToViolationEdge(*path[i], ChooseWitness(*path[i], recursive));
    recursive = ArrivesOnlyRecursive(StrongContinuations(path[i]->kinds, recursive));
    if (path[i]->declared != nullptr) violation.kind = ViolationKind::kDeclaredOrderViolation;
  }
  edges[path.size()] = ToViolationEdge(edge, &closing);
  violation.edges = {edges, path.size() + 1};
  violation.lock = {edge.to, closing.to_mode, closing.to_lock, closing.to_stack};
  edge.reported = true;
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
  return reported_.Insert(key) == ChainCache::InsertResult::kInserted;
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

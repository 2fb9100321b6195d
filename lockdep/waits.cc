// Waits for something that is no lock, and waits that never end.
//
// What is no lock: a semaphore, a condition, the end of a
// thread.  Who waits says Sync, which makes dependencies "held -> wait".  Who ends
// the wait says Wake, which makes "wait -> held": until it got what it holds, it
// could not have ended it.  A cycle of both is a deadlock like any other.

#include "lockdep/internal/held_chain.h"
#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {
namespace {

// No chain of acquisitions: the chain that is held, and what is ended upon it.
ChainKey WakeKey(ChainKey held, LockUse use) {
  constexpr uint64_t kWakeMark = 0x77616b65;
  return NextChainKey(NextChainKey(held, use), kWakeMark);
}

}  // namespace

void Validator::Wake(ThreadContext& thread, const Acquisition& acquisition) {
  if (!Enabled(thread) || thread.held.on_floor()) return;
  const ClassId class_id = acquisition.lock->CachedClass(acquisition.subclass);
  const LockUse use = internal::UseOf(class_id, acquisition).With(thread.context).Sync();
  if (class_id != ClassId::kNone && chains_.Contains(WakeKey(thread.chain_key, use))) return;
  Scene scene(config_, thread, acquisition.site);
  internal::RawLockHolder lock(graph_lock_);
  if (stopped() || !Recognise(scene, acquisition)) return;
  scene.use = scene.use.Sync();
  for (uint32_t i = thread.held.floor(); i < thread.held.depth() && !stopped(); ++i) {
    const HeldLock& held = thread.held[i];
    if (!held.use.checked() || held.use.tried() || held.use.class_id() == scene.lock_class->id ||
        classes_.Get(held.use.class_id()).IsForgotten()) {
      continue;
    }
    AddWake(scene, held);
  }
  if (!stopped()) InsertChain(WakeKey(internal::HeldChain(thread, contexts_).Key(), scene.use));
}

// Another thread's stack of then is what it noted of it.
void Validator::WakeAfter(ThreadContext& thread, const Acquisition& acquisition,
                          const PastAcquisition& taken) {
  if (!Enabled(thread)) return;
  Scene scene(config_, thread, acquisition.site);
  internal::RawLockHolder lock(graph_lock_);
  if (stopped() || !Recognise(scene, acquisition)) return;
  const ClassId from = scene.lock_class->id;
  if (taken.class_id == from || classes_.Get(taken.class_id).IsForgotten()) return;
  Dependency* edge = graph_.Add(from, taken.class_id);
  if (edge == nullptr) return StopLocked("out of memory");
  const DependencyKind kind = Classify(ReadMode::kWrite, taken.mode);
  if ((edge->observed & MaskOf(kind)) != 0) return;
  size_t noted = 0;
  while (noted < CallSite::kMaxFrames && taken.site.pcs[noted] != 0) ++noted;
  const StackId then = PutStack({taken.site.pcs, noted});
  Learn(scene, *edge,
        {.kind = kind,
         .from_mode = ReadMode::kWrite,
         .to_mode = taken.mode,
         .thread = taken.thread,
         .from_lock = acquisition.lock->address,
         .to_lock = taken.address,
         .from_stack = taken.thread == thread.id ? LiveStack(scene) : then,
         .to_stack = then,
         .next = nullptr});
}

// Who holds nothing is a step from what it waits for to itself.
bool Validator::DescribeParty(const DeadlockedThread& party, ViolationEdge* edge) {
  const LockMap* holds = party.holds != nullptr ? party.holds : party.waits_for;
  const LockClass* from = RegisterClass(*holds, 0);
  const LockClass* to = RegisterClass(*party.waits_for, 0);
  if (from == nullptr || to == nullptr) return false;
  *edge = {.from = from->id,
           .to = to->id,
           .from_mode = party.holds_mode,
           .to_mode = party.waits_mode,
           .thread = party.thread,
           .from_lock = holds->address,
           .to_lock = party.waits_for->address,
           .from_stack = PutStack(party.taken_at),
           .to_stack = PutStack(party.waits_at),
           .declaration = nullptr};
  return !stopped();
}

void Validator::ReportDeadlock(ThreadContext& thread, std::span<const DeadlockedThread> parties,
                               const char* story, const CallSite& site) {
  if (!Enabled(thread)) return;
  Scene scene(config_, thread, site);
  internal::RawLockHolder holder(graph_lock_);
  if (stopped()) return;
  ViolationEdge* edges = NewEdges(parties.size());
  if (edges == nullptr) return;
  for (size_t i = 0; i < parties.size(); ++i) {
    if (!DescribeParty(parties[i], &edges[i])) return;
  }
  Violation violation{.kind = ViolationKind::kDeadlock, .level = Level::kConfirmed};
  violation.edges = {edges, parties.size()};
  violation.rule = story;
  if (!parties.empty()) {
    violation.lock = {edges[0].to, edges[0].to_mode, edges[0].to_lock, edges[0].to_stack};
  }
  Emit(scene, violation);
}

}  // namespace lockdep

// What a rule found, put into a Violation and told to the observer once.

#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {

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
  const CallSite site = held.site();
  while (count < CallSite::kMaxFrames && site.pcs[count] != 0) {
    pcs[count] = site.pcs[count];
    ++count;
  }
  // `frame` lies two words (saved frame pointer, return address) under the
  // stack pointer of the outermost noted frame.
  const uintptr_t noted_sp = site.frame + 2 * sizeof(uintptr_t);
  const std::span<const StackFrame> live = scene.live();
  size_t outer = 0;
  while (outer < live.size() && live[outer].sp <= noted_sp) ++outer;
  for (size_t i = outer; i < live.size(); ++i) pcs[count++] = live[i].pc;
  return PutStack({pcs, count});
}

ViolationLock Validator::Describe(Scene& scene, const HeldLock& held) {
  return {held.use.class_id(), held.use.mode(), held.lock->address, StackOf(scene, held)};
}

ViolationEdge* Validator::NewEdges(size_t count) {
  auto* edges = arena_.NewArray<ViolationEdge>(count);
  if (edges == nullptr) StopLocked("out of memory");
  return edges;
}

ChainKey Validator::NewsKey(ViolationKind kind, uint64_t what, const CallSite& site) {
  ChainKey key = NextChainKey(NextChainKey(kEmptyChainKey, what), static_cast<uint64_t>(kind));
  for (const uintptr_t pc : site.pcs) key = NextChainKey(key, pc);
  return key;
}

bool Validator::IsNews(ViolationKind kind, uint64_t what, const CallSite& site) {
  const ChainCache::InsertResult result = reported_.Insert(NewsKey(kind, what, site));
  if (result == ChainCache::InsertResult::kOutOfMemory) StopLocked("out of memory");
  return result == ChainCache::InsertResult::kInserted;
}

Validator::StepStacks Validator::KeepStacks(ThreadContext& thread, const HeldLock& held,
                                            const CallSite& site) {
  if (!Enabled(thread)) return {};
  Scene scene(config_, thread, site);
  internal::RawLockHolder lock(graph_lock_);
  if (stopped()) return {};
  return {StackOf(scene, held), LiveStack(scene)};
}

bool Validator::Report(ThreadContext& thread, Violation& violation, const CallSite& site) {
  if (!Enabled(thread)) return false;
  Scene scene(config_, thread, site);
  internal::RawLockHolder lock(graph_lock_);
  const auto what = static_cast<uint64_t>(violation.lock.class_id);
  if (stopped() || !IsNews(violation.kind, what, site)) return false;
  Emit(scene, violation);
  return true;
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
  violation.running_in = scene.thread.contexts.in;
  violation.interruptible_by = scene.thread.contexts.enabled;
  ++violations_;
  if (config_.observer == nullptr) return;
  TellContexts((violation.running_in | violation.interruptible_by) & ~told_contexts_);
  config_.observer->OnViolation(violation);
}

}  // namespace lockdep

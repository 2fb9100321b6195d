// The validator's rules about contexts: what interrupts whom.
//
// Source: linux v6.12 kernel/locking/lockdep.c, mark_usage(), mark_lock_irq(),
// check_irq_usage(), mark_held_locks(), separate_irq_context().

#include <algorithm>
#include <bit>

#include "lockdep/internal/held_chain.h"
#include "lockdep/internal/path_words.h"
#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {
namespace {

using Verdict = CycleSearch::Verdict;

constexpr ContextSet Lowest(ContextSet contexts) { return contexts & -contexts; }

bool IsUntold(const Dependency& edge) { return !edge.context_reported; }

}  // namespace

void Validator::SetContexts(ThreadContext& thread, const ContextState& state,
                            const CallSite& site) {
  if (stopped() || thread.contexts == state) return;
  ContextId id;
  if (!contexts_.Find(state, &id)) {
    internal::RawLockHolder holder(graph_lock_);
    if (!contexts_.Register(state, &id)) return StopLocked("out of memory");
  }
  const bool moves = state.in != thread.contexts.in;
  const bool opens = (state.enabled & ~thread.contexts.enabled) != 0;
  thread.contexts = state;
  thread.context = thread.context.In(id);
  if (moves) internal::HeldChain(thread, contexts_).Repair(thread.held.depth());
  if (opens && thread.off == 0 && !thread.held.on_floor()) MarkHeld(thread, site);
}

// What is held is, from now on, held while more can interrupt.
void Validator::MarkHeld(ThreadContext& thread, const CallSite& site) {
  constexpr uint64_t kSalt = ~uint64_t{0};  // No acquisition has this word.
  const ChainKey key = NextChainKey(NextChainKey(thread.chain_key, kSalt), thread.context);
  if (chains_.Contains(key)) return;
  Scene scene(config_, thread, site);
  internal::RawLockHolder holder(graph_lock_);
  for (uint32_t i = thread.held.floor(); i < thread.held.depth() && !stopped(); ++i) {
    const HeldLock& held = thread.held[i];
    if (!held.use.checked()) continue;
    scene.lock_class = &classes_.Get(held.use.class_id());
    MarkUsage(scene, held.use, *held.lock, EnabledKind(held.use.mode()), thread.contexts.enabled);
  }
  if (!stopped()) InsertChain(key);
}

// Rule 3, for what this acquisition shows of its class.
void Validator::MarkAcquisition(Scene& scene) {
  const LockUse use = scene.use;
  const LockMap& lock = *scene.acquisition->lock;
  const ContextState contexts = contexts_.Get(use.context());
  if (!use.tried()) MarkUsage(scene, use, lock, UsedKind(use.mode()), contexts.in);
  if (!use.sync()) MarkUsage(scene, use, lock, EnabledKind(use.mode()), contexts.enabled);
}

void Validator::MarkUsage(Scene& scene, LockUse use, const LockMap& lock, UsageKind kind,
                          ContextSet contexts) {
  const ClassId id = use.class_id();
  const UsageSets known = usages_.Get(id);
  const ContextSet fresh = contexts & ~known[kind];
  if (fresh == 0 || stopped()) return;
  const UsageWitness witness{.kind = kind,
                             .mode = use.mode(),
                             .contexts = fresh,
                             .thread = scene.thread.id,
                             .lock = lock.address,
                             .stack = LiveStack(scene),
                             .next = nullptr};
  if (!usages_.Add(id, witness)) return StopLocked("out of memory");
  if (config_.observer != nullptr) {
    TellContexts(fresh & ~told_contexts_);
    config_.observer->OnUsage(classes_.Get(id), witness);
  }
  // Whatever a weak usage conflicts with, the strong one that is known did too.
  const ContextSet news = IsWeakKind(kind) ? fresh & ~known[StrongKind(kind)] : fresh;
  CheckUsage(scene, id, kind, news);
  (IsUsedKind(kind) ? used_reach_ : enabled_reach_).AddUsage(graph_, id, usages_.Get(id));
}

// Walks along what a local lock or an annotation does not take part in: they
// order nothing across contexts.  Stops at the first class whose usage, reached
// so, is `wanted`.
template <typename Wanted>
Validator::WalkEnd Validator::WalkUsages(Direction direction, CycleSearch::State start,
                                         const Wanted& wanted) {
  WalkEnd end{};
  const auto visit = [&](CycleSearch::State state) {
    if (classes_.Get(state.class_id).role != LockRole::kLock) return Verdict::kLeaveOut;
    end.class_id = state.class_id;
    return wanted(state.class_id, usages_.Get(state.class_id), state.weak) ? Verdict::kFound
                                                                           : Verdict::kGoOn;
  };
  end.found = search_.Walk(graph_, {start, direction}, classes_.size(), visit, IsUntold, &end.path);
  if (search_.out_of_memory()) StopLocked("out of memory");
  return end;
}

// Looks for what conflicts with a usage that is new: in the class itself, and in
// those that can wait for it, or that it can wait for.
void Validator::CheckUsage(Scene& scene, ClassId id, UsageKind kind, ContextSet contexts) {
  const ContextSet own = contexts & usages_.Get(id).Against(kind);
  if (own != 0) ReportContexts(scene, id, id, Lowest(own), {});
  const bool uses = IsUsedKind(kind);
  contexts &= ~own & (uses ? enabled_reach_ : used_reach_).At(id, IsWeakKind(kind));
  if (contexts == 0) return;

  ContextSet conflict = 0;
  const WalkEnd other = WalkUsages(
      uses ? Direction::kForwards : Direction::kBackwards, {id, IsWeakKind(kind)},
      [&](ClassId, const UsageSets& usage, bool weak) {
        return (conflict = Lowest(contexts & (uses ? usage.Enabled(weak) : usage.Used(weak)))) != 0;
      });
  if (!other.found) return;
  const ClassId used = uses ? id : other.class_id;
  ViolationEdge* steps = NewEdges(other.path.size());
  if (steps == nullptr) return;
  internal::Tell(other.path, usages_.IsUsedOnlyRecursively(used, conflict), steps);
  ReportContexts(scene, used, uses ? other.class_id : id, conflict, {steps, other.path.size()});
}

// Rule 3, for a new dependency: does it lead from a class that is used in a
// context to one that is held while that context is enabled?
void Validator::CheckInterruptions(Scene& scene, Dependency& edge, const Witness& closing) {
  const CycleSearch::State before{edge.from, closing.from_mode != ReadMode::kWrite};
  const CycleSearch::State after{edge.to, closing.to_mode == ReadMode::kRecursiveRead};
  const ContextSet candidates =
      used_reach_.At(before.class_id, before.weak) & enabled_reach_.At(after.class_id, after.weak);
  if (candidates == 0 || edge.context_reported) return;

  ContextSet used = 0;  // In truth: the candidates may be of what was told or forgotten.
  WalkUsages(Direction::kBackwards, before, [&](ClassId, const UsageSets& usage, bool weak) {
    used |= usage.Used(weak) & candidates;
    return false;
  });
  ContextSet conflict = 0;
  const WalkEnd enabled =
      WalkUsages(Direction::kForwards, after, [&](ClassId, const UsageSets& usage, bool weak) {
        return (conflict = Lowest(used & usage.Enabled(weak))) != 0;
      });
  if (!enabled.found) return;
  // The next walk overwrites this path.
  ViolationEdge* end = NewEdges(enabled.path.size());
  if (end == nullptr) return;
  internal::Tell(enabled.path, after.weak, end);
  const WalkEnd user =
      WalkUsages(Direction::kBackwards, before, [&](ClassId id, const UsageSets& usage, bool weak) {
        return (usage.Used(weak) & conflict) != 0 && !WasTold(id, enabled.class_id, conflict);
      });
  if (!user.found) return;

  const size_t count = user.path.size() + 1 + enabled.path.size();
  ViolationEdge* steps = NewEdges(count);
  if (steps == nullptr) return;
  internal::Tell(user.path, usages_.IsUsedOnlyRecursively(user.class_id, conflict), steps);
  steps[user.path.size()] = internal::Tell(edge, &closing);
  std::copy_n(end, enabled.path.size(), steps + user.path.size() + 1);
  ReportContexts(scene, user.class_id, enabled.class_id, conflict, {steps, count});
  edge.context_reported = true;
  RebuildReach();
}

void Validator::LearnReach(const Dependency& edge) {
  enabled_reach_.AddEdge(graph_, edge);
  used_reach_.AddEdge(graph_, edge);
}

// An edge, or a class, no longer counts.
void Validator::RebuildReach() {
  for (ContextReach* reach : {&enabled_reach_, &used_reach_}) {
    reach->Clear();
    for (uint32_t i = 1; i <= classes_.size(); ++i) {
      const auto id = static_cast<ClassId>(i);
      reach->AddUsage(graph_, id, usages_.Get(id));
    }
  }
}

// What makes two findings about contexts the same one.
uint64_t Validator::ContextPair(ClassId used, ClassId enabled, ContextSet context) {
  return NextChainKey(static_cast<uint64_t>(used) << 32 | static_cast<uint64_t>(enabled), context);
}

bool Validator::WasTold(ClassId used, ClassId enabled, ContextSet context) const {
  return reported_.Contains(
      NewsKey(ViolationKind::kContextInversion, ContextPair(used, enabled, context), CallSite{}));
}

void Validator::ReportContexts(Scene& scene, ClassId used, ClassId enabled, ContextSet context,
                               std::span<const ViolationEdge> steps) {
  Violation violation{.kind = used == enabled ? ViolationKind::kInconsistentContext
                                              : ViolationKind::kContextInversion};
  if (!IsNews(violation.kind, ContextPair(used, enabled, context), CallSite{})) return;
  violation.context = ContextName(std::countr_zero(context));
  violation.used = DescribeUsage(used, usages_.FindUsed(used, context));
  violation.enabled = DescribeUsage(enabled, usages_.FindEnabled(enabled, context));
  violation.edges = steps;
  const ViolationUsage& about =
      scene.lock_class->id == enabled ? violation.enabled : violation.used;
  violation.lock = {about.class_id, about.mode, about.lock, about.stack};
  Emit(scene, violation);
}

ViolationUsage Validator::DescribeUsage(ClassId id, const UsageWitness* witness) {
  return {id, witness->mode, witness->thread, witness->lock, witness->stack};
}

// REQUIRES: there is an observer.
void Validator::TellContexts(ContextSet contexts) {
  told_contexts_ |= contexts;
  for (; contexts != 0; contexts &= contexts - 1) {
    const int bit = std::countr_zero(contexts);
    config_.observer->OnContext(bit, ContextName(bit));
  }
}

const char* Validator::ContextName(int bit) const {
  const auto index = static_cast<size_t>(bit);
  return index < config_.context_names.size() ? config_.context_names[index] : "context";
}

}  // namespace lockdep

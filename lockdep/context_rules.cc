// The validator's rules about contexts: what interrupts whom.
//
// Source: linux v6.12 kernel/locking/lockdep.c, mark_usage(), mark_lock_irq(),
// check_irq_usage(), mark_held_locks(), separate_irq_context().

#include <algorithm>
#include <bit>

#include "lockdep/internal/blocked_signals.h"
#include "lockdep/internal/held_chain.h"
#include "lockdep/internal/path_words.h"
#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {
namespace {

using Verdict = CycleSearch::Verdict;

constexpr ContextSet Lowest(ContextSet contexts) { return contexts & -contexts; }

}  // namespace

void Validator::SetContexts(ThreadContext& thread, const ContextState& state,
                            const CallSite& site) {
  if (stopped() || thread.contexts == state) return;
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
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
  if (opens && thread.off == 0 && thread.held.depth() != 0) MarkHeld(thread, site);
}

// What is held is, from now on, held while more can interrupt; what the code holds that
// was interrupted, too.
void Validator::MarkHeld(ThreadContext& thread, const CallSite& site) {
  const auto key_of = [&](const HeldLock& held) {
    constexpr ChainKey kMarked = 0x6d61726b6564;  // No chain begins so.
    return NextChainKey(NextChainKey(kMarked, held.use), thread.context);
  };
  if (std::all_of(thread.held.begin(), thread.held.end(),
                  [&](const HeldLock& held) { return chains_.Contains(key_of(held)); })) {
    return;
  }
  Scene scene(config_, thread, site);
  internal::RawLockHolder holder(graph_lock_);
  for (const HeldLock& held : thread.held) {
    if (stopped()) return;
    scene.lock_class = &classes_.Get(held.use.class_id());
    if (held.use.checked() && !scene.lock_class->IsForgotten()) {
      MarkUsage(scene, held.use, *held.lock, EnabledKind(held.use.mode()), thread.contexts.enabled);
    }
    InsertChain(key_of(held));
  }
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
  TellContexts(fresh & ~told_contexts_);
  if (config_.observer != nullptr) config_.observer->OnUsage(classes_.Get(id), witness);
  // Whatever a weak usage conflicts with, the strong one that is known did too.
  ContextSet news = IsWeakKind(kind) ? fresh & ~known[StrongKind(kind)] : fresh;
  for (; news != 0 && !stopped(); news &= news - 1) CheckUsage(scene, id, kind, Lowest(news));
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
  end.found =
      search_.Walk(graph_, {start, direction}, classes_.size(), visit, ContextKinds, &end.path);
  if (search_.out_of_memory()) StopLocked("out of memory");
  return end;
}

// Looks for what conflicts with a usage in one context that is new: in the class
// itself, or in those that can wait for it, or that it can wait for.
void Validator::CheckUsage(Scene& scene, ClassId id, UsageKind kind, ContextSet context) {
  if ((usages_.Get(id).Against(kind) & context) != 0 && !WasTold(id, id, context)) {
    return ReportContexts(scene, id, id, context, {});
  }
  const bool uses = IsUsedKind(kind);
  const bool weak = IsWeakKind(kind);
  if (((uses ? enabled_reach_ : used_reach_).At(id, weak) & context) == 0) return;

  const auto conflicts = [&](ClassId other, const UsageSets& usage, bool weak_there) {
    const ContextSet there = uses ? usage.Enabled(weak_there) : usage.Used(weak_there);
    return (there & context) != 0 &&
           !(uses ? WasTold(id, other, context) : WasTold(other, id, context));
  };
  const WalkEnd other =
      WalkUsages(uses ? Direction::kForwards : Direction::kBackwards, {id, weak}, conflicts);
  if (!other.found) return;
  const ClassId used = uses ? id : other.class_id;
  ViolationEdge* steps = NewEdges(other.path.size());
  if (steps == nullptr) return;
  internal::Tell(other.path, usages_.IsUsedOnlyRecursively(used, context), steps);
  ReportContexts(scene, used, uses ? other.class_id : id, context, {steps, other.path.size()});
}

// Rule 3, for a new dependency: does it lead from a class that is used in a
// context to one that is held while that context is enabled?
void Validator::CheckInterruptions(Scene& scene, Dependency& edge, const Witness& closing) {
  ContextSet candidates = used_reach_.At(edge.from, closing.from_mode != ReadMode::kWrite) &
                          enabled_reach_.At(edge.to, closing.to_mode == ReadMode::kRecursiveRead);
  bool told = false;
  for (; candidates != 0 && !stopped(); candidates &= candidates - 1) {
    told = CheckInterruption(scene, edge, closing, Lowest(candidates)) || told;
  }
  if (!told) return;
  edge.context_reported |= MaskOf(closing.kind);
  StopCovering(edge.to);
  RebuildReach();
}

// Notes the classes that a walk meets with usages in this context.
void Validator::CollectUsages(Direction direction, CycleSearch::State start, ContextSet context,
                              internal::StableArray<ClassId>& met) {
  met.Clear();
  WalkUsages(direction, start, [&](ClassId id, const UsageSets& usage, bool weak) {
    const ContextSet there =
        direction == Direction::kForwards ? usage.Enabled(weak) : usage.Used(weak);
    if ((there & context) == 0) return false;
    ClassId* place = met.Append();
    if (place == nullptr) {
      StopLocked("out of memory");
      return true;
    }
    *place = id;
    return false;
  });
}

// The first pair, one that may wait for the other, that was not told of.
bool Validator::FindUntold(ContextSet context, ClassId* used, ClassId* enabled) const {
  for (uint32_t i = 0; i < met_enabled_.size(); ++i) {
    for (uint32_t j = 0; j < met_used_.size(); ++j) {
      if (WasTold(met_used_[j], met_enabled_[i], context)) continue;
      *used = met_used_[j];
      *enabled = met_enabled_[i];
      return true;
    }
  }
  return false;
}

// Tells of the first pair of classes that the dependency connects in this context
// and that was not told of; returns whether there is one.
bool Validator::CheckInterruption(Scene& scene, const Dependency& edge, const Witness& closing,
                                  ContextSet context) {
  const CycleSearch::State before{edge.from, closing.from_mode != ReadMode::kWrite};
  const CycleSearch::State after{edge.to, closing.to_mode == ReadMode::kRecursiveRead};
  CollectUsages(Direction::kForwards, after, context, met_enabled_);
  CollectUsages(Direction::kBackwards, before, context, met_used_);
  ClassId used{};
  ClassId enabled{};
  if (stopped() || !FindUntold(context, &used, &enabled)) return false;

  // Each walk overwrites the path of the one before it.
  const auto walk_after = [&] {
    return WalkUsages(Direction::kForwards, after,
                      [&](ClassId id, const UsageSets& usage, bool weak) {
                        return id == enabled && (usage.Enabled(weak) & context) != 0;
                      })
        .path;
  };
  const size_t length = walk_after().size();
  const CycleSearch::Path path =
      WalkUsages(Direction::kBackwards, before, [&](ClassId id, const UsageSets& usage, bool weak) {
        return id == used && (usage.Used(weak) & context) != 0;
      }).path;
  const size_t count = path.size() + 1 + length;
  ViolationEdge* steps = NewEdges(count);
  if (steps == nullptr) return false;
  internal::Tell(path, usages_.IsUsedOnlyRecursively(used, context), steps);
  steps[count - length - 1] = internal::Tell(edge, &closing);
  internal::Tell(walk_after(), after.weak, steps + count - length);
  ReportContexts(scene, used, enabled, context, {steps, count});
  return true;
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
  const uint64_t classes = static_cast<uint64_t>(used) << 32 | static_cast<uint64_t>(enabled);
  return NextChainKey(NextChainKey(kEmptyChainKey, classes), context);
}

bool Validator::WasTold(ClassId used, ClassId enabled, ContextSet context) const {
  const ViolationKind kind =
      used == enabled ? ViolationKind::kInconsistentContext : ViolationKind::kContextInversion;
  return reported_.Contains(NewsKey(kind, ContextPair(used, enabled, context), CallSite{}));
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

// Contexts come into use.
void Validator::TellContexts(ContextSet contexts) {
  told_contexts_ |= contexts;
  if (config_.observer == nullptr) return;
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

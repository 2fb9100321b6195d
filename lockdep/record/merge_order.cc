// The orders of facts: first what is cheap to compare, always by contents.

#include <algorithm>
#include <tuple>

#include "lockdep/record/merge_facts.h"

namespace lockdep::record {
namespace {

using std::strong_ordering;

// Both or either missing; `both` decides when both are there.
template <typename Both>
strong_ordering CompareOptional(uint32_t a, uint32_t b, const Both& both) {
  if (a == b) return strong_ordering::equal;
  if (a == kNone) return strong_ordering::less;
  if (b == kNone) return strong_ordering::greater;
  return both();
}

strong_ordering CompareText(const std::string& a, const std::string& b) {
  return a.compare(b) <=> 0;
}

template <typename T, typename Compare>
strong_ordering CompareAll(const std::vector<T>& a, const std::vector<T>& b,
                           const Compare& compare) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(), compare);
}

}  // namespace

strong_ordering MergeFacts::CompareStacks(uint32_t a, uint32_t b) const {
  return CompareOptional(a, b, [&] {
    return CompareAll(stacks[a], stacks[b], [&](const Place& one, const Place& other) {
      return modules.Compare(one, other);
    });
  });
}

strong_ordering MergeFacts::CompareThreads(uint32_t a, uint32_t b) const {
  return CompareOptional(a, b, [&] { return threads[a] <=> threads[b]; });
}

strong_ordering MergeFacts::CompareClasses(uint32_t a, uint32_t b) const {
  return CompareOptional(a, b, [&]() -> strong_ordering {
    const ClassIdentity& one = classes[a];
    const ClassIdentity& other = classes[b];
    if (const auto order = one.origin_kind <=> other.origin_kind; order != 0) return order;
    if (const auto order = one.kind <=> other.kind; order != 0) return order;
    if (const auto order = CompareText(one.name, other.name); order != 0) return order;
    if (const auto order = modules.Compare(one.origin, other.origin); order != 0) return order;
    return std::tie(one.subclass, one.wait_inner, one.wait_outer, one.role, one.ordinal) <=>
           std::tie(other.subclass, other.wait_inner, other.wait_outer, other.role, other.ordinal);
  });
}

strong_ordering MergeFacts::CompareLocks(const MergedLock& a, const MergedLock& b) const {
  if (const auto order = CompareClasses(a.lock_class, b.lock_class); order != 0) return order;
  if (const auto order = a.mode <=> b.mode; order != 0) return order;
  if (const auto order = CompareStacks(a.stack, b.stack); order != 0) return order;
  return modules.Compare(a.address, b.address);
}

strong_ordering MergeFacts::CompareSides(const MergedSide& a, const MergedSide& b) const {
  if (const auto order = CompareLocks(a.lock, b.lock); order != 0) return order;
  return CompareThreads(a.thread, b.thread);
}

strong_ordering MergeFacts::CompareNames(const std::vector<uint32_t>& a,
                                         const std::vector<uint32_t>& b) const {
  return CompareAll(a, b, [this](uint32_t one, uint32_t other) {
    return CompareText(contexts[one], contexts[other]);
  });
}

strong_ordering MergeFacts::CompareUsages(const MergedUsage& a, const MergedUsage& b) const {
  if (const auto order = CompareRuns(a.run, b.run); order != 0) return order;
  if (const auto order = a.kind <=> b.kind; order != 0) return order;
  if (const auto order = CompareText(contexts[a.context], contexts[b.context]); order != 0) {
    return order;
  }
  return CompareSides(a.side, b.side);
}

strong_ordering MergeFacts::CompareChainEnds(const MergedChain& a, const MergedChain& b) const {
  if (const auto order = CompareClasses(a.lock_class, b.lock_class); order != 0) return order;
  if (const auto order = a.use.word() <=> b.use.word(); order != 0) return order;
  return CompareNames(a.contexts, b.contexts);
}

strong_ordering MergeFacts::CompareLockStats(const MergedLockStat& a,
                                             const MergedLockStat& b) const {
  if (const auto order = CompareRuns(a.run, b.run); order != 0) return order;
  if (const auto order = CompareClasses(a.lock_class, b.lock_class); order != 0) return order;
  const auto times = [](const LockStatEntry& entry) {
    return std::tie(entry.write_hold, entry.read_hold, entry.write_wait, entry.read_wait);
  };
  if (const auto order = times(a.times) <=> times(b.times); order != 0) return order;
  return CompareAll(a.contended_at, b.contended_at, [this](const auto& one, const auto& other) {
    const auto order = modules.Compare(one.first, other.first);
    return order != 0 ? order : one.second <=> other.second;
  });
}

strong_ordering MergeFacts::CompareEdges(const MergedEdge& a, const MergedEdge& b) const {
  if (const auto order = CompareClasses(a.from, b.from); order != 0) return order;
  if (const auto order = CompareClasses(a.to, b.to); order != 0) return order;
  if (const auto order = a.from_mode <=> b.from_mode; order != 0) return order;
  if (const auto order = a.to_mode <=> b.to_mode; order != 0) return order;
  if (const auto order = CompareText(a.declaration, b.declaration); order != 0) return order;
  if (const auto order = CompareStacks(a.from_stack, b.from_stack); order != 0) return order;
  if (const auto order = CompareStacks(a.to_stack, b.to_stack); order != 0) return order;
  if (const auto order = CompareThreads(a.thread, b.thread); order != 0) return order;
  if (const auto order = modules.Compare(a.from_lock, b.from_lock); order != 0) return order;
  return modules.Compare(a.to_lock, b.to_lock);
}

strong_ordering MergeFacts::CompareDependencies(const MergedDependency& a,
                                                const MergedDependency& b) const {
  if (const auto order = CompareRuns(a.run, b.run); order != 0) return order;
  if (const auto order = CompareEdges(a.edge, b.edge); order != 0) return order;
  return a.kind <=> b.kind;
}

strong_ordering MergeFacts::CompareViolations(const MergedViolation& a,
                                              const MergedViolation& b) const {
  if (const auto order = CompareRuns(a.run, b.run); order != 0) return order;
  // A worse level first.
  if (const auto order = b.level <=> a.level; order != 0) return order;
  if (const auto order = a.kind <=> b.kind; order != 0) return order;
  const auto edges = [&](const MergedEdge& one, const MergedEdge& other) {
    return CompareEdges(one, other);
  };
  const auto locks = [&](const MergedLock& one, const MergedLock& other) {
    return CompareLocks(one, other);
  };
  if (const auto order = CompareAll(a.edges, b.edges, edges); order != 0) return order;
  if (const auto order = CompareLocks(a.lock, b.lock); order != 0) return order;
  if (const auto order = CompareStacks(a.stack, b.stack); order != 0) return order;
  if (const auto order = CompareAll(a.held, b.held, locks); order != 0) return order;
  if (const auto order = CompareText(a.subject, b.subject); order != 0) return order;
  if (const auto order = CompareText(a.rule, b.rule); order != 0) return order;
  if (const auto order = CompareText(a.context, b.context); order != 0) return order;
  if (const auto order = CompareSides(a.used, b.used); order != 0) return order;
  if (const auto order = CompareSides(a.enabled, b.enabled); order != 0) return order;
  if (const auto order = a.wait <=> b.wait; order != 0) return order;
  if (const auto order = a.wait_limit <=> b.wait_limit; order != 0) return order;
  if (const auto order = CompareNames(a.running_in, b.running_in); order != 0) return order;
  if (const auto order = CompareNames(a.interruptible_by, b.interruptible_by); order != 0) {
    return order;
  }
  const auto reasons = [this](const MergedReason& one, const MergedReason& other) {
    if (const auto order = CompareText(one.text, other.text); order != 0) return order;
    return CompareClasses(one.lock_class, other.lock_class);
  };
  if (const auto order = CompareAll(a.reasons, b.reasons, reasons); order != 0) return order;
  if (const auto order = CompareThreads(a.thread, b.thread); order != 0) return order;
  return CompareThreads(a.owner, b.owner);
}

}  // namespace lockdep::record

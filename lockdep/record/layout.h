// The payloads of the records that tell facts, each laid out once; those about the run
// itself stand in layout_run.h.  The recorder writes them from the engine's data, the
// tools from a Recording: the fields have the same names in both.
// docs/recording_format.md shows them.

#ifndef LOCKDEP_RECORD_LAYOUT_H_
#define LOCKDEP_RECORD_LAYOUT_H_

#include <cstddef>
#include <cstdint>

#include "lockdep/chain_key.h"
#include "lockdep/lock_class.h"
#include "lockdep/record/payload_writer.h"
#include "lockdep/usage.h"
#include "lockdep/violation.h"

namespace lockdep::record {

inline uint64_t NumberOf(const void* address) { return reinterpret_cast<uintptr_t>(address); }
inline uint64_t NumberOf(uint64_t number) { return number; }
inline uint64_t NumberOf(ClassKey key) { return key.value; }

template <typename Class>
void LayOutClass(PayloadWriter& out, const Class& lock_class) {
  out.Id(lock_class.id);
  out.U8(lock_class.subclass);
  out.U8(static_cast<uint8_t>(lock_class.kind));
  out.U8(static_cast<uint8_t>(lock_class.origin_kind));
  out.U64(NumberOf(lock_class.key));
  out.U64(NumberOf(lock_class.origin));
  out.U64(NumberOf(lock_class.first_instance));
  out.String(lock_class.name);
  out.U8(static_cast<uint8_t>(lock_class.wait_inner));
  out.U8(static_cast<uint8_t>(lock_class.wait_outer));
  out.U8(static_cast<uint8_t>(lock_class.role));
}

template <typename Pcs>
void LayOutStack(PayloadWriter& out, StackId id, const Pcs& pcs) {
  out.Id(id);
  out.U32(static_cast<uint32_t>(pcs.size()));
  for (const auto& pc : pcs) out.U64(NumberOf(pc));
}

template <typename Witness>
void LayOutDependency(PayloadWriter& out, ClassId from, ClassId to, const Witness& witness) {
  out.Id(from);
  out.Id(to);
  out.U8(static_cast<uint8_t>(witness.kind));
  out.U8(static_cast<uint8_t>(witness.from_mode));
  out.U8(static_cast<uint8_t>(witness.to_mode));
  out.Id(witness.thread);
  out.U64(NumberOf(witness.from_lock));
  out.U64(NumberOf(witness.to_lock));
  out.Id(witness.from_stack);
  out.Id(witness.to_stack);
}

// What is not its class and mode of a chain's last lock.
inline constexpr uint8_t kChainTried = 1;  // It was tried, not waited for.
inline constexpr uint8_t kChainSync = 2;   // It was waited for and not taken.

inline void LayOutChain(PayloadWriter& out, const ChainLink& chain, ContextSet in) {
  out.U64(chain.key);
  out.U64(chain.previous == kEmptyChainKey ? 0 : chain.previous);
  out.Id(chain.use.class_id());
  out.U8(static_cast<uint8_t>(chain.use.mode()));
  out.U8(static_cast<uint8_t>((chain.use.tried() ? kChainTried : 0) |
                              (chain.use.sync() ? kChainSync : 0)));
  out.U64(in);
}
inline constexpr size_t kChainSize = 8 + 8 + 4 + 1 + 1 + 8;

// What was counted of a class, and where it was contended.
template <typename Times, typename Points>
void LayOutTimes(PayloadWriter& out, const Times& times, const Points& points) {
  for (const auto* one :
       {&times.read_wait, &times.write_wait, &times.read_hold, &times.write_hold}) {
    out.U64(one->count);
    out.U64(one->min);
    out.U64(one->max);
    out.U64(one->total);
  }
  out.U32(static_cast<uint32_t>(points.size()));
  for (const auto& point : points) {
    out.U64(NumberOf(point.pc));
    out.U64(point.count);
  }
}

template <typename Lock>
void LayOutLock(PayloadWriter& out, const Lock& lock) {
  out.Id(lock.class_id);
  out.U8(static_cast<uint8_t>(lock.mode));
  out.U64(NumberOf(lock.address));
  out.Id(lock.stack);
}

// One side of an interruption.
template <typename Side>
void LayOutSide(PayloadWriter& out, const Side& side) {
  out.Id(side.class_id);
  out.U8(static_cast<uint8_t>(side.mode));
  out.Id(side.thread);
  out.U64(NumberOf(side.lock));
  out.Id(side.stack);
}

template <typename Usage>
void LayOutUsage(PayloadWriter& out, ClassId lock_class, const Usage& usage) {
  out.Id(lock_class);
  out.U8(static_cast<uint8_t>(usage.kind));
  out.U8(static_cast<uint8_t>(usage.mode));
  out.U64(usage.contexts);
  out.Id(usage.thread);
  out.U64(NumberOf(usage.lock));
  out.Id(usage.stack);
}

template <typename Edge>
void LayOutEdge(PayloadWriter& out, const Edge& edge) {
  out.Id(edge.from);
  out.Id(edge.to);
  out.U8(static_cast<uint8_t>(edge.from_mode));
  out.U8(static_cast<uint8_t>(edge.to_mode));
  out.Id(edge.thread);
  out.U64(NumberOf(edge.from_lock));
  out.U64(NumberOf(edge.to_lock));
  out.Id(edge.from_stack);
  out.Id(edge.to_stack);
  out.String(edge.declaration);
}

template <typename Violation>
void LayOutViolation(PayloadWriter& out, const Violation& violation) {
  out.String(ToString(violation.kind));
  out.U8(static_cast<uint8_t>(violation.level));
  out.Id(violation.thread);
  out.Id(violation.owner);
  out.Id(violation.stack);
  LayOutLock(out, violation.lock);
  out.U32(static_cast<uint32_t>(violation.edges.size()));
  for (const auto& edge : violation.edges) LayOutEdge(out, edge);
  out.U32(static_cast<uint32_t>(violation.held.size()));
  for (const auto& lock : violation.held) LayOutLock(out, lock);
  out.String(violation.subject);
  out.String(violation.rule);
  out.String(violation.context);
  LayOutSide(out, violation.used);
  LayOutSide(out, violation.enabled);
  out.U8(static_cast<uint8_t>(violation.wait));
  out.U8(static_cast<uint8_t>(violation.wait_limit));
  out.U64(violation.running_in);
  out.U64(violation.interruptible_by);
  out.U32(static_cast<uint32_t>(violation.reasons.size()));
  for (const auto& reason : violation.reasons) {
    out.String(reason.text);
    out.Id(reason.class_id);
  }
}

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_LAYOUT_H_

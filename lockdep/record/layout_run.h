// The payloads of the records about a run and its names, each laid out once, as those in
// layout.h.

#ifndef LOCKDEP_RECORD_LAYOUT_RUN_H_
#define LOCKDEP_RECORD_LAYOUT_RUN_H_

#include <cstdint>
#include <string_view>

#include "lockdep/record/payload_writer.h"
#include "lockdep/types.h"

namespace lockdep::record {

inline void LayOutHeader(PayloadWriter& out, uint64_t pid, uint64_t start_time_ns, uint16_t machine,
                         std::string_view command) {
  out.U64(pid);
  out.U64(start_time_ns);
  out.U16(machine);
  out.U8(sizeof(uint64_t));  // Of an address.
  out.String(command);
}

inline void LayOutModule(PayloadWriter& out, uint64_t begin, uint64_t end, uint64_t bias,
                         std::string_view build_id, std::string_view path) {
  out.U64(begin);
  out.U64(end);
  out.U64(bias);
  out.String(build_id);
  out.String(path);
}

inline void LayOutThread(PayloadWriter& out, ThreadId id, std::string_view name) {
  out.Id(id);
  out.String(name);
}

inline void LayOutContext(PayloadWriter& out, int bit, std::string_view name) {
  out.U8(static_cast<uint8_t>(bit));
  out.String(name);
}

inline void LayOutDeclaredArc(PayloadWriter& out, ClassId from, ClassId to,
                              std::string_view declaration) {
  out.Id(from);
  out.Id(to);
  out.String(declaration);
}

template <typename Totals>
void LayOutTotals(PayloadWriter& out, const Totals& totals) {
  out.U64(totals.lock_operations);
  out.U64(totals.locks);
  out.U64(totals.chains);
}

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_LAYOUT_RUN_H_

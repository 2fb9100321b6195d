// A log of events, told to an engine once more: what it says now stands in the
// recording in place of what it said in the process.
//
// Thread safety: a pure function.  Cost: that of the run's own events.

#ifndef LOCKDEP_RECORD_EVENT_REPLAY_H_
#define LOCKDEP_RECORD_EVENT_REPLAY_H_

#include <cstdint>
#include <string_view>

#include "lockdep/record/recording.h"

namespace lockdep::record {

// Replaces the dependencies and violations of `recording`, which was read from
// `bytes`, by those of the replay; findings that the host made itself, and what a
// forked child had learnt before the fork, are kept.  Where the log makes no sense
// the replay ends, and a warning says so.  Returns the number of events told; a
// recording without a log is left alone.
uint64_t ReplayEvents(std::string_view bytes, Recording* recording);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_EVENT_REPLAY_H_

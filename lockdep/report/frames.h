// What to make of frames and stacks: which one is the place that a person
// means, and how it is said.

#ifndef LOCKDEP_REPORT_FRAMES_H_
#define LOCKDEP_REPORT_FRAMES_H_

#include <string>

#include "lockdep/record/recording.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

// "libfoo.so+0x1a2b", or the bare address.
std::string ModuleOffset(const Frame& frame);
std::string ModuleOffset(const record::Recording& recording, const record::Address& address);

// Whether a frame is the preload library's own.
bool IsPreload(const Frame& frame);

// The first frame that is no lock wrapper: where a person would say it happened.
// The innermost one if there is no such frame; an empty one for an empty stack.
Frame SiteOf(const Stack& stack);
bool HasSite(const Stack& stack);

// The function that has the order of two acquisitions in it: the innermost one
// that was active during both.
Frame ActorOf(const FindingEdge& edge);

// "thread 2 (worker)", with " of RUN" behind it in a finding over several runs.
std::string ThreadAndRun(const FindingEdge& edge);

// "transfer()", or "code at libfoo.so+0x1a2b", or "unknown code".
std::string Who(const Frame& frame);

// "in transfer() at bank.cc:42", as far as it is known.
std::string InPlace(const Frame& frame);

// A function for fingerprints: no lines, no parameters.
std::string StableFunction(const Frame& frame);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_FRAMES_H_

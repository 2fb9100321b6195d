// What several renderings ask of a finding: the one place in the source that a person
// should look at first, its stacks, what its edges are about.

#ifndef LOCKDEP_REPORT_FINDING_SITE_H_
#define LOCKDEP_REPORT_FINDING_SITE_H_

#include <string>
#include <vector>

#include "lockdep/report/report.h"

namespace lockdep::report {

// "transfer (bank.cc:41)", "libfoo.so+0x1a2b", or empty if nothing is known.
std::string FrameText(const Frame& frame);

// Where `finding` happened: the step that closed the cycle, else its own stack.
Frame FindingFrame(const Finding& finding);
std::string FindingSite(const Finding& finding);

// The frame itself if its source is known, else the first of `stack` whose is and
// that is worth reading (readable_stack.h); the frame itself if there is none.
Frame WithSource(const Frame& frame, const Stack& stack);

// FindingFrame, made WithSource where that is possible.
Frame FindingSource(const Finding& finding);

// Whether a class, as edges name it, is something that the finding's threads wait for
// and nobody holds.
bool IsEvent(const Finding& finding, const std::string& class_name);

// Every stack that the finding has, on all its sides; empty ones among them.
std::vector<const Stack*> StacksOf(const Finding& finding);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_FINDING_SITE_H_

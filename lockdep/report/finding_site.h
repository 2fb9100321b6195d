// The one place in the source that a person should look at first.

#ifndef LOCKDEP_REPORT_FINDING_SITE_H_
#define LOCKDEP_REPORT_FINDING_SITE_H_

#include <string>

#include "lockdep/report/report.h"

namespace lockdep::report {

// "transfer (bank.cc:41)", "libfoo.so+0x1a2b", or empty if nothing is known.
std::string FrameText(const Frame& frame);

// Where `finding` happened: the step that closed the cycle, else its own stack.
std::string FindingSite(const Finding& finding);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_FINDING_SITE_H_

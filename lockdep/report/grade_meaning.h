// What the grade of a finding means, in words.

#ifndef LOCKDEP_REPORT_GRADE_MEANING_H_
#define LOCKDEP_REPORT_GRADE_MEANING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

// What a level says about a finding.
absl::string_view LevelMeaning(absl::string_view level);

// What an exclusion such as "gate-lock" means; empty if it is not known here.
// A reason may carry details: "gate-lock: big_lock".
absl::string_view ReasonMeaning(absl::string_view reason);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_GRADE_MEANING_H_

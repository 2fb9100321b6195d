// Recordings to reports: gives every class, place and finding its words.

#ifndef LOCKDEP_REPORT_BUILDER_H_
#define LOCKDEP_REPORT_BUILDER_H_

#include <string>
#include <vector>

#include "lockdep/declared_order.h"
#include "lockdep/record/recording.h"
#include "lockdep/report/class_namer.h"
#include "lockdep/report/report.h"
#include "lockdep/report/symbolizer.h"

namespace lockdep::report {

// Keeps symbols and names over all recordings of one report.
//
// Thread safety: used by one thread.
class ReportBuilder {
 public:
  // Recordings are held against `order`, which must outlive the builder; with
  // `enforce` it is the complete list of what may nest.
  explicit ReportBuilder(DeclaredOrder order = {}, bool enforce = false)
      : order_(order), enforce_(enforce) {}

  // The report of one recording: one run.
  Report Build(record::Recording recording);

  // What could not be symbolised, over all recordings so far.
  const std::vector<std::string>& warnings() const { return symbolizer_.warnings(); }

 private:
  const DeclaredOrder order_;
  const bool enforce_;
  Symbolizer symbolizer_;
  ClassNamer namer_{symbolizer_};
};

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_BUILDER_H_

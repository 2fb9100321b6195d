// Many recordings as one: of runs, processes and machines.
//
// A merged recording is a set of facts, each with the first run that showed it.
// What comes out does not depend on the order or the grouping of what goes in:
//   merge(a, b) = merge(b, a)
//   merge(merge(a, b), c) = merge(a, merge(b, c))
//   merge(a, a) = merge(a)
// to the byte, once written.  Nothing is searched here: an inversion that only
// several runs together have is found by whoever reads the result.
//
// A class is the same in two recordings if it has the same kind and name and, if
// it is named by a place, the same place in the same build of a file.  Of several
// such classes in one recording the first is the first in the other, and so on.
//
// Memory follows the size of the result, not the number of recordings.
// Thread safety: one object, one thread; Add may take what another merger made.

#ifndef LOCKDEP_RECORD_MERGE_H_
#define LOCKDEP_RECORD_MERGE_H_

#include <memory>

#include "lockdep/record/recording.h"

namespace lockdep::record {

class RecordingMerger {
 public:
  RecordingMerger();
  ~RecordingMerger();
  RecordingMerger(RecordingMerger&&) noexcept;
  RecordingMerger& operator=(RecordingMerger&&) noexcept;

  void Add(const Recording& recording);

  // All that was added; the merger can go on.  `runs` is never empty unless
  // nothing was added.
  Recording Merged() const;

 private:
  class Facts;
  std::unique_ptr<Facts> facts_;
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_MERGE_H_

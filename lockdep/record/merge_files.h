// Many files of recordings into one merged recording, on several processors.

#ifndef LOCKDEP_RECORD_MERGE_FILES_H_
#define LOCKDEP_RECORD_MERGE_FILES_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lockdep/record/input_files.h"
#include "lockdep/record/recording.h"

namespace lockdep::record {

struct MergedFiles {
  Recording recording;
  size_t count = 0;                   // Of the files that are in it.
  std::vector<std::string> warnings;  // In the order of the files.
};

// Told from time to time how many files are done; by one thread at a time.
using MergeProgress = std::function<void(size_t done)>;

// A file that was named and cannot be read is an error: "FILE: reason".  In a
// directory it is a warning; if it is a recording, the result says that it is
// damaged.  What is cut short or damaged counts as far as it is good.
absl::StatusOr<MergedFiles> MergeFiles(const std::vector<InputFile>& files, unsigned threads,
                                       const MergeProgress& progress);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_MERGE_FILES_H_

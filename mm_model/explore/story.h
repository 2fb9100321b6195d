// An execution as a story: one column for each task, one line for each step, and
// where it went wrong.  Reads in a row are told in one line.
//
// Thread safety: plain data.

#ifndef MM_MODEL_EXPLORE_STORY_H_
#define MM_MODEL_EXPLORE_STORY_H_

#include <string>
#include <vector>

#include "mm_model/explore/explorer.h"

namespace mm_model {

struct StoryLine {
  TaskId task = 0;
  uint64_t first_step = 0;  // Counted from 1.
  std::string text;         // "write-lock mm->mmap_lock"
};

struct Story {
  std::vector<std::string> tasks;
  std::vector<StoryLine> lines;
  std::vector<Finding> findings;
  ExecutionResult execution;
};

// "read-lock mm->mmap_lock", "write vma->vm_end", ...
std::string DescribeStep(const Step& step);

// Runs the program under the schedule and tells it.
Story TellStory(const Program& program, const ExploreOptions& options, const Schedule& schedule,
                lockdep::DeclaredOrder order);

// As text, with the columns side by side, up to where the finding shows.
std::string RenderStory(const Story& story, const Finding& about);

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_STORY_H_

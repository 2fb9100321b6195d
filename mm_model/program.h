// A program: the tasks of one or several scenarios over one shared address
// space, ready to run.
//
// Thread safety: plain data.

#ifndef MM_MODEL_PROGRAM_H_
#define MM_MODEL_PROGRAM_H_

#include <span>
#include <string>
#include <vector>

#include "mm_model/scenario.h"

namespace mm_model {

struct Program {
  struct Part {
    std::string task;  // Unique in the program.
    void (*run)(AddressSpace& space);
  };

  std::string name = {};  // The scenarios' names, joined by '+'.
  std::vector<Part> parts = {};
  // The set-up, in order: the address space first, then what the scenarios need.
  std::vector<void (*)(AddressSpace& space)> prepare;
};

// REQUIRES: kMaxTasks tasks at most.
Program ProgramOf(std::span<const Scenario* const> scenarios);
Program ProgramOf(const Scenario& scenario);

}  // namespace mm_model

#endif  // MM_MODEL_PROGRAM_H_

#include "mm_model/program.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mm_model {
namespace {

bool HasTask(const Program& program, const std::string& name) {
  return std::any_of(program.parts.begin(), program.parts.end(),
                     [&](const Program::Part& part) { return part.task == name; });
}

// "fault", or "fault-2" if there is one already.
std::string UniqueName(const Program& program, const std::string& name) {
  std::string unique = name;
  for (int number = 2; HasTask(program, unique); ++number) unique = absl::StrCat(name, "-", number);
  return unique;
}

}  // namespace

Program ProgramOf(std::span<const Scenario* const> scenarios) {
  Program program{.prepare = {&SetUp}};
  for (const Scenario* scenario : scenarios) {
    absl::StrAppend(&program.name, program.name.empty() ? "" : "+", scenario->name);
    for (const ScenarioTask& task : scenario->tasks) {
      program.parts.push_back({UniqueName(program, task.name), task.run});
    }
    auto& prepare = program.prepare;
    const bool known =
        std::find(prepare.begin(), prepare.end(), scenario->prepare) != prepare.end();
    if (scenario->prepare != nullptr && !known) prepare.push_back(scenario->prepare);
  }
  return program;
}

Program ProgramOf(const Scenario& scenario) {
  const Scenario* const one[] = {&scenario};
  return ProgramOf(one);
}

}  // namespace mm_model

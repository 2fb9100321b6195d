#include "lockdep/report/gtest_name.h"

#include <set>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lockdep/report/finding_site.h"

namespace lockdep::report {
namespace {

// "ns::Suite_Name_Test::TestBody()" is Suite.Name; neither part has an underscore,
// but for DISABLED_ and what people do in spite of the manual: the first one divides.
std::string TestOfFunction(absl::string_view function) {
  if (!absl::ConsumeSuffix(&function, "::TestBody()")) return "";
  const size_t scope = function.rfind("::");
  if (scope != function.npos) function.remove_prefix(scope + 2);
  if (!absl::ConsumeSuffix(&function, "_Test")) return "";
  const size_t divide = function.find('_');
  if (divide == 0 || divide == function.npos || divide + 1 == function.size()) return "";
  std::string name(function);
  name[divide] = '.';
  return name;
}

}  // namespace

std::string TestOf(const Stack& stack) {
  for (const Frame& frame : stack) {
    std::string name = TestOfFunction(frame.function);
    if (!name.empty()) return name;
  }
  return "";
}

std::vector<std::string> TestsOf(const Finding& finding) {
  std::set<std::string> tests;
  for (const Stack* stack : StacksOf(finding)) tests.insert(TestOf(*stack));
  tests.erase("");
  return {tests.begin(), tests.end()};
}

}  // namespace lockdep::report

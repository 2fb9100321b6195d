#include "lockdep/report/readable_stack.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "lockdep/record/base_name.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/function_name.h"

namespace lockdep::report {
namespace {

// Whether a frame is how every thread starts.
bool IsStart(const Frame& frame) {
  constexpr std::string_view kStarts[] = {"_start",
                                          "start_thread",
                                          "clone",
                                          "clone3",
                                          "__clone",
                                          "__clone3",
                                          "execute_native_thread_routine"};
  constexpr std::string_view kPrefixes[] = {"__libc_start_", "std::__invoke",
                                            "std::thread::_Invoker", "std::thread::_State_impl"};
  if (frame.function.empty()) return record::BaseName(frame.module).starts_with("libstdc++");
  const std::string function = Who(frame);
  return std::find(std::begin(kStarts), std::end(kStarts), frame.function) != std::end(kStarts) ||
         std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return function.starts_with(prefix); });
}

}  // namespace

Stack Readable(const Stack& stack) {
  auto begin = stack.begin();
  auto end = stack.end();
  while (end - begin > 1 && IsLibraryLockWrapper(begin->function)) ++begin;
  while (end - begin > 1 && IsStart(*std::prev(end))) --end;
  return {begin, end};
}

}  // namespace lockdep::report

#include "lockdep/report/frames.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lockdep/record/base_name.h"
#include "lockdep/report/function_name.h"

namespace lockdep::report {
namespace {

bool IsSite(const Frame& frame) {
  return !IsPreload(frame) && (frame.function.empty() || !IsLockWrapper(frame.function));
}

std::string ModuleOffset(std::string_view module, uint64_t offset) {
  const std::string hex = absl::StrCat("0x", absl::Hex(offset));
  return module.empty() ? hex : absl::StrCat(record::BaseName(module), "+", hex);
}

}  // namespace

std::string ModuleOffset(const Frame& frame) { return ModuleOffset(frame.module, frame.offset); }

std::string ModuleOffset(const record::Recording& recording, const record::Address& address) {
  if (address.module == record::Address::kNoModule) return ModuleOffset("", address.value);
  const record::Module& module = recording.modules[address.module];
  return ModuleOffset(module.path, address.value - module.bias);
}

bool IsPreload(const Frame& frame) {
  return record::BaseName(frame.module).starts_with("liblockdep_preload");
}

bool HasSite(const Stack& stack) { return std::any_of(stack.begin(), stack.end(), IsSite); }

Frame SiteOf(const Stack& stack) {
  const auto site = std::find_if(stack.begin(), stack.end(), IsSite);
  if (site != stack.end()) return *site;
  return stack.empty() ? Frame{} : stack.front();
}

namespace {

bool SameFunction(const Frame& a, const Frame& b) {
  return a.function == b.function && a.module == b.module;
}

// Whether two frames stand at the same call.  Inlined frames of one function
// differ in their offset for every call further inside, so the line decides.
bool SameCall(const Frame& a, const Frame& b) {
  return a.line != 0 ? a.line == b.line && a.file == b.file : a.offset == b.offset;
}

}  // namespace

Frame ActorOf(const FindingEdge& edge) {
  auto from = edge.from_stack.rbegin();
  auto to = edge.to_stack.rbegin();
  Frame actor;
  while (from != edge.from_stack.rend() && to != edge.to_stack.rend() && IsSite(*to)) {
    if (!SameFunction(*from, *to)) break;
    actor = *to;
    // The same function, but gone on: what is further inside is another call.
    if (!SameCall(*from, *to)) break;
    ++from;
    ++to;
  }
  const bool is_known = !actor.function.empty() || !actor.module.empty();
  return is_known ? actor : edge.to_site;
}

std::string ThreadAndRun(const FindingEdge& edge) {
  return edge.run.empty() ? edge.thread : absl::StrCat(edge.thread, " of ", edge.run);
}

std::string Who(const Frame& frame) {
  if (!frame.function.empty()) return absl::StrCat(ShortFunction(frame.function), "()");
  if (frame.module.empty() && frame.offset == 0) return "unknown code";
  return absl::StrCat("code at ", ModuleOffset(frame));
}

std::string InPlace(const Frame& frame) {
  if (frame.function.empty() && frame.file.empty()) {
    if (frame.module.empty() && frame.offset == 0) return "in unknown code";
    return absl::StrCat("at ", ModuleOffset(frame));
  }
  const std::string function =
      frame.function.empty() ? "" : absl::StrCat("in ", ShortFunction(frame.function), "()");
  if (frame.file.empty()) return function;
  return absl::StrCat(function, function.empty() ? "" : " ", "at ", record::BaseName(frame.file),
                      ":", frame.line);
}

std::string StableFunction(const Frame& frame) {
  return frame.function.empty() ? ModuleOffset(frame) : StableFunctionName(frame.function);
}

}  // namespace lockdep::report

#include "lockdep/report/kernel_lock.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lockdep/record/base_name.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/readable_stack.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

char UsageLetter(const ClassRow& row, const char* context, bool writes) {
  bool used = false;
  bool enabled = false;
  for (const ClassUsage& usage : row.usages) {
    if (usage.context != context || (usage.mode == "write") != writes) continue;
    (usage.how == "used" ? used : enabled) = true;
  }
  if (used) return enabled ? '?' : '-';
  return enabled ? '+' : '.';
}

// "{+.+.}-{4:4}"
std::string Suffix(const ClassRow& row) {
  std::string text = "{";
  for (const char* context : {"hardirq", "softirq"}) {
    text += UsageLetter(row, context, /*writes=*/true);
    text += UsageLetter(row, context, /*writes=*/false);
  }
  const std::string inner = KernelWaitNumber(row.wait_inner);
  const std::string outer = KernelWaitNumber(row.wait_outer);
  return absl::StrCat(text, "}-{", outer == "0" ? inner : outer, ":", inner, "}");
}

}  // namespace

KernelLocks::KernelLocks(const std::vector<ClassRow>& classes) {
  for (const ClassRow& row : classes) suffixes_.emplace(row.name, Suffix(row));
}

std::string KernelLocks::Class(const std::string& name) const {
  const auto found = suffixes_.find(name);
  return absl::StrCat("(", Inert(name), ")", found == suffixes_.end() ? "" : found->second);
}

std::string KernelLocks::At(const std::string& name, const std::string& address,
                            const Stack& taken) const {
  return absl::StrCat(Inert(address), address.empty() ? "" : " ", Class(name),
                      ", at: ", KernelPlace(SiteOf(taken)));
}

std::string KernelWaitNumber(const std::string& wait) {
  constexpr const char* kNames[] = {"", "free", "spin", "config", "sleep", "any"};
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (wait == kNames[i]) return absl::StrCat(i);
  }
  return "0";
}

std::string KernelPlace(const Frame& frame) {
  const std::string where =
      frame.file.empty() ? "" : absl::StrCat(" ", record::BaseName(frame.file), ":", frame.line);
  return Inert(absl::StrCat(Who(frame), where));
}

std::string KernelStack(const Stack& stack, const char* indent) {
  std::string text;
  for (const Frame& frame : Readable(stack)) {
    absl::StrAppend(&text, indent, KernelPlace(frame), "\n");
  }
  return text;
}

}  // namespace lockdep::report

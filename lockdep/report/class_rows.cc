#include "lockdep/report/class_rows.h"

#include <utility>

#include "lockdep/report/utf8.h"

namespace lockdep::report {

using record::Recording;

const char* ModeName(ReadMode mode) {
  switch (mode) {
    case ReadMode::kWrite:
      return "write";
    case ReadMode::kRead:
      return "read";
    case ReadMode::kRecursiveRead:
      return "recursive-read";
  }
  return "write";
}

std::string WaitName(WaitType wait) { return wait == WaitType::kUnchecked ? "" : ToString(wait); }

std::vector<std::string> ContextNames(const Recording& recording, ContextSet contexts) {
  std::vector<std::string> names;
  for (const record::ContextEntry& context : recording.contexts) {
    if ((contexts >> context.bit & 1) != 0) names.push_back(ValidUtf8(context.name));
  }
  return names;
}

std::vector<ClassRow> MakeClassRows(const Recording& recording, const ClassNames& names) {
  std::vector<ClassRow> rows;
  for (const record::ClassEntry& entry : recording.classes) {
    rows.push_back({.name = names.at(entry.id).shown,
                    .kind = KindName(entry.kind),
                    .order_name = names.at(entry.id).declared,
                    .wait_outer = WaitName(entry.wait_outer),
                    .wait_inner = WaitName(entry.wait_inner),
                    .usages = {}});
  }
  for (const record::UsageEntry& usage : recording.usages) {
    ClassRow& row = rows[recording.class_index.at(usage.class_id)];
    for (std::string& context : ContextNames(recording, usage.contexts)) {
      row.usages.push_back({.context = std::move(context),
                            .how = IsUsedKind(usage.kind) ? "used" : "enabled",
                            .mode = ModeName(usage.mode)});
    }
  }
  return rows;
}

}  // namespace lockdep::report

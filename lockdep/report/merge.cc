#include "lockdep/report/merge.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lockdep/report/lock_times.h"

namespace lockdep::report {
namespace {

constexpr const char* kKindOrder[] = {"SR", "ER", "SN", "EN"};

ptrdiff_t KindRank(const std::string& kind) {
  return std::find(std::begin(kKindOrder), std::end(kKindOrder), kind) - std::begin(kKindOrder);
}

class Merger {
 public:
  void Add(Report report);
  Report Finish();

 private:
  void AddRuns(Report& report);
  void AddFinding(Finding finding);
  void AddClass(ClassRow row);
  void AddDependency(DependencyRow row);
  void AddLockTimes(const LockTimesRow& row);
  Coverage SumCoverage() const;
  Subject NameSubject() const;

  // Where something stands in the merged report.
  absl::flat_hash_map<std::string, size_t> findings_;
  absl::flat_hash_map<std::string, size_t> classes_;
  absl::flat_hash_map<std::pair<std::string, std::string>, size_t> dependencies_;
  absl::flat_hash_map<std::string, size_t> lock_times_;
  Report out_;
};

// A report that names no runs is one run itself.
void Merger::AddRuns(Report& report) {
  if (report.runs.empty()) {
    out_.runs.push_back({std::move(report.subject), std::move(report.coverage)});
    return;
  }
  out_.runs.insert(out_.runs.end(), std::make_move_iterator(report.runs.begin()),
                   std::make_move_iterator(report.runs.end()));
}

void Merger::AddFinding(Finding finding) {
  const auto [at, is_new] = findings_.try_emplace(finding.fingerprint, out_.findings.size());
  if (is_new) {
    out_.findings.push_back(std::move(finding));
    return;
  }
  Finding& known = out_.findings[at->second];
  if (LevelRank(finding.level) > LevelRank(known.level)) std::swap(known, finding);
  if (!finding.suppressed_by.has_value()) {
    // Who did not suppress it has still to be told.
    known.suppressed_by.reset();
    known.baseline_state.reset();
  }
  for (std::string& test : finding.tests) AddOnce(&known.tests, std::move(test));
}

void Merger::AddClass(ClassRow row) {
  const auto [at, is_new] = classes_.try_emplace(row.name, out_.classes.size());
  if (is_new) {
    out_.classes.push_back(std::move(row));
  } else {
    ClassRow& known = out_.classes[at->second];
    known.locks += row.locks;
    for (ClassUsage& usage : row.usages) AddOnce(&known.usages, std::move(usage));
  }
}

void Merger::AddDependency(DependencyRow row) {
  const auto [at, is_new] = dependencies_.try_emplace({row.from, row.to}, out_.dependencies.size());
  if (is_new) {
    out_.dependencies.push_back(std::move(row));
    return;
  }
  DependencyRow& known = out_.dependencies[at->second];
  if (known.declaration.empty()) known.declaration = std::move(row.declaration);
  if (known.kinds.empty()) {
    known.thread = std::move(row.thread);
    known.from_site = std::move(row.from_site);
    known.to_site = std::move(row.to_site);
  }
  for (const std::string& kind : row.kinds) AddKind(&known.kinds, kind);
}

void Merger::AddLockTimes(const LockTimesRow& row) {
  const auto [at, is_new] = lock_times_.try_emplace(row.name, out_.lock_times.size());
  if (is_new) out_.lock_times.push_back({.name = row.name});
  out_.lock_times[at->second].Add(row);
}

void Merger::Add(Report report) {
  AddRuns(report);
  for (Finding& finding : report.findings) AddFinding(std::move(finding));
  for (ClassRow& row : report.classes) AddClass(std::move(row));
  for (DependencyRow& row : report.dependencies) AddDependency(std::move(row));
  for (const LockTimesRow& row : report.lock_times) AddLockTimes(row);
  for (std::string& loss : report.losses) AddOnce(&out_.losses, std::move(loss));
  for (AttachedTable& table : report.tables) AddOnce(&out_.tables, std::move(table));
}

Coverage Merger::SumCoverage() const {
  Coverage sum;
  for (const Run& run : out_.runs) {
    sum.lock_operations += run.coverage.lock_operations;
    sum.locks += run.coverage.locks;
    sum.chains += run.coverage.chains;
    sum.threads += run.coverage.threads;
    for (const std::string& context : run.coverage.contexts) AddOnce(&sum.contexts, context);
    for (const std::string& text : run.coverage.unobserved) AddOnce(&sum.unobserved, text);
  }
  sum.classes = out_.classes.size();
  sum.dependencies = CountObserved(out_.dependencies);
  return sum;
}

Subject Merger::NameSubject() const {
  if (out_.runs.empty()) return {};
  Subject subject = out_.runs[0].subject;
  if (out_.runs.size() > 1)
    absl::StrAppend(&subject.command, " (+", out_.runs.size() - 1, " more)");
  return subject;
}

Report Merger::Finish() {
  std::stable_sort(
      out_.findings.begin(), out_.findings.end(),
      [](const Finding& a, const Finding& b) { return LevelRank(a.level) > LevelRank(b.level); });
  SortLockTimes(&out_.lock_times);
  out_.coverage = SumCoverage();
  out_.subject = NameSubject();
  return std::move(out_);
}

}  // namespace

int LevelRank(const std::string& level) {
  if (level == "confirmed") return 2;
  return level == "feasible" ? 1 : 0;
}

uint64_t CountObserved(const std::vector<DependencyRow>& rows) {
  return static_cast<uint64_t>(std::count_if(
      rows.begin(), rows.end(), [](const DependencyRow& row) { return !row.kinds.empty(); }));
}

void AddKind(std::vector<std::string>* kinds, const std::string& kind) {
  if (std::find(kinds->begin(), kinds->end(), kind) != kinds->end()) return;
  kinds->push_back(kind);
  std::stable_sort(kinds->begin(), kinds->end(), [](const std::string& a, const std::string& b) {
    return KindRank(a) < KindRank(b);
  });
}

void OpenFirst(Report* report) {
  std::stable_partition(report->findings.begin(), report->findings.end(),
                        [](const Finding& finding) { return !finding.suppressed_by.has_value(); });
}

Report MergeReports(std::vector<Report> reports) {
  Merger merger;
  for (Report& report : reports) merger.Add(std::move(report));
  return merger.Finish();
}

}  // namespace lockdep::report

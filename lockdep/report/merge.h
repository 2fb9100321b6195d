// Several reports as one: the same finding, class or dependency once.

#ifndef LOCKDEP_REPORT_MERGE_H_
#define LOCKDEP_REPORT_MERGE_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lockdep/report/report.h"

namespace lockdep::report {

// Keeps the order of the reports; findings are sorted, worst level first.  Of a
// finding that several reports have, the first one told at its worst level stays; it
// is suppressed if every report suppresses it.
Report MergeReports(std::vector<Report> reports);

// Puts what is suppressed behind what is not; else the order stays.
void OpenFirst(Report* report);

// How many rows an execution showed.
uint64_t CountObserved(const std::vector<DependencyRow>& rows);

// Adds a dependency kind to a set in the usual order: SR, ER, SN, EN.
void AddKind(std::vector<std::string>* kinds, const std::string& kind);

// Adds what is not there yet.
template <typename T>
void AddOnce(std::vector<T>* all, T one) {
  if (std::find(all->begin(), all->end(), one) == all->end()) all->push_back(std::move(one));
}

// 2 for "confirmed", 1 for "feasible", 0 for "note" and anything else.
int LevelRank(const std::string& level);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_MERGE_H_

// The JSON form of every part of a report: each struct's fields, once, in the
// order of the file.  Writing and reading both walk these lists, so neither can
// forget a field.
//
// Visit(object, field) calls field("key", object.member) for required keys and
// field.Optional("key", object.member) for those that older files lack.

#ifndef LOCKDEP_REPORT_JSON_FIELDS_H_
#define LOCKDEP_REPORT_JSON_FIELDS_H_

#include <type_traits>

#include "lockdep/report/report.h"

namespace lockdep::report {

// Holds for T and const T alike: a reader fills what a writer looks at.
template <typename T, typename Struct>
concept Is = std::is_same_v<std::remove_const_t<T>, Struct>;

template <Is<Frame> T, typename F>
void Visit(T& frame, F&& field) {
  field("function", frame.function);
  field("file", frame.file);
  field("line", frame.line);
  field("module", frame.module);
  field("offset", frame.offset);
}

template <Is<FindingLock> T, typename F>
void Visit(T& lock, F&& field) {
  field("class", lock.class_name);
  field("name", lock.name);
  field("kind", lock.kind);
  field.Optional("mode", lock.mode);
  field("address", lock.address);
  field("created_at", lock.created_at);
  field.Optional("taken_at", lock.taken_at);
}

template <Is<FindingEdge> T, typename F>
void Visit(T& edge, F&& field) {
  field("from", edge.from);
  field("to", edge.to);
  field("from_mode", edge.from_mode);
  field("to_mode", edge.to_mode);
  field.Optional("from_address", edge.from_address);
  field.Optional("to_address", edge.to_address);
  field("thread", edge.thread);
  field("from_site", edge.from_site);
  field("to_site", edge.to_site);
  field("from_stack", edge.from_stack);
  field("to_stack", edge.to_stack);
  field.Optional("declaration", edge.declaration);
  field.Optional("run", edge.run);
}

template <Is<FindingUsage> T, typename F>
void Visit(T& usage, F&& field) {
  field("how", usage.how);
  field("lock", usage.lock);
  field("mode", usage.mode);
  field("thread", usage.thread);
  field("site", usage.site);
  field("stack", usage.stack);
}

template <Is<Finding> T, typename F>
void Visit(T& finding, F&& field) {
  field("fingerprint", finding.fingerprint);
  field("kind", finding.kind);
  field("level", finding.level);
  field("reasons", finding.reasons);
  field("title", finding.title);
  field("explanation", finding.explanation);
  field("locks", finding.locks);
  field("edges", finding.edges);
  field.Optional("context", finding.context);
  field.Optional("usages", finding.usages);
  field("threads", finding.threads);
  field.Optional("thread", finding.thread);
  field.Optional("held", finding.held);
  field.Optional("running_in", finding.running_in);
  field.Optional("interruptible_by", finding.interruptible_by);
  field.Optional("subject", finding.subject);
  field.Optional("rule", finding.rule);
  field.Optional("wait", finding.wait);
  field.Optional("wait_limit", finding.wait_limit);
  field.Optional("tests", finding.tests);
  field.Optional("run", finding.run);
  field.Optional("stack", finding.stack);
  field("suppressed_by", finding.suppressed_by);
  field.Optional("baseline_state", finding.baseline_state);
}

template <Is<ClassUsage> T, typename F>
void Visit(T& usage, F&& field) {
  field("context", usage.context);
  field("how", usage.how);
  field("mode", usage.mode);
}

template <Is<ClassRow> T, typename F>
void Visit(T& row, F&& field) {
  field("name", row.name);
  field("kind", row.kind);
  field.Optional("locks", row.locks);
  field.Optional("order_name", row.order_name);
  field.Optional("wait_outer", row.wait_outer);
  field.Optional("wait_inner", row.wait_inner);
  field.Optional("usages", row.usages);
}

template <Is<DependencyRow> T, typename F>
void Visit(T& row, F&& field) {
  field("from", row.from);
  field("to", row.to);
  field("kinds", row.kinds);
  field.Optional("declaration", row.declaration);
  field.Optional("thread", row.thread);
  field.Optional("from_site", row.from_site);
  field.Optional("to_site", row.to_site);
}

template <Is<LockTimes> T, typename F>
void Visit(T& times, F&& field) {
  field("count", times.count);
  field("min", times.min);
  field("max", times.max);
  field("total", times.total);
}

template <Is<LockTimesRow::Place> T, typename F>
void Visit(T& place, F&& field) {
  field("site", place.site);
  field("count", place.count);
}

template <Is<LockTimesRow> T, typename F>
void Visit(T& row, F&& field) {
  field("class", row.name);
  field("read_wait", row.read_wait);
  field("write_wait", row.write_wait);
  field("read_hold", row.read_hold);
  field("write_hold", row.write_hold);
  field("contended_at", row.contended_at);
}

template <Is<Subject> T, typename F>
void Visit(T& subject, F&& field) {
  field("command", subject.command);
  field("pid", subject.pid);
  field("exit_status", subject.exit_status);
}

template <Is<Coverage> T, typename F>
void Visit(T& coverage, F&& field) {
  field("lock_operations", coverage.lock_operations);
  field("locks", coverage.locks);
  field("classes", coverage.classes);
  field("dependencies", coverage.dependencies);
  field("chains", coverage.chains);
  field("threads", coverage.threads);
  field("contexts", coverage.contexts);
  field("unobserved", coverage.unobserved);
}

template <Is<AttachedTable> T, typename F>
void Visit(T& table, F&& field) {
  field("title", table.title);
  field("note", table.note);
  field("columns", table.columns);
  field("rows", table.rows);
}

template <Is<Run> T, typename F>
void Visit(T& run, F&& field) {
  field("subject", run.subject);
  field("coverage", run.coverage);
}

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_JSON_FIELDS_H_

#include "mm_model/explore/finding_log.h"

#include "absl/strings/str_cat.h"

namespace mm_model {

void FindingLog::OnThread(lockdep::ThreadId id, const char* name) {
  if (next_ != nullptr) next_->OnThread(id, name);
}

void FindingLog::OnClass(const lockdep::LockClass& lock_class) {
  const char* name = lock_class.name == nullptr ? "?" : lock_class.name;
  classes_[lock_class.id] =
      lock_class.subclass == 0 ? name : absl::StrCat(name, "/", lock_class.subclass);
  if (next_ != nullptr) next_->OnClass(lock_class);
}

void FindingLog::OnStack(lockdep::StackId id, std::span<const uintptr_t> pcs) {
  places_[id] = pcs.empty() ? 0 : pcs.front();
  if (next_ != nullptr) next_->OnStack(id, pcs);
}

void FindingLog::OnDependency(const lockdep::Dependency& edge, const lockdep::Witness& witness) {
  if (next_ != nullptr) next_->OnDependency(edge, witness);
}

void FindingLog::OnDeclaredArc(lockdep::ClassId from, lockdep::ClassId to,
                               const lockdep::DeclaredArc& arc) {
  if (next_ != nullptr) next_->OnDeclaredArc(from, to, arc);
}

void FindingLog::OnStopped(const char* reason) {
  if (next_ != nullptr) next_->OnStopped(reason);
}

void FindingLog::OnViolation(const lockdep::Violation& violation) {
  const auto place = places_.find(violation.stack);
  findings_.push_back({.kind = violation.kind,
                       .subject = SubjectOf(violation),
                       .rule = violation.rule == nullptr ? "" : violation.rule,
                       .place = place == places_.end() ? 0 : place->second,
                       .step = steps ? steps() : 0});
  if (next_ != nullptr) next_->OnViolation(violation);
}

std::string FindingLog::NameOf(lockdep::ClassId id) const {
  const auto known = classes_.find(id);
  return known == classes_.end() ? "" : known->second;
}

std::string FindingLog::SubjectOf(const lockdep::Violation& violation) const {
  if (violation.subject != nullptr) return violation.subject;
  if (violation.edges.empty()) return NameOf(violation.lock.class_id);
  const lockdep::ViolationEdge& last = violation.edges.back();
  return absl::StrCat(NameOf(last.from), " -> ", NameOf(last.to));
}

}  // namespace mm_model

// What the engine found, as plain values, and at which step: for whoever runs the
// model and has to tell one finding from another.  Passes everything on to
// another observer, such as a recorder.
//
// Thread safety: used by the thread that runs the model.

#ifndef MM_MODEL_EXPLORE_FINDING_LOG_H_
#define MM_MODEL_EXPLORE_FINDING_LOG_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lockdep/runtime.h"

namespace mm_model {

struct Finding {
  lockdep::ViolationKind kind = lockdep::ViolationKind::kLockOrderInversion;
  // What it is about: the field, the rule's subject, the corruption; for an order,
  // "A -> B", the dependency that closed the circle.
  std::string subject;
  std::string rule;     // In words, with its source; may be empty.
  uintptr_t place = 0;  // A return address in the function that did it; 0: unknown.
  uint64_t step = 0;    // Steps begun by then, in its execution.

  // The same thing gone wrong; where and when does not matter.
  bool IsLike(const Finding& other) const { return kind == other.kind && subject == other.subject; }
};

class FindingLog final : public lockdep::Observer {
 public:
  explicit FindingLog(lockdep::Observer* next = nullptr) : next_(next) {}

  // Tells how many steps the present execution has begun.
  std::function<uint64_t()> steps;

  const std::vector<Finding>& findings() const { return findings_; }
  void Clear() { findings_.clear(); }

  void OnThread(lockdep::ThreadId id, const char* name) override;
  void OnClass(const lockdep::LockClass& lock_class) override;
  void OnStack(lockdep::StackId id, std::span<const uintptr_t> pcs) override;
  void OnDependency(const lockdep::Dependency& edge, const lockdep::Witness& witness) override;
  void OnDeclaredArc(lockdep::ClassId from, lockdep::ClassId to,
                     const lockdep::DeclaredArc& arc) override;
  void OnViolation(const lockdep::Violation& violation) override;
  void OnStopped(const char* reason) override;

 private:
  std::string NameOf(lockdep::ClassId id) const;
  std::string SubjectOf(const lockdep::Violation& violation) const;

  lockdep::Observer* const next_;
  std::map<lockdep::ClassId, std::string> classes_;
  std::map<lockdep::StackId, uintptr_t> places_;
  std::vector<Finding> findings_;
};

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_FINDING_LOG_H_

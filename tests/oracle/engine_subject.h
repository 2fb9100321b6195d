// The engine as the oracle sees it: steps in, what the engine told out.

#ifndef TESTS_ORACLE_ENGINE_SUBJECT_H_
#define TESTS_ORACLE_ENGINE_SUBJECT_H_

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "lockdep/lockdep.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/step.h"

namespace lockdep::oracle {

// One step of a told cycle, with the modes that its witness shows.
struct ToldStep {
  ClassName from;
  ReadMode held;
  ClassName to;
  ReadMode taken;

  Edge edge() const { return MakeEdge(from, held, to, taken); }
};

// An order violation: the steps of the cycle, the new dependency last.
struct ToldCycle {
  ViolationKind kind;
  std::vector<ToldStep> steps;
};

// A context violation: the dependencies from the class that is used to the other.
struct ToldInterruption {
  ViolationKind kind;
  Connection connection;
  std::vector<Edge> path;
  bool again;  // It was told in this program before.
};

// What the engine said of one step.
struct Told {
  std::vector<Finding> findings;
  std::vector<ToldCycle> cycles;
  std::vector<ToldInterruption> interruptions;
  std::vector<Edge> dependencies;  // Observed and declared.

  bool silent() const { return findings.empty() && cycles.empty() && interruptions.empty(); }
  void Clear();
};

class EngineSubject final : private Observer {
 public:
  explicit EngineSubject(World world = {});

  // Valid until the next call.
  const Told& Apply(const Step& step);

  // Begins the next program: nothing is held and all classes are new.  Only
  // without declared orders, which would bind old and new classes of a name.
  void Restart();

  Validator& validator() { return *validator_; }
  // What was said when validation stopped for good.
  const std::vector<std::string>& stopped() const { return stopped_; }

 private:
  void OnClass(const LockClass& lock_class) override;
  void OnDependency(const lockdep::Dependency& edge, const Witness& witness) override;
  void OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc& arc) override;
  void OnViolation(const Violation& violation) override;
  void OnStopped(const char* reason) override;
  void OnInterruption(const Violation& violation, const std::vector<ToldStep>& steps);

  void MakeValidator();
  LockMap& MapOf(Lock lock);
  ClassName NameOf(ClassId id) const { return names_[static_cast<uint32_t>(id)]; }
  ThreadContext* CreateThread();
  Acquisition AcquisitionOf(const Step& step);
  void ApplyToHeld(ThreadContext& thread, const Step& step);
  bool EndLock(ThreadContext& thread, const Step& step);
  void ChangeClass(ThreadContext& thread, const Step& step);
  void EndKeys(ThreadContext& thread, const Step& step);
  bool MoveTo(ThreadContext& thread, const Step& step);

  struct Braces {
    std::vector<ContextState> interrupted;
    testing::PinBook<const LockMap*> pins;
  };

  World world_;
  Told told_;
  std::vector<std::string> stopped_;
  std::vector<DeclaredArc> declared_;
  std::unique_ptr<Validator> validator_;
  std::array<ThreadContext*, kMaxThreads> threads_ = {};
  std::array<Braces, kMaxThreads> braces_;
  std::vector<Connection> told_connections_;  // In this program.
  std::array<LockMap, kLetters * kInstances> maps_;
  std::vector<LockMap*> used_maps_;          // By this program.
  std::vector<ClassName> names_ = {{}};      // By class id; ids start at 1.
  uint64_t first_key_ = 1;                   // Of this program's classes.
  std::array<uint8_t, kLetters> ends_ = {};  // How often each letter's key ended.
};

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_ENGINE_SUBJECT_H_

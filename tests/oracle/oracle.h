// The naive reference validator: the rules of docs/design.md, section 3, in the
// most obvious way.  It shares words with the engine (events, modes, kinds of
// violation) and not a line of code: no chains, no cache, no shortcuts.
//
// What "one mistake is told once" means is stated here and nowhere else:
//   - A finding about one lock is told once for each kind and class; one about a
//     wait, for each class that waits and each that does not allow it.
//   - For interruptions see interruptions.h.
//   - A dependency that closes a strong cycle is excused: no cycle is looked for
//     through it again.  It is told unless its two classes were told of before.

#ifndef TESTS_ORACLE_ORACLE_H_
#define TESTS_ORACLE_ORACLE_H_

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "tests/oracle/interruptions.h"
#include "tests/oracle/relation.h"
#include "tests/oracle/step.h"

namespace lockdep::oracle {

// A violation that is about one lock.
struct Finding {
  ViolationKind kind;
  ClassName name;

  friend bool operator==(const Finding&, const Finding&) = default;
};

// A new dependency that closes strong cycles, and what sort of cycles.
struct Closing {
  Edge edge;
  Relation::Cycles cycles;
};

struct Verdict {
  std::vector<Finding> findings;
  std::vector<Closing> closing;
  std::vector<int> interrupted;  // Contexts in which classes are first connected.

  bool silent() const { return findings.empty() && closing.empty() && interrupted.empty(); }
};

// An order between two letters.
struct DeclaredLetters {
  uint8_t from;
  uint8_t to;
};

// What holds for a program as a whole.
struct World {
  std::vector<DeclaredLetters> declared = {};
  // How the locks of each letter wait; those beyond the end take no part.
  std::vector<WaitType> waits = {};
  // Whether threads begin with all contexts enabled, or without any.
  bool contexts = false;
  // What the locks of each letter are; those beyond the end are plain locks.
  std::vector<LockRole> roles = {};

  WaitType WaitOf(ClassName name) const {
    return name.letter < waits.size() ? waits[name.letter] : WaitType::kUnchecked;
  }
  LockRole RoleOf(ClassName name) const {
    return name.letter < roles.size() ? roles[name.letter] : LockRole::kLock;
  }
  // Whether a program says something else with its letters renamed.
  bool TellsLettersApart() const { return !declared.empty() || !waits.empty() || !roles.empty(); }
  // Whether it orders anything across contexts.
  bool Orders(const Edge& edge) const {
    return RoleOf(edge.from) == LockRole::kLock && RoleOf(edge.to) == LockRole::kLock;
  }
};

class Oracle {
 public:
  explicit Oracle(World world = {});

  Verdict Apply(const Step& step);

  // Everything that was ever held while something else was waited for.
  const Relation& dependencies() const { return dependencies_; }
  const Interruptions& interruptions() const { return interruptions_; }

  // What was only implied by way of a class that ended may be forgotten with it:
  // nothing is known but `others` from now on.
  void KeepOnly(const Relation& others);

  bool HasEnded(ClassName name) const { return name.past != ends_[name.letter]; }

  struct Held {
    Lock lock;
    ClassName name;
    ReadMode mode;
    bool trylock = false;
    bool checked = true;
    std::optional<Lock> nest = std::nullopt;
    ContextState context = {};  // Where it was taken.
    int pins = 0;
  };
  // Oldest first.
  const std::vector<Held>& held(uint8_t thread) const { return threads_[thread].held; }

 private:
  struct Thread {
    std::vector<Held> held;
    ContextState context;
    std::vector<ContextState> interrupted;  // What each open brace goes back to.
    std::map<int, int> cookies;             // For each lock, since it was let go.
  };

  void Acquire(const Step& step, Verdict& verdict);
  void Prove(uint8_t thread, const Held& next, Verdict& verdict);
  void ChangeClass(const Step& step, Verdict& verdict);
  void EndKeys(const Step& step, Verdict& verdict);
  void Release(const Step& step, Verdict& verdict);
  void Downgrade(const Step& step, Verdict& verdict);
  void Destroy(const Step& step, Verdict& verdict);
  void Exit(const Step& step, Verdict& verdict);

  void Pin(const Step& step, Verdict& verdict);
  void Unpin(const Step& step, Verdict& verdict);
  void Enter(const Step& step);
  void Leave(const Step& step);

  void CheckWait(uint8_t thread, const Held& next, Verdict& verdict);
  void NoteUsagesOfHeld();
  void NoteUsages(ClassName name, ReadMode mode, bool is_used, ContextSet contexts);
  enum class Recursion { kNone, kSerialised };
  Recursion CheckRecursion(uint8_t thread, const Held& next, Verdict& verdict);
  void AddDependencies(uint8_t thread, const Held& next, Verdict& verdict);

  // The class that the lock is of now.
  ClassName NameOf(Lock lock, uint8_t subclass = 0) const;
  void SeeClass(ClassName name);
  void Declare(Pair pair);
  // The locks that the thread took where it runs now, and nothing but them since.
  size_t FirstOfMine(uint8_t thread) const;
  std::vector<Held> Mine(uint8_t thread) const;
  bool Holds(uint8_t thread, Lock lock) const;
  Held* NewestOf(uint8_t thread, Lock lock);
  void Drop(uint8_t thread, Lock lock);
  void Tell(ViolationKind kind, ClassName name, Verdict& verdict);

  struct Wait {
    ClassName name;
    std::optional<ClassName> under;  // None: the context.

    friend bool operator==(const Wait&, const Wait&) = default;
  };

  World world_;
  Relation dependencies_;
  Interruptions interruptions_;
  std::vector<ClassName> seen_;
  std::vector<Finding> told_;
  std::vector<Wait> told_waits_;
  std::map<int, uint8_t> letters_;           // Of locks that were moved to another class.
  std::array<uint8_t, kLetters> ends_ = {};  // How often each letter's key ended.
  std::array<Thread, kMaxThreads> threads_;
};

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_ORACLE_H_

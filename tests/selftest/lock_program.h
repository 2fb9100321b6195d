// Event programs (tests/support/event_program.h) on real kinds of lock, in real
// threads that take turns.
//
// Locks named M, S and Z are a mutex, a spinlock and a raw spinlock, whatever the
// kind of the others; a nest lock is a spinlock.

#ifndef TESTS_SELFTEST_LOCK_PROGRAM_H_
#define TESTS_SELFTEST_LOCK_PROGRAM_H_

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/selftest/lock_kinds.h"
#include "tests/support/event_program.h"

namespace lockdep {

class Worker;  // A thread that does what it is given, one thing at a time.

class LockProgram {
 public:
  explicit LockProgram(const lock_kind& kind);
  ~LockProgram();
  LockProgram(const LockProgram&) = delete;
  LockProgram& operator=(const LockProgram&) = delete;

  // Whether the kind has all the operations that the program uses.
  static bool CanRun(const lock_kind& kind, std::string_view program);

  // Aborts if the program is malformed.  Its threads end with it.
  void Run(std::string_view program);

 private:
  struct Lock {
    const lock_kind* kind;
    void* memory;
  };

  void Do(const testing::Event& event);
  void Acquire(const testing::Event& event);
  void Enter(testing::Context context);
  void Leave();
  Lock& Find(const std::string& name);

  const lock_kind& kind_;
  std::map<std::string, Lock> locks_;
  std::deque<std::string> class_names_;
  std::map<std::string, lock_class_key*> keys_;
  std::deque<lock_class_key> key_memory_;
  std::map<size_t, std::unique_ptr<Worker>> workers_;
  std::map<size_t, std::vector<testing::Context>> contexts_;
  size_t thread_ = 0;  // That of the event under way.
};

}  // namespace lockdep

#endif  // TESTS_SELFTEST_LOCK_PROGRAM_H_

// A test of the kernel's interface: a world without a past, and what it hears.

#ifndef TESTS_KERNEL_KERNEL_TEST_H_
#define TESTS_KERNEL_KERNEL_TEST_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lockdep/kernel.h"

namespace lockdep::kernel {

struct Heard {
  std::string kind;
  std::string level;
  std::string lock;
  std::string rule;
  std::string message;
};

class KernelTest : public ::testing::Test {
 protected:
  KernelTest() {
    lockdep_reset();
    lockdep_free_key_range(nullptr, ~0UL);
    debug_locks_silent = 1;
    lockdep_on_finding(&KernelTest::Hear, this);
  }
  ~KernelTest() override {
    lockdep_on_finding(nullptr, nullptr);
    debug_locks_silent = 0;
  }

  std::vector<std::string> Kinds() const {
    std::vector<std::string> kinds;
    for (const Heard& one : heard_) kinds.push_back(one.kind);
    return kinds;
  }
  const std::vector<Heard>& heard() const { return heard_; }

 private:
  static void Hear(const lockdep_finding* finding, void* data) {
    static_cast<KernelTest*>(data)->heard_.push_back(
        {finding->kind, finding->level, finding->lock == nullptr ? "" : finding->lock,
         finding->rule == nullptr ? "" : finding->rule, finding->message});
  }

  std::vector<Heard> heard_;
};

// A lock as a host has it.
struct Lock {
  lockdep_map dep_map;

  Lock(const char* name, lock_class_key* key, lockdep_wait_type wait = LD_WAIT_INV) {
    lockdep_init_map_wait(&dep_map, name, key, 0, static_cast<unsigned char>(wait));
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
};

inline void Take(Lock& lock, int read = 0) {
  lock_acquire(&lock.dep_map, 0, 0, read, 1, nullptr, _THIS_IP_);
}
inline void Release(Lock& lock) { lock_release(&lock.dep_map, _THIS_IP_); }

inline void TakeBoth(Lock& outer, Lock& inner) {
  Take(outer);
  Take(inner);
  Release(inner);
  Release(outer);
}

}  // namespace lockdep::kernel

#endif  // TESTS_KERNEL_KERNEL_TEST_H_

// What the tests of rules share: an address space in use, and what an access breaks
// when the task holds this or that.

#ifndef TESTS_MM_MODEL_GUARDED_TEST_H_
#define TESTS_MM_MODEL_GUARDED_TEST_H_

#include <string>
#include <vector>

#include "mm_model/guarded.h"
#include "mm_model/mm_locks.h"
#include "mm_model/vma_lock.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {

class GuardedTest : public ModelTest {
 protected:
  using A = AddressSpace;

  void SetUp() override {
    Alone([this] {
      mm_model::SetUp(space_);
      AccessUser(space_.mm, A::kAnon, Access::kWrite);
      AccessUser(space_.mm, A::kPrivate, Access::kWrite);
      AccessUser(space_.mm, A::kShared, Access::kWrite);
      anon_ = PeekVma(*space_.mm, A::kAnon);
      private_ = PeekVma(*space_.mm, A::kPrivate);
      shared_ = PeekVma(*space_.mm, A::kShared);
    });
    ASSERT_THAT(Findings(), testing::IsEmpty());
  }

  // What `write` is found to break when the task holds what `hold` takes.
  std::vector<std::string> Breaches(const Body& hold, const Body& write) {
    findings_.found.clear();
    Together({[&] {
      hold();
      write();
    }});
    return Findings();
  }
  std::string Missing() const { return findings_.found.at(0).rule; }

  void MmapWrite() { mmap_write_lock(space_.mm); }
  void VmaWrite(vm_area_struct* vma) {
    MmapWrite();
    vma_start_write(vma);
  }

  A space_;
  vm_area_struct* anon_ = nullptr;
  vm_area_struct* private_ = nullptr;
  vm_area_struct* shared_ = nullptr;
};

}  // namespace mm_model

#endif  // TESTS_MM_MODEL_GUARDED_TEST_H_

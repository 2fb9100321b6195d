// mmap, munmap, mprotect, fork and exit: what they leave behind.

#include "mm_model/mm_locks.h"
#include "mm_model/services.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using testing::ElementsAre;
using testing::IsEmpty;

class MappingOpsTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] { mm_model::SetUp(space_); });
    mm_ = space_.mm;
  }
  void TearDown() override { EXPECT_THAT(Findings(), IsEmpty()); }

  void TouchAll(unsigned long start) {
    Alone([&] {
      for (unsigned long page = 0; page < A::kPages; ++page) {
        ASSERT_TRUE(AccessUser(mm_, start + page * PAGE_SIZE, Access::kWrite));
      }
    });
  }
  static vm_area_struct* VmaAt(const mm_struct& mm, unsigned long address) {
    const auto* node = mm.mm_mt.peek().find(address, address);
    return node == nullptr ? nullptr : node->item;
  }
  // "start-end@pgoff" of each VMA, in pages, as the VMAs themselves say.
  static std::vector<std::string> Layout(const mm_struct& mm, unsigned long from,
                                         unsigned long to) {
    std::vector<std::string> lines;
    for (const auto& node : mm.mm_mt.peek()) {
      if (node.first < from || node.last >= to) continue;
      const vm_area_struct& vma = *node.item;
      EXPECT_EQ(vma.vm_start.peek(), node.first);
      EXPECT_EQ(vma.vm_end.peek(), node.last + 1);
      lines.push_back(std::to_string((vma.vm_start.peek() - from) / PAGE_SIZE) + "-" +
                      std::to_string((vma.vm_end.peek() - from) / PAGE_SIZE) + "@" +
                      std::to_string(vma.vm_pgoff.peek()));
    }
    return lines;
  }
  const interval_tree<vm_area_struct*>& IMmap() const {
    return space_.data->f_mapping->i_mmap.peek();
  }

  A space_;
  mm_struct* mm_ = nullptr;
};

// ---- exit ----

TEST_F(MappingOpsTest, TheReaperLeavesAnMmAloneThatExitsOrWasReaped) {
  TouchAll(A::kAnon);
  Alone([&] { EXPECT_TRUE(oom_reap_task_mm(mm_)); });
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon).none());
  TouchAll(A::kAnon);
  Alone([&] { EXPECT_TRUE(oom_reap_task_mm(mm_)); });
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon).present());
  Alone([&] {
    mm_struct* const child = dup_mm(mm_);
    exit_mmap(child);
    EXPECT_EQ(child->flags.peek(), MMF_OOM_SKIP);
  });
}

TEST_F(MappingOpsTest, OneOfTwoScansForHintingFaults) {
  TouchAll(A::kAnon);
  RoundRobin turns;
  Together({[&] { task_numa_work(mm_); }, [&] { task_numa_work(mm_); }}, &turns);
  EXPECT_EQ(mm_->numa_scan_offset.peek(), 1u);
}

// ---- mmap ----

TEST_F(MappingOpsTest, MmapAddsAnAttachedVma) {
  Alone([&] {
    EXPECT_EQ(vm_mmap_pgoff(mm_, space_.data, A::kFree, 2 * PAGE_SIZE, VM_READ, 1), A::kFree);
  });
  const vm_area_struct* const vma = VmaAt(*mm_, A::kFree);
  ASSERT_NE(vma, nullptr);
  EXPECT_EQ(vma->state, VmaState::kAttached);
  EXPECT_EQ(vma->vm_refcnt, 1u);
  EXPECT_EQ(vma->vm_page_prot.peek(), VM_READ);
  EXPECT_TRUE(IMmap().contains(VmaAt(*mm_, A::kFree)));
  EXPECT_THAT(Layout(*mm_, A::kFree, A::kFree + A::kBytes), ElementsAre("0-2@1"));
  EXPECT_EQ(mm_->map_count.peek(), 4);
  EXPECT_EQ(mm_->total_vm.peek(), 3 * A::kPages + 2);
}

TEST_F(MappingOpsTest, MmapOverAMappingUnmapsWhatWasThere) {
  TouchAll(A::kAnon);
  const pt_entry before = PeekPte(*mm_, A::kAnon + PAGE_SIZE);
  Alone([&] { vm_mmap_pgoff(mm_, space_.data, A::kAnon + PAGE_SIZE, PAGE_SIZE, VM_READ, 3); });
  EXPECT_THAT(Layout(*mm_, A::kAnon, A::kPrivate), ElementsAre("0-1@256", "1-2@3", "2-4@258"));
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon + PAGE_SIZE).none());
  EXPECT_EQ(before.page->mapcount.peek(), 0);
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon).present());
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon + 2 * PAGE_SIZE).present());
}

TEST_F(MappingOpsTest, AKilledTaskMapsAndUnmapsNothing) {
  Together({[&] {
              mmap_read_lock(mm_);
              LetOthersGoFirst();
              mmap_read_unlock(mm_);
            },
            [&] {
              current().fatal_signal_pending = true;
              EXPECT_EQ(vm_mmap_pgoff(mm_, nullptr, A::kFree, PAGE_SIZE, VM_READ, 0), 0u);
              EXPECT_FALSE(__vm_munmap(mm_, A::kAnon, A::kBytes));
              EXPECT_FALSE(do_mprotect_pkey(mm_, A::kAnon, A::kBytes, VM_READ));
              EXPECT_EQ(dup_mm(mm_), nullptr);
            }});
  EXPECT_EQ(mm_->map_count.peek(), 3);
}

// ---- munmap ----

TEST_F(MappingOpsTest, MunmapClearsEntriesPoisonsTablesAndRemovesTheVma) {
  TouchAll(A::kAnon);
  vm_area_struct* const vma = VmaAt(*mm_, A::kAnon);
  anon_vma* const av = vma->anon_vma.peek();
  page_table* const table = PeekPteTable(*mm_, A::kAnon);
  folio* const page = PeekPte(*mm_, A::kAnon).page;

  Alone([&] { EXPECT_TRUE(__vm_munmap(mm_, A::kAnon, A::kBytes)); });

  EXPECT_EQ(VmaAt(*mm_, A::kAnon), nullptr);
  EXPECT_EQ(vma->state, VmaState::kFreed);
  EXPECT_EQ(vma->vm_refcnt, 0u);
  EXPECT_EQ(vma->anon_vma.peek(), nullptr);
  EXPECT_TRUE(av->rb_root.peek().empty());
  EXPECT_EQ(page->mapcount.peek(), 0);
  EXPECT_TRUE(table->freed);
  EXPECT_EQ(table->slots[0].entry.kind, pt_entry::Kind::kPoison);
  EXPECT_EQ(PeekPteTable(*mm_, A::kAnon), nullptr);
  EXPECT_EQ(mm_->map_count.peek(), 2);
  EXPECT_EQ(mm_->total_vm.peek(), 2 * A::kPages);
}

TEST_F(MappingOpsTest, MunmapLeavesTheNeighboursTablesAlone) {
  TouchAll(A::kAnon);
  TouchAll(A::kPrivate);
  page_table* const neighbour = PeekPteTable(*mm_, A::kPrivate);
  Alone([&] { __vm_munmap(mm_, A::kAnon, A::kBytes); });
  EXPECT_FALSE(neighbour->freed);
  EXPECT_EQ(PeekPteTable(*mm_, A::kPrivate), neighbour);
  EXPECT_TRUE(PeekPte(*mm_, A::kPrivate).present());
}

TEST_F(MappingOpsTest, UnmappingTheMiddleSplitsTwiceAndKeepsTheEnds) {
  TouchAll(A::kPrivate);
  page_table* const table = PeekPteTable(*mm_, A::kPrivate);
  Alone([&] { __vm_munmap(mm_, A::kPrivate + PAGE_SIZE, 2 * PAGE_SIZE); });

  EXPECT_THAT(Layout(*mm_, A::kPrivate, A::kShared), ElementsAre("0-1@0", "3-4@3"));
  EXPECT_FALSE(table->freed);
  EXPECT_TRUE(PeekPte(*mm_, A::kPrivate).present());
  EXPECT_TRUE(PeekPte(*mm_, A::kPrivate + PAGE_SIZE).none());
  EXPECT_TRUE(PeekPte(*mm_, A::kPrivate + 2 * PAGE_SIZE).none());
  EXPECT_TRUE(PeekPte(*mm_, A::kPrivate + 3 * PAGE_SIZE).present());
  EXPECT_EQ(IMmap().size(), 3u);
  EXPECT_EQ(mm_->map_count.peek(), 4);
  EXPECT_EQ(mm_->total_vm.peek(), 3 * A::kPages - 2);
}

TEST_F(MappingOpsTest, ASplitVmaSharesTheAnonVmaAndKeepsTheTreesRight) {
  TouchAll(A::kPrivate);
  anon_vma* const av = VmaAt(*mm_, A::kPrivate)->anon_vma.peek();
  Alone([&] { __vm_munmap(mm_, A::kPrivate + PAGE_SIZE, 2 * PAGE_SIZE); });
  EXPECT_EQ(VmaAt(*mm_, A::kPrivate)->anon_vma.peek(), av);
  EXPECT_EQ(VmaAt(*mm_, A::kPrivate + 3 * PAGE_SIZE)->anon_vma.peek(), av);
  ASSERT_EQ(av->rb_root.peek().size(), 2u);
  EXPECT_EQ(av->rb_root.peek()[0].last, 0u);
  EXPECT_EQ(av->rb_root.peek()[1].first, 3u);
}

TEST_F(MappingOpsTest, MunmapOfSeveralMappingsTakesThemAll) {
  TouchAll(A::kAnon);
  TouchAll(A::kPrivate);
  Alone([&] { __vm_munmap(mm_, A::kAnon, A::kShared - A::kAnon); });
  EXPECT_EQ(mm_->map_count.peek(), 1);
  EXPECT_EQ(PeekPteTable(*mm_, A::kAnon), nullptr);
  EXPECT_EQ(PeekPteTable(*mm_, A::kPrivate), nullptr);
  EXPECT_EQ(IMmap().size(), 1u);
}

TEST_F(MappingOpsTest, OthersReadTheMmapLockWhileMunmapTearsDown) {
  TouchAll(A::kAnon);
  RoundRobin strategy;
  bool read_during_teardown = false;
  bool munmap_done = false;
  Together({[&] {
              __vm_munmap(mm_, A::kAnon, A::kBytes);
              munmap_done = true;
            },
            [&] {
              while (!munmap_done && !read_during_teardown) {
                mmap_read_lock(mm_);
                read_during_teardown = VmaAt(*mm_, A::kAnon) == nullptr && !munmap_done;
                mmap_read_unlock(mm_);
              }
            }},
           &strategy);
  EXPECT_TRUE(read_during_teardown);
}

// ---- mprotect ----

TEST_F(MappingOpsTest, MprotectCutsTheRangeOutAndWriteProtectsIt) {
  TouchAll(A::kAnon);
  Alone([&] { EXPECT_TRUE(do_mprotect_pkey(mm_, A::kAnon + PAGE_SIZE, PAGE_SIZE, VM_READ)); });
  EXPECT_THAT(Layout(*mm_, A::kAnon, A::kPrivate), ElementsAre("0-1@256", "1-2@257", "2-4@258"));
  EXPECT_EQ(VmaAt(*mm_, A::kAnon + PAGE_SIZE)->vm_flags.peek(), VM_READ);
  EXPECT_EQ(VmaAt(*mm_, A::kAnon + PAGE_SIZE)->vm_page_prot.peek(), VM_READ);
  EXPECT_EQ(VmaAt(*mm_, A::kAnon)->vm_flags.peek(), VM_READ | VM_WRITE);
  EXPECT_FALSE(PeekPte(*mm_, A::kAnon + PAGE_SIZE).write);
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon).write);
  Alone([&] {
    EXPECT_FALSE(AccessUser(mm_, A::kAnon + PAGE_SIZE, Access::kWrite));
    EXPECT_TRUE(AccessUser(mm_, A::kAnon, Access::kWrite));
  });
}

// ---- Huge pages ----

class HugePageTest : public MappingOpsTest {
 protected:
  static constexpr unsigned long kHuge = A::kFree + PMD_SIZE;

  void SetUp() override {
    MappingOpsTest::SetUp();
    Alone([&] {
      vm_mmap_pgoff(mm_, nullptr, kHuge, PMD_SIZE, A::kFlags, 0);
      AccessUser(mm_, kHuge, Access::kWrite);
      ASSERT_TRUE(collapse_huge_page(mm_, kHuge));
    });
    page_ = EntryAt(*mm_, kHuge).page;
  }
  pt_entry EntryAt(mm_struct& mm, unsigned long address) {
    pt_entry entry;
    Alone([&] { entry = HardwareWalk(&mm, address)->entry; });
    return entry;
  }

  folio* page_ = nullptr;
};

TEST_F(HugePageTest, ForkSharesItAndAWriteCopiesThePart) {
  mm_struct* child = nullptr;
  Alone([&] {
    child = dup_mm(mm_);
    ASSERT_TRUE(AccessUser(child, kHuge + PAGE_SIZE, Access::kWrite));
  });
  EXPECT_FALSE(EntryAt(*mm_, kHuge).write);
  EXPECT_EQ(EntryAt(*mm_, kHuge).page, page_);
  EXPECT_EQ(EntryAt(*child, kHuge).page, page_);
  EXPECT_NE(EntryAt(*child, kHuge + PAGE_SIZE).page, page_);
  EXPECT_EQ(page_->mapcount.peek(), 1 + 7);
  EXPECT_EQ(child->rss_stat.peek(), 8);
}

TEST_F(HugePageTest, MprotectOfAPartLeavesTheRestWritable) {
  Alone([&] { do_mprotect_pkey(mm_, kHuge, PAGE_SIZE, VM_READ); });
  EXPECT_FALSE(EntryAt(*mm_, kHuge).write);
  EXPECT_TRUE(EntryAt(*mm_, kHuge + PAGE_SIZE).write);
  EXPECT_EQ(EntryAt(*mm_, kHuge + PAGE_SIZE).page, page_);
}

TEST_F(HugePageTest, MprotectOfTheWholeKeepsItWhole) {
  Alone([&] { do_mprotect_pkey(mm_, kHuge, PMD_SIZE, VM_READ); });
  EXPECT_FALSE(EntryAt(*mm_, kHuge).write);
  EXPECT_EQ(page_->mapcount.peek(), 1);
}

TEST_F(HugePageTest, MremapMovesItWholeOrInParts) {
  const unsigned long whole = kHuge + PMD_SIZE;
  const unsigned long askew = kHuge + 4 * PMD_SIZE + PAGE_SIZE;
  Alone([&] { ASSERT_TRUE(do_mremap(mm_, kHuge, PMD_SIZE, whole)); });
  EXPECT_TRUE(EntryAt(*mm_, kHuge).none());
  EXPECT_EQ(EntryAt(*mm_, whole).page, page_);
  EXPECT_EQ(page_->mapcount.peek(), 1);
  Alone([&] { ASSERT_TRUE(do_mremap(mm_, whole, PMD_SIZE, askew)); });
  EXPECT_EQ(EntryAt(*mm_, askew).page, page_);
  EXPECT_EQ(EntryAt(*mm_, askew + PMD_SIZE - PAGE_SIZE).page, page_);
  EXPECT_EQ(page_->mapcount.peek(), 8);
}

TEST_F(HugePageTest, MunmapOfAPartLeavesTheRest) {
  Alone([&] { __vm_munmap(mm_, kHuge + PAGE_SIZE, PMD_SIZE - PAGE_SIZE); });
  EXPECT_EQ(EntryAt(*mm_, kHuge).page, page_);
  EXPECT_EQ(page_->mapcount.peek(), 1);
  EXPECT_TRUE(EntryAt(*mm_, kHuge + PAGE_SIZE).none());
}

TEST_F(HugePageTest, GupPinsIt) {
  Alone([&] { EXPECT_EQ(get_user_page(mm_, kHuge + PAGE_SIZE, true), page_); });
  EXPECT_EQ(page_->pincount.peek(), 1);
}

// ---- fork ----

TEST_F(MappingOpsTest, ForkCopiesVmasAndWriteProtectsPrivatePages) {
  TouchAll(A::kAnon);
  TouchAll(A::kShared);
  mm_struct* child = nullptr;
  Alone([&] { child = dup_mm(mm_); });

  EXPECT_EQ(child->map_count.peek(), 3);
  EXPECT_EQ(child->total_vm.peek(), 3 * A::kPages);
  EXPECT_THAT(Layout(*child, A::kAnon, A::kPrivate), ElementsAre("0-4@256"));
  EXPECT_NE(VmaAt(*child, A::kAnon), VmaAt(*mm_, A::kAnon));
  EXPECT_EQ(IMmap().size(), 4u);

  const pt_entry private_entry = PeekPte(*child, A::kAnon);
  EXPECT_EQ(private_entry, pte_mkold(PeekPte(*mm_, A::kAnon)));
  EXPECT_FALSE(private_entry.write);
  EXPECT_EQ(private_entry.page->mapcount.peek(), 2);
  EXPECT_TRUE(PeekPte(*child, A::kShared).write);
  EXPECT_TRUE(PeekPte(*mm_, A::kShared).write);
  EXPECT_TRUE(PeekPte(*mm_, A::kShared).dirty);
  EXPECT_FALSE(PeekPte(*child, A::kShared).dirty);
}

TEST_F(MappingOpsTest, AChildsAnonVmaHangsUnderItsParents) {
  TouchAll(A::kAnon);
  mm_struct* child = nullptr;
  Alone([&] { child = dup_mm(mm_); });
  const anon_vma* const parents = VmaAt(*mm_, A::kAnon)->anon_vma.peek();
  const anon_vma* const childs = VmaAt(*child, A::kAnon)->anon_vma.peek();
  EXPECT_NE(childs, parents);
  EXPECT_EQ(childs->parent, parents);
  EXPECT_EQ(childs->root, parents->root);
  EXPECT_EQ(parents->rb_root.peek().size(), 2u);  // Both VMAs may map its folios.
  EXPECT_EQ(childs->rb_root.peek().size(), 1u);
}

TEST_F(MappingOpsTest, WritingAfterForkCopiesInEachOfThem) {
  TouchAll(A::kAnon);
  mm_struct* child = nullptr;
  Alone([&] { child = dup_mm(mm_); });
  folio* const common = PeekPte(*mm_, A::kAnon).page;
  Alone([&] { AccessUser(child, A::kAnon, Access::kWrite); });
  EXPECT_NE(PeekPte(*child, A::kAnon).page, common);
  EXPECT_EQ(PeekPte(*mm_, A::kAnon).page, common);
  EXPECT_EQ(common->mapcount.peek(), 1);
  EXPECT_EQ(PeekPte(*child, A::kAnon).page->anon_mapping.peek(),
            VmaAt(*child, A::kAnon)->anon_vma.peek());
}

// ---- exit ----

TEST_F(MappingOpsTest, ExitLeavesNothingMapped) {
  TouchAll(A::kAnon);
  TouchAll(A::kPrivate);
  TouchAll(A::kShared);
  page_table* const table = PeekPteTable(*mm_, A::kShared);
  folio* const page = PeekPte(*mm_, A::kShared).page;
  Alone([&] { exit_mmap(mm_); });
  EXPECT_TRUE(mm_->mm_mt.peek().empty());
  EXPECT_TRUE(mm_->vmas.empty());
  EXPECT_TRUE(IMmap().empty());
  EXPECT_EQ(mm_->map_count.peek(), 0);
  EXPECT_EQ(mm_->total_vm.peek(), 0u);
  EXPECT_TRUE(table->freed);
  EXPECT_EQ(page->mapcount.peek(), 0);
  for (const pt_slot& slot : mm_->pgd.slots) EXPECT_TRUE(slot.entry.none());
}

}  // namespace
}  // namespace mm_model

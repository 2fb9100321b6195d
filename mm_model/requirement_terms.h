// The words of the requirement language (requirement.h).

#ifndef MM_MODEL_REQUIREMENT_TERMS_H_
#define MM_MODEL_REQUIREMENT_TERMS_H_

// X(identifier, word, whether it is a lock).  What they mean is in rules/rule_answers.cc.
#define MM_TERMS(X)                          \
  X(kMmap, "mmap", true)                     \
  X(kVma, "vma", true)                       \
  X(kRmap, "rmap", true)                     \
  X(kIMmap, "i_mmap", true)                  \
  X(kAnonVma, "anon_vma", true)              \
  X(kPageTableLock, "page_table_lock", true) \
  X(kPtl, "ptl", true)                       \
  X(kLowerPtl, "lower_ptl", true)            \
  X(kFolio, "folio", true)                   \
  X(kIPages, "i_pages", true)                \
  X(kIRwsem, "i_rwsem", true)                \
  X(kILock, "i_lock", true)                  \
  X(kPrivate, "private", true)               \
  X(kLru, "lru", true)                       \
  X(kCluster, "cluster", true)               \
  X(kSwapInfo, "swap_info", true)            \
  X(kSwap, "swap", true)                     \
  X(kMmlist, "mmlist", true)                 \
  X(kArgLock, "arg", true)                   \
  X(kHugetlbVma, "hugetlb_vma", true)        \
  X(kInvalidate, "invalidate", true)         \
  X(kFaultMutex, "fault_mutex", true)        \
  X(kWbList, "wb_list", true)                \
  X(kSInodeList, "s_inode_list", true)       \
  X(kSUmount, "s_umount", true)              \
  X(kWriters, "writers", true)               \
  X(kPagefaults, "pagefaults", true)         \
  X(kSplitQueue, "split_queue", true)        \
  X(kKsmThread, "ksm_thread", true)          \
  X(kMemoryFailure, "mf", true)              \
  X(kExecUpdate, "exec_update", true)        \
  X(kMapChanging, "map_changing", true)      \
  X(kAllLocks, "all_locks", true)            \
  X(kAny, "any", false)                      \
  X(kRcu, "rcu", false)                      \
  X(kNew, "new", false)                      \
  X(kDetached, "detached", false)            \
  X(kDying, "dying", false)                  \
  X(kDowngraded, "downgraded", false)        \
  X(kSpeculative, "speculative", false)      \
  X(kUnreachable, "unreachable", false)      \
  X(kIrqsOff, "irqs_off", false)             \
  X(kAtomic, "atomic", false)                \
  X(kEmpty, "empty", false)                  \
  X(kRevalidated, "revalidated", false)      \
  X(kFlushed, "flushed", false)              \
  X(kSourceFirst, "source_first", false)     \
  X(kTemporaryStack, "temporary_stack", false)

#endif  // MM_MODEL_REQUIREMENT_TERMS_H_

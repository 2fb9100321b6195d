#include "hooks/creation.h"

#include "hooks/allocations.h"
#include "hooks/frame_sizes.h"
#include "hooks/function_start.h"

namespace lockdep::hooks {
namespace {

constexpr size_t kPathLength = 8;

// What std::make_shared puts before an object.
constexpr size_t kControlBlock = 16;

// Larger blocks are likely to be pools that a program cuts objects from itself.
constexpr size_t kLargestObject = 2048;

// Origins of different kinds never meet: each hash begins with its kind.
enum class Origin : uint64_t { kPath = 1, kInitSite, kConstructor, kAllocation };

class Identity {
 public:
  Identity(Origin origin, const LockReference& lock) {
    Add(static_cast<uint64_t>(origin) << 8 | static_cast<uint64_t>(lock.kind));
  }
  Identity& Add(uint64_t value) {
    hash_ = NextChainKey(hash_, value);
    return *this;
  }
  uint64_t value() const { return hash_; }  // Never 0: see NextChainKey.

 private:
  uint64_t hash_ = kEmptyChainKey;
};

uintptr_t AddressOf(const LockReference& lock) { return reinterpret_cast<uintptr_t>(lock.address); }

uint64_t HashPath(const LockReference& lock, const Caller& caller) {
  return Identity(Origin::kPath, lock).Add(HashCalls(caller)).value();
}

// Whether there is more in the block than a lock, so that its allocation tells
// what the lock is for.
bool IsObject(const AllocatedBlock& block, const LockReference& lock) {
  const size_t before = AddressOf(lock) - block.begin;
  const size_t beside = block.size - std::min(block.size, SizeOf(lock.type));
  return beside != 0 && !(before == kControlBlock && beside == kControlBlock);
}

bool FindObject(const LockReference& lock, AllocatedBlock* block) {
  return FindAllocation(AddressOf(lock), block) && block->site != 0 && IsObject(*block, lock);
}

uint64_t HashAllocation(const LockReference& lock, const AllocatedBlock& block) {
  return Identity(Origin::kAllocation, lock)
      .Add(block.site)
      .Add(AddressOf(lock) - block.begin)
      .value();
}

uint64_t HashConstructor(const LockReference& lock, const Caller& caller) {
  AllocatedBlock block;
  if (!FindObject(lock, &block) || !block.is_of_one_type) return 0;
  if (FunctionStart(block.site) != FunctionStart(caller.pc)) return 0;
  return Identity(Origin::kConstructor, lock)
      .Add(caller.pc)
      .Add(AddressOf(lock) - block.begin)
      .value();
}

}  // namespace

uint64_t HashCalls(const Caller& caller) {
  WalkedFrame frames[kPathLength];
  const size_t count = WalkFrames(caller, frames);
  uint64_t hash = kEmptyChainKey;
  for (size_t i = 0; i < count; ++i) hash = NextChainKey(hash, frames[i].pc);
  return hash;
}

Creation DescribeInit(const LockReference& lock, const Caller& caller, ClassBy class_by) {
  Creation creation{.origin = ClassOrigin::kInitSite, .site = caller.pc};
  if (class_by == ClassBy::kInstance) return creation;
  creation.path = HashPath(lock, caller);
  AllocatedBlock block;
  switch (class_by) {
    case ClassBy::kInstance:
      break;
    case ClassBy::kInitSite:
      creation.is_loose = true;
      creation.by_object = Identity(Origin::kInitSite, lock).Add(caller.pc).value();
      break;
    case ClassBy::kAllocSite:
      creation.by_object = FindObject(lock, &block) ? HashAllocation(lock, block) : creation.path;
      break;
    case ClassBy::kAuto:
      creation.by_path = creation.path;
      creation.by_object = HashConstructor(lock, caller);
      break;
  }
  return creation;
}

Creation DescribeFirstUse(const LockReference& lock, const Caller& caller, ClassBy class_by) {
  Creation creation{.origin = ClassOrigin::kFirstUse, .site = caller.pc};
  AllocatedBlock block;
  const bool asks_object = class_by == ClassBy::kAuto || class_by == ClassBy::kAllocSite;
  if (!asks_object || !FindObject(lock, &block)) return creation;
  const bool is_object = block.is_of_one_type && block.size <= kLargestObject;
  if (class_by == ClassBy::kAuto && !is_object) return creation;
  creation.by_object = HashAllocation(lock, block);
  creation.is_loose = !is_object;
  creation.site = block.site;
  creation.is_in_object = true;
  creation.offset = AddressOf(lock) - block.begin;
  return creation;
}

}  // namespace lockdep::hooks

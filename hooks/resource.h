// What threads wait for besides mutexes and rwlocks: semaphores, once controls,
// file locks and so on, found by their kind and address.
//
// They are fewer and smaller than mutexes (a spinlock has four bytes, a file lock
// no address at all), so they stand in a hash table and not in the shadow.
//
// Invariant: a record, once in its bucket, stays there; an ended one is used again
// for the next resource of its bucket.
//
// Thread safety: looking up is lock-free.  Ending a resource that another thread
// uses is the program's error; it costs at most the resource's history.
// Cost: a probe of one bucket.

#ifndef LOCKDEP_HOOKS_RESOURCE_H_
#define LOCKDEP_HOOKS_RESOURCE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "hooks/key_set.h"
#include "hooks/thread_context.h"
#include "hooks/thread_order.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

enum class ResourceType : uint8_t {
  kSpinLock = 1,
  kSemaphore,
  kCondition,
  kOnce,
  kFileLock,
  kStream,
  kLoader,
  kThread,
  kBarrier,
  kAnnotated,  // A lock of the program's own making.
};

struct ResourceId {
  ResourceType type;
  uintptr_t value;  // Its address, or a number where it has none.
  LockKind kind;    // If it begins now.

  uint64_t key() const { return static_cast<uint64_t>(type) << 56 ^ value; }
};

// Whether its value is the address of memory that may be given back.
constexpr bool HasAddress(ResourceType type) {
  return type != ResourceType::kFileLock && type != ResourceType::kLoader &&
         type != ResourceType::kThread;
}

struct Resource {
  std::atomic<uint64_t> id{0};  // 0: ended, to be used again.
  Resource* next = nullptr;     // Constant once it is in a bucket.
  LockMap map;
  // How often its owner took it again, where that can be.  Of the owner alone, who has it
  // and does not merely wait for it.
  uint32_t times_again = 0;
  // Somebody ended a wait for it without holding a lock: a cycle over it need not close.
  std::atomic<bool> is_ended_freely{false};
  // Who waited for it, and who ended waits, under a lock.
  std::atomic<pid_t> waiter{0};
  std::atomic<pid_t> ender{0};
  // Of a condition: the mutex that its waiters let go, and the signals that somebody waited
  // for (thread_order.h); these are written under the graph lock.
  std::atomic<const void*> mutex{nullptr};
  const Segment* first_signal = nullptr;
  std::atomic<const Segment*> last_signal{nullptr};
  // Who has it, where that is told; kSeveral: nobody any more, whoever took it last.
  std::atomic<pid_t> owner{0};
  // What ResourceTable::unlocked was when its class was asked about.
  std::atomic<uint32_t> unlocked_seen{0};
  BarrierRound round;  // Under the graph lock.
};
static_assert(sizeof(Resource) <= kCellSize);

// Remembers one thread; several are no one.
inline constexpr pid_t kSeveral = -1;
inline void NoteParty(std::atomic<pid_t>& party, pid_t thread) {
  const pid_t known = party.load(std::memory_order_relaxed);
  if (known == thread || known == kSeveral) return;
  party.store(known == 0 ? thread : kSeveral, std::memory_order_relaxed);
}

// REQUIRES: the map is that of a Resource.
inline const Resource& ResourceOf(const LockMap& map) {
  constexpr size_t kOffset = sizeof(std::atomic<uint64_t>) + sizeof(Resource*);
  static_assert(offsetof(Resource, map) == kOffset);
  return *reinterpret_cast<const Resource*>(reinterpret_cast<uintptr_t>(&map) - kOffset);
}

// Whether the thread, which seems to hold it, does so as far as is told.
inline bool IsOwnerStill(const LockMap& map, pid_t thread) {
  const pid_t owner = ResourceOf(map).owner.load(std::memory_order_relaxed);
  return owner == 0 || owner == thread;
}

class ResourceTable {
 public:
  // Null if it is not known.
  Resource* Find(const ResourceId& id) const;

  // Makes it, known from `site` on, if it is not known; null when memory ended.
  // `name` (copied by the engine; may be null) must stay until its first event.
  Resource* FindOrBegin(ThreadState& thread, const ResourceId& id, ClassOrigin origin,
                        uintptr_t site, const char* name = nullptr);

  // It ends; its record will be used again.
  void End(Resource* resource);

  // Calls act(Resource*) for each that has its address in [begin, end), which should be
  // short: some probes for each 256 bytes.
  template <typename Act>
  void ForEachIn(uintptr_t begin, uintptr_t end, const Act& act) const {
    if (buckets_.load(std::memory_order_acquire) == nullptr) return;
    for (uintptr_t at = begin & ~(kGranule - 1); at < end; at += kGranule) {
      Resource* resource = BucketOfGranule(at / kGranule)->load(std::memory_order_acquire);
      for (; resource != nullptr; resource = resource->next) {
        const uint64_t id = resource->id.load(std::memory_order_acquire);
        const uintptr_t address = id & kValue;
        if (address >= begin && address < end && HasAddress(TypeOf(id))) act(resource);
      }
    }
  }

  // It is of a class of its own, and of this kind, from now on.
  void Renew(Resource* resource, LockKind kind);
  // It turned out to be no lock, but something that others end.  So are those of its class.
  void Unlock(Resource* resource);
  // Whether that was found of another one of its class.
  bool IsUnlocked(Resource* resource);
  // How many turned out to be no locks, which some thread may seem to hold.
  uint32_t unlocked() const { return unlocked_.load(std::memory_order_acquire); }

 private:
  static constexpr size_t kBuckets = size_t{1} << 14;
  static constexpr uintptr_t kGranule = 256;  // What is at addresses so near has one bucket.
  static constexpr uint64_t kValue = (uint64_t{1} << 56) - 1;
  static ResourceType TypeOf(uint64_t key) { return static_cast<ResourceType>(key >> 56); }
  using Bucket = std::atomic<Resource*>;

  // What is known of one that begins.
  struct Known {
    ClassOrigin origin;
    uintptr_t site;
    const char* name;
  };

  // Under the graph lock.
  Resource* Begin(ThreadState& thread, const ResourceId& id, const Known& known);
  Bucket* BucketOf(uint64_t key) const;
  Bucket* BucketOfGranule(uint64_t granule) const;
  bool Map();
  Resource* TakeEnded(Bucket* bucket) const;

  std::atomic<Bucket*> buckets_{nullptr};
  std::atomic<uint64_t> numbers_{0};
  std::atomic<uint32_t> unlocked_{0};
  KeySet unlocked_classes_;  // Under the graph lock.
};

extern constinit ResourceTable resources;

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_RESOURCE_H_

#include "hooks/file_locks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "hooks/cells.h"
#include "hooks/raw_sink.h"

namespace lockdep::hooks {

constinit std::atomic<uint32_t> file_locks_held{0};

namespace {

constexpr int kMostDescriptors = 1 << 16;
using Slot = std::atomic<Resource*>;
constinit std::atomic<Slot*> slots{nullptr};

Slot* SlotOf(int fd) {
  if (fd < 0 || fd >= kMostDescriptors) return nullptr;
  Slot* all = slots.load(std::memory_order_acquire);
  if (all == nullptr) {
    auto* made = static_cast<Slot*>(MapPages(kMostDescriptors * sizeof(Slot), Pages::kReserve));
    if (made == nullptr) return nullptr;
    if (slots.compare_exchange_strong(all, made, std::memory_order_acq_rel)) all = made;
  }
  return &all[fd];
}

// The same file for every descriptor and process.  Returns false for what is no file.
bool Identify(int fd, ResourceId* id) {
  struct stat status;
  const int saved_errno = errno;
  const bool is_file = fstat(fd, &status) == 0;
  errno = saved_errno;
  const uint64_t mixed = (status.st_ino ^ uint64_t{status.st_dev} << 40) * 0x9e3779b97f4a7c15u;
  *id = {ResourceType::kFileLock, mixed >> 8, LockKind::kFileLock};
  return is_file;
}

// "file /tmp/x.lock", by which it is known in every run.
void Name(int fd, Text<256>* name) {
  PathText link;
  link << "/proc/self/fd/" << static_cast<uint64_t>(fd);
  char path[240];
  const int saved_errno = errno;
  const long size = syscall(SYS_readlinkat, AT_FDCWD, link.c_str(), path, sizeof(path));
  errno = saved_errno;
  *name << "file " << std::string_view(path, size < 0 ? 0 : static_cast<size_t>(size));
}

}  // namespace

Resource* BeforeFileLock(WaitScope& scope, int fd, ReadMode mode) {
  ResourceId id;
  const Slot* slot = SlotOf(fd);
  if (slot == nullptr || slot->load(std::memory_order_relaxed) != nullptr || !Identify(fd, &id)) {
    return nullptr;
  }
  Text<256> name;
  Name(fd, &name);
  return scope.BeforeHoldOnce(id, mode, name.c_str());
}

void AfterFileLock(WaitScope& scope, Resource* announced, int fd, bool is_held) {
  scope.AfterHold(announced, is_held);
  if (announced == nullptr || !is_held) return;
  SlotOf(fd)->store(announced, std::memory_order_relaxed);
  file_locks_held.fetch_add(1, std::memory_order_relaxed);
}

void BeforeFileUnlock(const Caller& caller, int fd) {
  Slot* slot = SlotOf(fd);
  Resource* held = slot == nullptr ? nullptr : slot->exchange(nullptr, std::memory_order_relaxed);
  if (held == nullptr) return;
  file_locks_held.fetch_sub(1, std::memory_order_relaxed);
  WaitScope(caller).Forget(*held);
}

}  // namespace lockdep::hooks
